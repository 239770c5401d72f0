import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from partners.services import files
from tests.partners.test_files import picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def stored(partner):
    image = files.read_image(SimpleUploadedFile("photo.png", picture()))
    return files.store_image(partner=partner, picture=image, is_public=True)


@pytest.fixture
def path(stored, settings):
    return files.public_url(stored).removeprefix(settings.PUBLIC_URL)


def test_anybody_may_fetch_it_and_keep_it(client, stored, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.content == bytes(stored.content)
    assert answer["Content-Type"] == "image/jpeg"
    assert "immutable" in answer["Cache-Control"]
    assert "public" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_it_neither_reads_nor_sets_a_cookie(partner_client, path, django_assert_num_queries):
    with django_assert_num_queries(1):
        answer = partner_client.get(path)
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")


def test_a_known_copy_is_not_sent_again(client, path, django_assert_num_queries):
    first = client.get(path)
    with django_assert_num_queries(1) as asked:
        answer = client.get(path, headers={"If-None-Match": first["ETag"]})
    assert (answer.status_code, answer.content) == (304, b"")
    assert '"content"' not in asked[0]["sql"]
    # What a cache keeps of the copy is renewed by this answer.
    assert answer["ETag"] == first["ETag"]
    assert answer["Cache-Control"] == first["Cache-Control"]
    assert not answer.cookies


def test_another_copy_is_replaced(client, stored, path):
    answer = client.get(path, headers={"If-None-Match": '"another"'})
    assert (answer.status_code, answer.content) == (200, bytes(stored.content))


def test_its_head_is_that_of_the_whole(client, stored, path):
    head, whole = client.head(path), client.get(path)
    assert head.content == b""
    for name in ("Content-Type", "Content-Length", "ETag", "Cache-Control"):
        assert head[name] == whole[name], name
    assert int(head["Content-Length"]) == stored.size


def test_a_copy_of_what_is_not_public_any_more_is_not_confirmed(client, stored, path):
    etag = client.get(path)["ETag"]
    type(stored).objects.update(is_public=False)
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 404


def test_private_and_unknown_pictures_are_not_there(client, stored, path):
    type(stored).objects.update(is_public=False)
    assert client.get(path).status_code == 404
    assert client.get("/i/" + "0" * 64 + ".jpg").status_code == 404
    assert client.get("/i/../settings.jpg").status_code == 404


def test_it_is_read_only(client, path):
    assert client.post(path).status_code == 405
    assert client.head(path).status_code == 200
