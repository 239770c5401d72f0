import struct
import zlib
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from partners.models import StoredFile
from partners.services import files
from products.forms import AddProductForm
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def picture(size=(300, 200), kind="PNG", mode="RGB", colour="teal", **options) -> bytes:
    output = BytesIO()
    Image.new(mode, size, colour).save(output, kind, **options)
    return output.getvalue()


def store(partner, data, name="photo.jpg", **options):
    image = files.read_image(SimpleUploadedFile(name, data))
    return files.store_image(partner=partner, picture=image, **({"is_public": True} | options))


def opened(stored) -> Image.Image:
    return Image.open(BytesIO(bytes(stored.content)))


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("JPEG", "RGB"),
        ("JPEG", "CMYK"),
        ("JPEG", "L"),
        ("PNG", "RGBA"),
        ("PNG", "P"),
        ("PNG", "1"),
        ("WEBP", "RGBA"),
    ],
)
def test_every_usual_kind_becomes_a_jpeg(partner, kind, mode):
    stored = store(partner, picture(kind=kind, mode=mode, colour=0), name="whatever.exe")
    assert (stored.content_type, stored.width, stored.height) == ("image/jpeg", 300, 200)
    assert opened(stored).format == "JPEG"
    assert stored.size == len(bytes(stored.content))


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF"])
def test_a_kind_the_form_does_not_name_is_refused_with_those_it_names(partner, kind):
    hint = str(AddProductForm.base_fields["photo"].help_text)
    assert hint == "JPEG, PNG or WebP up to 10 MB."
    with pytest.raises(files.BadImage, match="Save it as JPEG, PNG or WebP"):
        store(partner, picture(kind=kind, mode="P", colour=0), name="photo.jpg")
    assert not StoredFile.objects.exists()


def test_a_tag_of_the_wrong_kind_is_a_damaged_picture(partner):
    """Turning a picture upright writes its tags anew, and one that should be bytes is a text."""
    exif = Image.Exif()
    exif[0x0112], exif[0x8825] = 6, {0: b"\2\3\0\0"}
    data = picture(kind="JPEG", exif=exif)
    version, as_text = struct.pack(">HHI", 0, 1, 4), struct.pack(">HHI", 0, 2, 4)
    assert data.count(version) == 1
    with pytest.raises(files.BadImage, match="damaged"):
        store(partner, data.replace(version, as_text))


def test_the_same_upload_twice_is_one_row_for_each_partner(partner):
    data = picture()
    assert store(partner, data).pk == store(partner, data, name="again.png").pk
    assert store(factories.make_partner(), data).pk != store(partner, data).pk
    assert StoredFile.objects.count() == 2


def test_a_private_picture_becomes_public_when_it_is_needed(partner):
    assert not store(partner, picture(), is_public=False).is_public
    assert store(partner, picture()).is_public


def test_large_pictures_shrink_and_keep_their_shape(partner):
    stored = store(partner, picture(size=(4000, 1000)))
    assert (stored.width, stored.height) == (2000, 500)


def test_it_turns_upright_and_forgets_where_it_was_taken(partner):
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "PhoneMaker"
    exif.get_ifd(0x8825)[1] = "N"
    stored = store(partner, picture(kind="JPEG", exif=exif.tobytes(), comment=b"secret place"))
    assert (stored.width, stored.height) == (200, 300)
    again = opened(stored)
    assert dict(again.getexif()) == {}
    content = bytes(stored.content)
    assert b"PhoneMaker" not in content
    assert b"secret place" not in content
    assert b"Exif" not in content


def test_transparent_parts_become_white(partner):
    stored = store(partner, picture(mode="RGBA", colour=(0, 0, 0, 0)))
    assert opened(stored).getpixel((5, 5)) == (255, 255, 255)


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes that says it is huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"\0" * 10_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"not a picture", "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture"),
        (b"%PDF-1.7 ...", "not a picture"),
        (picture(size=(99, 400)), "too small: 99 × 400"),
        (picture(kind="JPEG")[:300], "damaged"),
        (bomb(300, 300), "damaged"),
        (bomb(10_000, 5_000), "40 megapixels"),
        (bomb(10_000, 10_000), "40 megapixels"),
        (bomb(60_000, 60_000), "40 megapixels"),
        (picture() + b"\0" * files.LARGEST_BYTES, "10 MB"),
    ],
    ids=["empty", "text", "svg", "pdf", "small", "cut", "hollow", "50 MP", "100 MP", "bomb", "big"],
)
def test_each_bad_upload_has_its_own_sentence(partner, data, words):
    with pytest.raises(files.BadImage, match=words):
        store(partner, data)
    assert not StoredFile.objects.exists()


JPEG = picture(kind="JPEG", exif=Image.Exif().tobytes())


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=40), st.integers(0, len(JPEG)), st.sampled_from([JPEG, picture()]))
def test_broken_bytes_are_either_stored_or_refused_in_words(partner, junk, place, whole):
    data = whole[:place] + junk + whole[place + len(junk) :]
    try:
        stored = store(partner, data)
    except files.BadImage:
        return
    assert opened(stored).format == "JPEG"
