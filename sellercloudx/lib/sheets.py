"""Tables that people send: CSV as any program here writes it, or the first sheet of an XLSX.

The type is taken from the bytes, never from the name. Nothing is computed: a formula of a CSV is
words, and of an XLSX what Excel last showed in its place.
"""

import csv
import io
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from sellercloudx.lib import xlsx
from sellercloudx.lib.tables import read_back

SEPARATORS = (";", ",", "\t")
MOST_COLUMNS = xlsx.MOST_COLUMNS
# Older Windows; it takes nearly any bytes, so it comes last.
ENCODINGS = ("utf-8-sig", "cp1251")
WIDE = (b"\xff\xfe", b"\xfe\xff")
# An old workbook, or a new one under a password.
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
PDF = b"%PDF-"

Row = tuple[int, list[str]]


class BadTable(Exception):
    """It cannot be read; the text says why and what to do."""


def rows_of(data: bytes, *, most: int) -> list[Row]:
    """Rows that are not empty, with their numbers as Excel shows them. Raises BadTable."""
    found: list[Row] = []
    try:
        for row in _read(data):
            if len(found) == most:
                raise BadTable(_too_many(most))
            found.append(row)
    except xlsx.Unreadable as error:
        raise BadTable(WORDS[error.code]()) from error
    except csv.Error as error:
        raise BadTable(_("A cell is never closed by its quotes. Save the table anew.")) from error
    return found


def _too_many(most: int) -> str:
    words = _("There are more than %(most)s rows in it. Send the table in several parts.")
    return words % {"most": f"{most - 1:,}".replace(",", "\u00a0")}


def _read(data: bytes) -> Iterator[Row]:
    if not data:
        raise BadTable(_("The file is empty. Choose it again."))
    if data.startswith(b"PK"):
        return _filled(xlsx.rows(data))
    if data.startswith(OLD_OFFICE):
        raise BadTable(
            _("This is an old Excel file, or one with a password. Save it as XLSX without one.")
        )
    if data.startswith(PDF):
        raise BadTable(_no_table())
    return _filled(_csv_rows(_text_of(data)))


def _filled(rows: Iterable[Row]) -> Iterator[Row]:
    for number, cells in rows:
        kept = [read_back(cell).strip() for cell in cells[:MOST_COLUMNS]]
        if any(kept):
            yield number, kept


def _text_of(data: bytes) -> str:
    for encoding in ("utf-16",) if data.startswith(WIDE) else ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not any(sign < " " and sign not in "\t\r\n\f" for sign in text):
            return text
    raise BadTable(_no_table())


def _csv_rows(text: str) -> Iterator[Row]:
    """Parted by whatever parts the first line into most cells."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(SEPARATORS, key=first.count)
    return enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=separator), start=1)


def _no_table() -> str:
    return _("This is no table we can read. Save it as XLSX or CSV.")


WORDS = {
    "damaged": lambda: _("The file is damaged. Save it anew and send it again."),
    "no_workbook": _no_table,
    "program": lambda: _("There is a program (a macro) in it. Save it as XLSX without one."),
    "bomb": lambda: _("It would unpack into far too much. Send the table in several parts."),
    "password": lambda: _("It is under a password. Save it without one."),
}
