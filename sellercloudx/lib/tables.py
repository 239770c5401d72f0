"""Tables for a spreadsheet, as the Excel of people here opens them by a double click.

With Russian or Uzbek settings Windows parts columns by a semicolon and decimals by a comma, and
Excel follows it: a file with commas falls into one column, and a price with a point becomes text
or a date. Without the mark at the beginning it takes UTF-8 for the old Cyrillic code page.
"""

import csv
import io
import re
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

CONTENT_TYPE = "text/csv; charset=utf-8"
MARK = "\ufeff"
# What a spreadsheet takes for a formula, also as the wide signs of East Asian keyboards.
FORMULA = tuple("=+-@＝＋－＠")
CONTROL = ("\t", "\r", "\n")
# Of a longer number Excel shows 4,78E+12, and of one that begins with 0 it drops the zero.
LONGEST_NUMBER = 11
_SPOILED = re.compile(r'="([0-9]+)"')

Cell = str | int | Decimal | datetime | None


class TooLarge(Exception):
    """More than one file may hold."""


class CsvTable:
    """Rows in, bytes out; nothing is kept but these bytes."""

    def __init__(self, *, most_bytes: int):
        self._bytes = io.BytesIO()
        self._most = most_bytes
        self._bytes.write(MARK.encode())

    def add(self, rows: Iterable[Iterable[Cell]]) -> None:
        """Raises TooLarge."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
        writer.writerows([written(cell) for cell in row] for row in rows)
        self._bytes.write(text.getvalue().encode())
        if self._bytes.tell() > self._most:
            raise TooLarge

    def content(self) -> bytes:
        return self._bytes.getvalue()


def written(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return timezone.localtime(cell).strftime("%d.%m.%Y %H:%M")
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, Decimal):
        return f"{cell:f}".replace(".", ",")
    return _text(cell.replace("\0", ""))


def read_back(text: str) -> str:
    """A cell of a table of ours as it was before it was written, also out of another program."""
    if (code := _SPOILED.fullmatch(text)) is not None:
        return code[1]
    return text[1:] if text.startswith("'") and _is_formula(text[1:]) else text


def _text(text: str) -> str:
    """Words of anybody: they stay words, whatever they begin with."""
    if text.isascii() and text.isdigit():
        is_spoiled = len(text) > LONGEST_NUMBER or (len(text) > 1 and text[0] == "0")
        # Of digits alone, so it can be no other formula.
        return f'="{text}"' if is_spoiled else text
    return f"'{text}" if _is_formula(text) else text


def _is_formula(text: str) -> bool:
    return text.startswith(CONTROL) or text.lstrip().startswith(FORMULA)
