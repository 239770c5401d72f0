"""What may be sent along in a talk: judged by its bytes, renamed, only ever saved."""

import io
import struct
import tracemalloc
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from partners.models import ChatMessage, StoredFile
from partners.services import attachments
from tests import factories
from tests.partners.talking import AS_SCRIPT, SUPPORT, staff_says, typed
from tests.partners.test_files import bomb, picture

pytestmark = pytest.mark.django_db
SVG = "<svg xmlns='http://www.w3.org/2000/svg'/>"
XML = b'<?xml version="1.0"?><Types/>'


@pytest.fixture(autouse=True)
def _in_english(client):
    client.cookies["django_language"] = "en"


def archive(**parts: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as one:
        for name, content in parts.items():
            one.writestr(name.replace("__", "/"), content)
    return made.getvalue()


def table(**more: bytes) -> bytes:
    return archive(**{"[Content_Types].xml": XML, "xl__workbook.xml": XML} | more)


def sends(client, data: bytes, name="fayl.txt", text="Mana", **more):
    upload = SimpleUploadedFile(name, data)
    return client.post(SUPPORT, typed(text, attachment=upload), **more)


@pytest.mark.parametrize(
    ("data", "name", "saved_as", "content_type"),
    [
        (picture(), "rasm.exe", "rasm.jpg", "image/jpeg"),
        (picture(kind="JPEG"), "a.jpg", "a.jpg", "image/jpeg"),
        (picture(kind="WEBP"), "a", "a.jpg", "image/jpeg"),
        (picture(size=(800, 60)), "qator.png", "qator.jpg", "image/jpeg"),
        (picture(size=(1, 1)), "nuqta.png", "nuqta.jpg", "image/jpeg"),
        (picture(size=(20_000, 1)), "chiziq.png", "chiziq.jpg", "image/jpeg"),
        (b"%PDF-1.7\n...", "hisob.html", "hisob.pdf", "application/pdf"),
        (table(), "narxlar.xlsx", "narxlar.xlsx", attachments.TYPES[".xlsx"]),
        (b"sku;narx\nA-1;5000\n", "narx.csv", "narx.csv", "text/csv"),
        ("Нарх — 5 000 сўм".encode(), "a.txt", "a.txt", "text/plain"),
        ("Цена;Остаток".encode("cp1251"), "a.csv", "a.csv", "text/csv"),
        ("Narx\tQoldiq".encode("utf-16"), "a.txt", "a.txt", "text/plain"),
        (b"only words", "dastur.exe", "dastur.txt", "text/plain"),
    ],
)
def test_what_is_taken_comes_back_as_a_download(
    partner_client, partner, data, name, saved_as, content_type
):
    assert sends(partner_client, data, name).status_code == 302
    said = ChatMessage.objects.get()
    answer = partner_client.get(f"{SUPPORT}files/{said.pk}/")
    assert answer["Content-Disposition"] == f'attachment; filename="{saved_as}"'
    assert answer["Content-Type"] == content_type
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    if content_type != "image/jpeg":
        assert answer.content == data
    assert not StoredFile.objects.get().is_public
    assert partner_client.get(f"/i/{StoredFile.objects.get().sha256}.jpg").status_code == 404


BAD = {
    "HTML": (b"<!doctype html><script>alert(1)</script>", "is not taken"),
    "HTML after a mark": (b"\xef\xbb\xbf \n<html>", "is not taken"),
    "HTML in UTF-16": ("<html>".encode("utf-16"), "is not taken"),
    "SVG with a script": (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "not taken"),
    "SVG after two marks": (f"\ufeff{SVG}".encode("utf-16"), "is not taken"),
    "SVG after signs nobody sees": (f"\u200b \u2060\u200e{SVG}".encode(), "is not taken"),
    "SVG after both in UTF-16": (f"\ufeff\u200b\n{SVG}".encode("utf-16"), "is not taken"),
    "shell after a mark": ("\ufeff\u200b#!/bin/sh\nrm -rf /\n".encode(), "is not taken"),
    "XML": (XML, "is not taken"),
    "Windows program": (b"MZ\x90\0\3\0\0\0" + b"\0" * 60, "is not taken"),
    "Linux program": (b"\x7fELF\2\1\1\0" + b"\0" * 60, "is not taken"),
    "shell": (b"#!/bin/sh\nrm -rf /\n", "is not taken"),
    "batch": (b"@echo off\r\ndel *.*\r\n", "is not taken"),
    "zip": (archive(**{"a.txt": b"a"}), "is not taken"),
    "macro": (table(**{"xl__vbaProject.bin": b"x"}), "a program"),
    "cut table": (table()[:60], "damaged"),
    "gif": (picture(kind="GIF", mode="P", colour=0), "is not taken"),
    "empty": (b"", "empty"),
    "cut picture": (picture(kind="JPEG")[:300], "damaged"),
    "picture bomb": (bomb(60_000, 60_000), "megapixels"),
    "ten megabytes": (b"a" * (attachments.LARGEST_BYTES + 1), "larger than 10 MB"),
    "many parts": (table(**{f"xl__{n}": b"" for n in range(5_001)}), "far too much"),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_not_taken_is_refused_in_words_and_the_text_stays(partner_client, kind):
    data, words = BAD[kind]
    for name in ("narx.txt", "rasm.jpg", "a.pdf"):
        answer = sends(partner_client, data, name, "Yozganim turadi")
        page = answer.content.decode()
        assert (answer.status_code, words in page, "Yozganim turadi" in page) == (422, True, True)
    assert words in sends(partner_client, data, **AS_SCRIPT).content.decode()
    assert not ChatMessage.objects.exists() and not StoredFile.objects.exists()


def test_a_table_that_unfolds_into_far_too_much_is_refused(partner_client):
    unfolded = b"0" * (200 * 1024 * 1024)
    answer = sends(partner_client, table(**{"xl__sheet.xml": unfolded}), "narxlar.xlsx")
    assert answer.status_code == 422
    assert "far too much" in answer.content.decode()


def test_ten_gigabytes_by_header_are_refused_unread(partner_client):
    answer = partner_client.post(SUPPORT, typed(), CONTENT_LENGTH=str(10 * 1024**3))
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("hisob\u202efdp.exe", "hisobfdp.txt"),
        ("na\u200brx\u2066.csv", "narx.csv"),
        ("..\\..\\etc\\passwd", "passwd.txt"),
        ('a"<b>:|?.txt', "ab.txt"),
        ("\u202e\u200b.txt", "file.txt"),
        ("x" * 300 + ".txt", "x" * 80 + ".txt"),
        ("Нарх жадвали.txt", "Нарх жадвали.txt"),
    ],
)
def test_a_name_hides_nothing(partner, name, shown):
    upload = SimpleUploadedFile("x", b"words")
    upload._name = name
    assert attachments.read_attachment(upload).name == shown


def test_another_company_gets_no_file_and_no_file_of_a_note(client, partner, staff):
    file = attachments.Attachment("a.txt", b"a", "text/plain")
    seen = staff_says(partner, staff, "ochiq", attachment=file)
    note = staff_says(partner, staff, "yopiq", attachment=file, is_private=True)
    plain = staff_says(partner, staff, "faylsiz")
    client.force_login(partner.owner)
    answers = [client.get(f"{SUPPORT}files/{one.pk}/").status_code for one in (seen, note, plain)]
    assert answers == [200, 404, 404]
    client.force_login(factories.make_partner().owner)
    assert client.get(f"{SUPPORT}files/{seen.pk}/").status_code == 404


def test_the_same_file_again_is_kept_once(partner_client):
    for text in ("Bir", "Ikki"):
        sends(partner_client, b"words", text=text)
    assert ChatMessage.objects.count() == 2
    assert StoredFile.objects.count() == 1


def test_a_picture_forgets_where_it_was_taken(partner_client):
    from PIL import Image

    exif = Image.Exif()
    exif[0x010F] = "PhoneMaker"
    sends(partner_client, picture(kind="JPEG", exif=exif.tobytes()), "a.jpg")
    assert b"PhoneMaker" not in bytes(StoredFile.objects.get().content)


def forged(part: bytes, says: int) -> bytes:
    """A table with this part, whose headers say that it is so many bytes long."""
    data, real = table(**{"xl__sheet.xml": part}), struct.pack("<I", len(part))
    assert data.count(real) == 2
    return data.replace(real, struct.pack("<I", says))


def test_a_header_that_lies_about_its_size_hides_no_bomb(partner_client):
    for says in (0, 1, 1000):
        answer = sends(partner_client, forged(b"0" * (200 * 1024 * 1024), says), "a.xlsx")
        assert (answer.status_code, "far too much" in answer.content.decode()) == (422, True)
    assert not StoredFile.objects.exists()


def test_of_a_bomb_no_more_is_unfolded_at_once_than_a_piece():
    data = forged(b"0" * (200 * 1024 * 1024), 1)
    tracemalloc.start()
    with pytest.raises(attachments.BadAttachment, match="juda katta|far too much"):
        attachments.read_attachment(SimpleUploadedFile("a.xlsx", data))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 * attachments.PIECE


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_table_packed_in_a_way_that_has_no_measure_is_not_taken(partner_client, method):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as one:
        for name in ("[Content_Types].xml", "xl/workbook.xml"):
            one.writestr(name, XML)
    assert sends(partner_client, made.getvalue(), "a.xlsx").status_code == 422


def test_a_part_that_does_not_unfold_is_damage(partner_client):
    data = bytearray(table(**{"xl__sheet.xml": bytes(range(256)) * 40}))
    place = data.index(b"xl/sheet.xml") + len("xl/sheet.xml") + 20
    data[place : place + 20] = b"\xff" * 20
    answer = sends(partner_client, bytes(data), "a.xlsx")
    assert (answer.status_code, "damaged" in answer.content.decode()) == (422, True)
