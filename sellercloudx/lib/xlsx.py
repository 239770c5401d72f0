"""The first visible sheet of an XLSX workbook as rows of text (ECMA-376, part 1, 18.2 to 18.4).

What strangers send is read with a limit on what is unpacked, counted as it comes and not as the
archive says, and without any entity: a document type ends the reading. Styles are not looked at.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from decimal import Context, InvalidOperation
from posixpath import join, normpath
from xml.parsers import expat

# Ten thousand rows of twenty long cells come to a quarter of it; what is shared is kept in memory.
MOST_UNPACKED = 40 * 1024 * 1024
MOST_PARTS = 5_000
MOST_COLUMNS = 200
AT_ONCE = 64 * 1024
WORKBOOK = "xl/workbook.xml"
CELL = re.compile(r"([A-Z]{1,3})[0-9]+")
# Excel itself counts with so many digits.
DIGITS = Context(prec=15)
# A number larger than any that a person means is left as it is written.
LONGEST_NUMBER = 30
BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError, ValueError)

Attributes = dict[str, str]


class Unreadable(Exception):
    """`code` is damaged, no_workbook, program, bomb or password."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


def rows(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Each row with its number. Raises Unreadable."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from _Workbook(archive).rows()
    except RuntimeError as error:
        # What zipfile says of an encrypted part.
        raise Unreadable("password") from error
    except (expat.ExpatError, *BROKEN) as error:
        raise Unreadable("damaged") from error


class _Workbook:
    def __init__(self, archive: zipfile.ZipFile):
        self._archive = archive
        self._left = MOST_UNPACKED
        self._names = set(archive.namelist())
        if len(self._names) > MOST_PARTS:
            raise Unreadable("bomb")
        if not {"[Content_Types].xml", WORKBOOK} <= self._names:
            raise Unreadable("no_workbook")
        if any("vbaproject" in name.lower() for name in self._names) or self._has_macros():
            raise Unreadable("program")

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        sheet = self._first_sheet()
        strings = _Strings()
        if "xl/sharedStrings.xml" in self._names:
            for _piece in self._parsed("xl/sharedStrings.xml", strings):
                pass
        reader = _Sheet(strings.found)
        for _piece in self._parsed(sheet, reader):
            yield from reader.take()

    def _has_macros(self) -> bool:
        return b"macroEnabled" in b"".join(self._pieces("[Content_Types].xml"))

    def _first_sheet(self) -> str:
        """The name of the part that the first tab one can see is kept in."""
        sheets, links = _Elements("sheet"), _Elements("Relationship")
        for part, found in ((WORKBOOK, sheets), ("xl/_rels/workbook.xml.rels", links)):
            if part not in self._names:
                raise Unreadable("no_workbook")
            for _piece in self._parsed(part, found):
                pass
        targets = {one.get("Id"): one.get("Target", "") for one in links.found}
        visible = [one for one in sheets.found if one.get("state", "visible") == "visible"]
        target = targets.get(visible[0].get("id")) if visible else None
        name = normpath(join("xl", target)).lstrip("/") if target else ""
        if name not in self._names:
            raise Unreadable("no_workbook")
        return name

    def _parsed(self, name: str, handler: "_Handler") -> Iterator[None]:
        """Gives way after each piece, so that a long sheet is never in memory as a whole."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse
        parser.StartElementHandler = lambda tag, said: handler.start(_local(tag), _locals(said))
        parser.EndElementHandler = lambda tag: handler.end(_local(tag))
        parser.CharacterDataHandler = handler.text
        for piece in self._pieces(name):
            parser.Parse(piece, False)
            yield
        parser.Parse(b"", True)
        yield

    def _pieces(self, name: str) -> Iterator[bytes]:
        with self._archive.open(name) as part:
            while piece := part.read(AT_ONCE):
                self._left -= len(piece)
                if self._left < 0:
                    raise Unreadable("bomb")
                yield piece


def _refuse(*_said: object) -> None:
    """No workbook has a document type; what has one means to unfold it, or to read our files."""
    raise Unreadable("damaged")


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _locals(said: Attributes) -> Attributes:
    return {_local(name): value for name, value in said.items()}


class _Handler:
    """Hears the elements of a part by their own names, whatever namespace they are in."""

    def start(self, tag: str, said: Attributes) -> None: ...
    def end(self, tag: str) -> None: ...
    def text(self, words: str) -> None: ...


class _Elements(_Handler):
    def __init__(self, tag: str):
        self.found: list[Attributes] = []
        self._tag = tag

    def start(self, tag: str, said: Attributes) -> None:
        if tag == self._tag:
            self.found.append(said)


class _Words(_Handler):
    """Collects the words of <t>, but not those over East Asian letters that say how they sound."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._is_heard = self._is_sound = False

    def start(self, tag: str, said: Attributes) -> None:
        self._is_sound = self._is_sound or tag == "rPh"
        self._is_heard = tag in ("t", "v") and not self._is_sound

    def text(self, words: str) -> None:
        if self._is_heard:
            self._words.append(words)

    def end(self, tag: str) -> None:
        self._is_heard = False
        if tag == "rPh":
            self._is_sound = False

    def take_words(self) -> str:
        words, self._words = "".join(self._words), []
        return words


class _Strings(_Words):
    """The words that cells share."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def end(self, tag: str) -> None:
        super().end(tag)
        if tag == "si":
            self.found.append(self.take_words())


class _Sheet(_Words):
    def __init__(self, strings: list[str]):
        super().__init__()
        self._strings = strings
        self._rows: list[tuple[int, list[str]]] = []
        self._number = self._column = 0
        self._type = ""
        self._cells: dict[int, str] = {}

    def start(self, tag: str, said: Attributes) -> None:
        super().start(tag, said)
        if tag == "row":
            self._number = _number(said.get("r")) or self._number + 1
            self._cells, self._column = {}, -1
        elif tag == "c":
            self._column = _column(said.get("r", ""), self._column + 1)
            self._type = said.get("t", "n")
            self.take_words()

    def end(self, tag: str) -> None:
        super().end(tag)
        if tag == "c" and self._column < MOST_COLUMNS:
            self._cells[self._column] = self._shown(self.take_words())
        elif tag == "row" and self._cells:
            width = max(self._cells) + 1
            self._rows.append((self._number, [self._cells.get(one, "") for one in range(width)]))

    def take(self) -> list[tuple[int, list[str]]]:
        rows, self._rows = self._rows, []
        return rows

    def _shown(self, words: str) -> str:
        if self._type == "s":
            place = _number(words)
            is_known = place is not None and place < len(self._strings)
            return self._strings[place] if is_known else ""  # type: ignore[index]
        return number_shown(words) if self._type == "n" else words


def number_shown(words: str) -> str:
    """4.78E+12 as 4780000000000, 0.30000000000000004 as 0.3."""
    try:
        number = DIGITS.create_decimal(words.strip())
    except InvalidOperation:
        return words
    if not number.is_finite() or abs(number.adjusted()) > LONGEST_NUMBER:
        return words
    whole = number.to_integral_value()
    return f"{whole:f}" if number == whole else f"{number.normalize():f}"


def _number(words: str | None) -> int | None:
    return int(words) if words and re.fullmatch(r"[0-9]{1,9}", words) else None


def _column(reference: str, following: int) -> int:
    """A is 0, Z 25, AA 26; a cell that does not say where it stands follows the one before."""
    found = CELL.fullmatch(reference)
    if found is None:
        return following
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1
