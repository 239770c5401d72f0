"""A body that is too long is refused before a byte of it is read or kept."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory
from django.test.client import BOUNDARY, MULTIPART_CONTENT

from tests.products.test_add_form import send

pytestmark = pytest.mark.django_db
MB = 1024 * 1024


class Body:
    """Sends zeros as long as somebody reads."""

    def __init__(self, begin: bytes):
        self.begin, self.was_read = begin, 0

    def read(self, size=-1):
        size = MB if size is None or size < 0 else size
        self.was_read += size
        begin, self.begin = self.begin[:size], self.begin[size:]
        return begin + b"0" * (size - len(begin))

    readline = read


def post(path, **environ) -> tuple[int, str, Body]:
    """A stranger's form with a file, through the whole stack; it has no CSRF token either."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"'
    body = Body(f"{head}\r\nContent-Type: image/jpeg\r\n\r\n".encode())
    factory = RequestFactory()
    request = factory._base_environ(
        PATH_INFO=path, REQUEST_METHOD="POST", CONTENT_TYPE=MULTIPART_CONTENT
    )
    said = []
    answer = WSGIHandler()(
        request | environ | {"wsgi.input": body}, lambda status, headers: said.append(status)
    )
    return int(said[0].split()[0]), b"".join(answer).decode(), body


@pytest.mark.parametrize("path", ["/login", "/partner-registration", "/nowhere"])
@pytest.mark.parametrize("length", [str(20 * MB + 1), str(10**15), "9" * 5000, "1e9", "-5"])
def test_it_is_refused_unread_whoever_asks_for_whatever(path, length):
    status, page, body = post(path, CONTENT_LENGTH=length, HTTP_COOKIE="django_language=en")
    assert (status, body.was_read) == (413, 0)
    assert "This is too large to send" in page


def test_fields_without_a_file_that_are_too_much_together_are_too_large_as_well():
    """Django takes 12 MB of them; beyond, they are not kept in memory."""
    kind = {"CONTENT_TYPE": "application/x-www-form-urlencoded"}
    english = {"HTTP_COOKIE": "django_language=en"}
    status, page, _ = post("/login", CONTENT_LENGTH=str(19 * MB), **kind, **english)
    assert status == 413 and "This is too large to send" in page


@pytest.mark.parametrize("environ", [{}, {"CONTENT_LENGTH": ""}])
def test_a_body_without_a_length_is_an_empty_one(environ):
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
    status, _, body = post("/login", **chunked, **environ)
    assert (status, body.was_read) == (403, 0)


def test_what_fits_is_read_to_its_length_and_no_further():
    status, _, body = post("/login", CONTENT_LENGTH=str(3 * MB))
    assert status == 403
    assert body.was_read <= 3 * MB


def test_a_photo_over_its_own_limit_is_explained_beside_its_field(partner_client):
    photo = SimpleUploadedFile("a.jpg", b"0" * (11 * MB), "image/jpeg")
    page = send(partner_client, photo=photo)
    assert page.status_code in (200, 422)
    assert page.context["form"].errors["photo"]
