"""Tables that strangers send: read as Excel shows them, or refused in words."""

import struct

import pytest
from django.utils import translation

from sellercloudx.lib import sheets, tables, xlsx
from tests.workbooks import MAIN, WITH_MACROS, packed, sheet, workbook

NUMBERED = [(1, ["SKU", "Nom"]), (2, ["A-1", "Choynak"])]


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def read(data, most=100):
    return sheets.rows_of(data, most=most)


def refused(data, most=100) -> str:
    with pytest.raises(sheets.BadTable) as error:
        read(data, most)
    return str(error.value)


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_csv_as_programs_here_write_it(separator, encoding, end):
    text = end.join([f"SKU{separator}Nom", f"A-1{separator}Choynak", ""])
    assert read(text.encode(encoding)) == NUMBERED


def test_csv_of_an_older_windows():
    assert read("SKU;Название\nА-1;Чайник".encode("cp1251"))[1] == (2, ["А-1", "Чайник"])


def test_a_quoted_cell_holds_separators_and_lines_and_empty_rows_count():
    assert read(b'SKU;Nom\n\n;;\nA-1;"a; b\nc"') == [(1, ["SKU", "Nom"]), (4, ["A-1", "a; b\nc"])]


def test_what_our_tables_write_is_read_back():
    typed = ["007", "4780000000001", "=cmd|' /C calc'!A0", "-2", "'quoted'", "a;b", "60000,00"]
    table = tables.CsvTable(most_bytes=1000)
    table.add([typed])
    assert read(table.content()) == [(1, typed)]


def test_a_workbook_by_its_first_sheet_that_is_seen():
    assert read(workbook([["SKU", "Nom"], ["A-1", "Choynak"]])) == NUMBERED


def test_cells_of_a_workbook_as_they_are_shown():
    strings = (
        f'<sst xmlns="{MAIN}"><si><r><t>Choy</t></r><r><t>nak</t></r><rPh><t>x</t></rPh></si></sst>'
    )
    cells = (
        '<c r="A1" t="s"><v>0</v></c><c r="C1"><v>4.7800000000010005E12</v></c>'
        '<c r="D1"><f>1+2</f><v>0.30000000000000004</v></c><c r="E1" t="str"><f>A1</f><v>=x</v></c>'
        '<c r="F1" t="s"><v>99</v></c><c r="G1"><v>7.0</v></c><c t="b"><v>1</v></c>'
    )
    row = f'<worksheet xmlns="{MAIN}"><sheetData><row r="3">{cells}</row></sheetData></worksheet>'
    parts = {"xl/sharedStrings.xml": strings, "xl/worksheets/sheet2.xml": row}
    assert read(workbook([], **parts)) == [
        (3, ["Choynak", "", "4780000000001", "0.3", "=x", "", "7", "1"])
    ]


def test_more_rows_than_are_taken_are_said_plainly():
    many = "SKU\n" + "A\n" * 200_000
    assert "10\u00a0000" in refused(many.encode(), most=10_001)
    rows = workbook([["SKU"], *[[f"A-{number}"] for number in range(20)]])
    assert "10" in refused(rows, most=11)
    assert len(read(rows, most=21)) == 21


def test_a_bomb_is_not_unfolded():
    cell = b'<c t="inlineStr"><is><t>' + b"A" * 1000 + b"</t></is></c>"
    bomb = sheet([]).encode().replace(b"</sheetData>", cell * 60_000 + b"</sheetData>")
    assert "far too much" in refused(workbook([], **{"xl/worksheets/sheet2.xml": bomb}))


def test_a_bomb_that_says_it_is_small_is_not_unfolded():
    bomb = bytearray(workbook([], **{"xl/sharedStrings.xml": " " * (xlsx.MOST_UNPACKED + 1)}))
    size = struct.pack("<L", xlsx.MOST_UNPACKED + 1)
    assert bomb.count(size) >= 1
    lying = bytes(bomb).replace(size, struct.pack("<L", 10))
    assert refused(lying)


def test_entities_are_not_unfolded():
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>' + sheet([["&b;"]])
    assert refused(workbook([], **{"xl/worksheets/sheet2.xml": laughs}))
    inside = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + sheet([])
    assert refused(workbook([], **{"xl/workbook.xml": inside}))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"%PDF-1.7\n1 0 obj\n<<>>\nendobj", "no table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "old Excel"),
        (b"PK\x03\x04 and no more", "damaged"),
        (packed({"a.txt": "x"}), "no table"),
        (workbook([["SKU"]])[:-40], "damaged"),
        (workbook([["SKU"]], **{"xl/vbaProject.bin": "x"}), "macro"),
        (workbook([["SKU"]], kind=WITH_MACROS), "macro"),
        (workbook([["SKU"]], **{"xl/workbook.xml": "<a"}), "damaged"),
        (workbook([["SKU"]], **{"xl/worksheets/sheet2.xml": ""}), "damaged"),
        (b"\x89PNG\r\n\x1a\n\0\0", "no table"),
        (b'SKU;Nom\n"' + b"a" * 200_000, "quotes"),
    ],
)
def test_what_is_no_table(data, says):
    assert says in refused(data)


def test_a_workbook_under_a_password():
    data = bytearray(workbook([["SKU"]]))
    for start, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(start)
        while place >= 0:
            data[place + flags] |= 1
            place = data.find(start, place + 4)
    assert "password" in refused(bytes(data))


def test_a_column_far_away_takes_no_memory():
    row = '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>2</v></c></row>'
    far = sheet([]).replace("</sheetData>", row + "</sheetData>")
    assert read(workbook([], **{"xl/worksheets/sheet2.xml": far})) == [(1, ["1"])]


@pytest.mark.parametrize("written", ["1E400000", "NaN", "abc", "1e-999"])
def test_an_odd_number_is_left_as_it_is_written(written):
    assert xlsx.number_shown(written) == written
