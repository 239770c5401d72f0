"""Files that people send each other: judged by their bytes, named by us, only ever downloaded."""

import hashlib
import zipfile
from dataclasses import dataclass
from io import BytesIO

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from partners import typed
from partners.models import Partner, StoredFile
from partners.services import files

LARGEST_BYTES = files.LARGEST_BYTES
# What a table of ten megabytes may unfold into; an ordinary one takes ten times its size.
LARGEST_UNPACKED = 150 * 1024 * 1024
MOST_PARTS = 5_000
LONGEST_STEM = 80
PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")
# What a text begins with that a browser or a shell would take for more than words.
NOT_MERE_WORDS = ("<", "#!", "@echo", "%!ps", "{\\rtf")
TYPES = {
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv",
    ".txt": "text/plain",
}


class BadAttachment(Exception):
    """This file is not taken; the text says why and what to do."""


@dataclass(frozen=True)
class Attachment:
    """A file that may be kept, with the name it is shown and saved under."""

    name: str
    content: bytes
    content_type: str = ""
    picture: files.Picture | None = None

    @property
    def sha256(self) -> str:
        return self.picture.sha256 if self.picture else hashlib.sha256(self.content).hexdigest()


def read_attachment(upload: UploadedFile) -> Attachment:
    """Judge an upload, which takes a while: not for a transaction. Raises BadAttachment."""
    data = _bytes_of(upload)
    if data.startswith(PICTURES):
        return _picture(upload)
    ending = _kind_of(data, upload.name or "")
    return Attachment(safe_name(upload.name, ending), data, TYPES[ending])


def store_attachment(*, partner: Partner, attachment: Attachment) -> StoredFile:
    """Keep it, in the caller's transaction; the same bytes again are the same row."""
    if attachment.picture:
        return files.store_image(partner=partner, picture=attachment.picture, is_public=False)
    stored, _is_new = StoredFile.objects.get_or_create(
        partner=partner,
        sha256=attachment.sha256,
        defaults={
            "content_type": attachment.content_type,
            "content": attachment.content,
            "size": len(attachment.content),
        },
    )
    return stored


def _bytes_of(upload: UploadedFile) -> bytes:
    if not upload.size:
        raise BadAttachment(_("The file is empty. Choose it again."))
    if upload.size > LARGEST_BYTES:
        raise BadAttachment(_("The file is larger than 10 MB. Send a part of it, or a link."))
    upload.seek(0)
    return upload.read()


def _picture(upload: UploadedFile) -> Attachment:
    try:
        picture = files.read_image(upload)
    except files.BadImage as error:
        raise BadAttachment(str(error)) from error
    return Attachment(safe_name(upload.name, ".jpg"), picture.content, picture=picture)


def _kind_of(data: bytes, name: str) -> str:
    """The ending it is saved with."""
    if data.startswith(b"%PDF-"):
        return ".pdf"
    if data.startswith(b"PK"):
        _must_be_a_table(data)
        return ".xlsx"
    if _is_text(data):
        # The bytes of both are words; the name only says how to open them.
        return ".csv" if name.lower().endswith(".csv") else ".txt"
    raise BadAttachment(_not_taken())


def _must_be_a_table(data: bytes) -> None:
    """An Excel workbook without programs in it, and no bomb. Nothing is unpacked to see that."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise BadAttachment(_("The file is damaged. Save it anew and send it again.")) from error
    names = {part.filename for part in parts}
    if not {"[Content_Types].xml", "xl/workbook.xml"} <= names:
        raise BadAttachment(_not_taken())
    if any("vbaProject" in name for name in names):
        raise BadAttachment(_("There is a program (a macro) in it. Save it as XLSX without one."))
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise BadAttachment(_("It would unpack into far too much. Send a part of it."))


def _is_text(data: bytes) -> bool:
    """In UTF-8, UTF-16 or what older Windows saves: words and line ends, nothing else."""
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1251"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        has_control = any(sign < " " and sign not in "\t\r\n\f" for sign in text)
        return not has_control and not text.lstrip().lower().startswith(NOT_MERE_WORDS)
    return False


def _not_taken() -> str:
    return _("Such a file is not taken. Send JPEG, PNG, WebP, PDF, XLSX, CSV or TXT.")


def safe_name(name: str | None, ending: str) -> str:
    """Their name without its own ending and without signs that hide or turn what follows."""
    stem = (name or "").replace("\\", "/").rpartition("/")[2].rpartition(".")
    plain = typed.without_invisible(stem[0] or stem[2])
    kept = "".join(sign for sign in plain if sign not in '<>:"|?*%').strip(" .")
    return (kept[:LONGEST_STEM] or "file") + ending
