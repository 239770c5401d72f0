"""Uploaded pictures: judged by what they are, drawn anew, kept by their content."""

import hashlib
import logging
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse
from django.utils.translation import gettext as _

from partners.models import Partner, StoredFile
from sellercloudx.lib.bucket import Bucket, BucketAway

if TYPE_CHECKING:
    from PIL import Image

logger = logging.getLogger(__name__)

LARGEST_BYTES = 10 * 1024 * 1024
LARGEST_PIXELS = 40_000_000
SMALLEST_SIDE = 100
LONGEST_SIDE = 2000
# Others lose their smoothness when they shrink as they are.
SHRINKS_WELL = ("RGB", "RGBA", "L", "LA", "CMYK")
# Each decoder has its own way to say that a file is broken.
BROKEN = (OSError, SyntaxError, ValueError, TypeError, EOFError, IndexError, struct.error)
# As the form says; each more is one more decoder for what a stranger sends.
FORMATS = ["JPEG", "PNG", "WEBP"]


class BadImage(Exception):
    """This upload cannot be used; the text says why and what to do."""


@dataclass(frozen=True)
class Picture:
    """An upload drawn anew as a clean JPEG, not kept yet."""

    content: bytes
    width: int
    height: int
    is_in_bucket: bool = False

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def read_image(upload: UploadedFile, *, smallest: int = SMALLEST_SIDE) -> Picture:
    """Judge and redraw an upload, which takes a while: not for a transaction. Raises BadImage.

    No side is to be shorter than `smallest`, in px: marketplaces refuse less of a product.
    """
    content, (width, height) = _clean_jpeg(_bytes_of(upload), smallest)
    picture = Picture(content, width, height)
    bucket = settings.MEDIA_BUCKET
    return _put_away(picture, bucket) if bucket else picture


def store_image(*, partner: Partner, picture: Picture, is_public: bool) -> StoredFile:
    """Keep a picture, in the caller's transaction; the same picture again is the same row."""
    stored, is_new = StoredFile.objects.get_or_create(
        partner=partner,
        sha256=picture.sha256,
        defaults={
            "content_type": "image/jpeg",
            "content": b"" if picture.is_in_bucket else picture.content,
            "size": len(picture.content),
            "width": picture.width,
            "height": picture.height,
            "is_public": is_public,
        },
    )
    if not (is_new or picture.is_in_bucket):
        # Of a time with a bucket, which may be gone by now.
        empty = StoredFile.objects.filter(pk=stored.pk, content=b"")
        empty.update(content=picture.content)
    if is_public and not stored.is_public:
        stored.is_public = True
        stored.save(update_fields=["is_public"])
    return stored


def content_of(stored: StoredFile) -> bytes:
    """From the row, or else from the bucket: not for a transaction. Raises BucketAway."""
    if content := bytes(stored.content):
        return content
    if not settings.MEDIA_BUCKET:
        raise BucketAway("MEDIA_S3_URL is not set")
    return settings.MEDIA_BUCKET.read(_name(stored.sha256))


def public_url(stored: StoredFile) -> str:
    """Where a marketplace fetches it, without a cookie."""
    return settings.PUBLIC_URL + reverse("pages:file", args=[stored.sha256])


def _put_away(picture: Picture, bucket: Bucket) -> Picture:
    """Before there is a row: what nobody refers to harms nobody, the other way round it would."""
    try:
        bucket.write(_name(picture.sha256), picture.content)
    except BucketAway as error:
        logger.warning("The bucket of MEDIA_S3_URL does not take a picture (%s).", error)
        raise BadImage(_("The picture could not be saved right now. Try again later.")) from error
    return replace(picture, is_in_bucket=True)


def _name(sha256: str) -> str:
    return f"{sha256}.jpg"


def _bytes_of(upload: UploadedFile) -> bytes:
    if not upload.size:
        raise BadImage(_("The file is empty. Choose the picture again."))
    if upload.size > LARGEST_BYTES:
        raise BadImage(_("The file is larger than 10 MB. Choose a smaller picture."))
    upload.seek(0)
    return upload.read()


def _clean_jpeg(data: bytes, smallest: int) -> tuple[bytes, tuple[int, int]]:
    """Upright, at most 2000 px, in sRGB, on white, with nothing in it but the picture."""
    from PIL import Image, ImageOps

    with _opened(data) as image:
        _must_be_sensible(image, smallest)
        # Shrinking first lets the JPEG decoder skip what is thrown away, and saves memory.
        small = image if image.mode in SHRINKS_WELL else image.convert("RGBA")
        small.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        visible = _in_srgb(ImageOps.exif_transpose(small)).convert("RGBA")
    # A new picture: place, camera, comments and second images stay behind.
    clean = Image.new("RGB", visible.size, "white")
    clean.paste(visible, mask=visible.getchannel("A"))
    output = BytesIO()
    clean.save(output, "JPEG", quality=88, optimize=True, progressive=True)
    return output.getvalue(), clean.size


@contextmanager
def _opened(data: bytes) -> Iterator["Image.Image"]:
    """The picture, its type taken from the bytes and not from the name."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            yield image
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadImage(_too_many_pixels()) from error
    except UnidentifiedImageError as error:
        raise BadImage(
            _("This is not a picture we can read. Save it as JPEG, PNG or WebP.")
        ) from error
    except BROKEN as error:
        raise BadImage(_("The picture is damaged. Choose another one.")) from error


def _must_be_sensible(image: "Image.Image", smallest: int) -> None:
    """Before anything is decoded: a few bytes can unfold into gigabytes."""
    width, height = image.size
    if width * height > LARGEST_PIXELS:
        raise BadImage(_too_many_pixels())
    if min(width, height) < smallest:
        raise BadImage(
            _("The picture is too small: %(width)s × %(height)s px. It needs at least 100 × 100.")
            % {"width": width, "height": height}
        )


def _too_many_pixels() -> str:
    return _("The picture has more than 40 megapixels. Make it smaller and try again.")


def _in_srgb(image: "Image.Image") -> "Image.Image":
    """Phones save wider colours; without the profile they would look faded."""
    from PIL import ImageCms

    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "CMYK", "L"):
        return image
    try:
        converted = ImageCms.profileToProfile(
            image, BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except ImageCms.PyCMSError:
        return image
    return converted or image
