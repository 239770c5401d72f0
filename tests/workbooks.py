"""XLSX workbooks made by hand, sound and otherwise; small enough to see what is in them."""

import io
import zipfile
from xml.sax.saxutils import escape, quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.{kind}.main+xml"/></Types>'
)
PLAIN = "openxmlformats-officedocument.spreadsheetml.sheet"
WITH_MACROS = "ms-excel.sheet.macroEnabled"
BOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets>'
    '<sheet name="Hidden" sheetId="1" state="hidden" r:id="rId1"/>'
    '<sheet name="Tovarlar" sheetId="2" r:id="rId2"/></sheets></workbook>'
)
BOOK_LINKS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="worksheets/sheet1.xml"/>'
    '<Relationship Id="rId2" Target="/xl/worksheets/sheet2.xml"/></Relationships>'
)


def workbook(rows, *, kind=PLAIN, **parts) -> bytes:
    """`rows` of words and numbers; `parts` are further ones by name, or others instead."""
    return packed(
        {
            "[Content_Types].xml": TYPES.format(kind=kind),
            "xl/workbook.xml": BOOK,
            "xl/_rels/workbook.xml.rels": BOOK_LINKS,
            "xl/worksheets/sheet1.xml": sheet([["hidden"]]),
            "xl/worksheets/sheet2.xml": sheet(rows),
        }
        | parts
    )


def packed(parts) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def sheet(rows) -> str:
    lines = "".join(_row(number, cells) for number, cells in enumerate(rows, start=1))
    return f'<worksheet xmlns="{MAIN}"><sheetData>{lines}</sheetData></worksheet>'


def _row(number, cells) -> str:
    written = "".join(
        _cell(f"{chr(65 + place)}{number}", cell)
        for place, cell in enumerate(cells)
        if cell is not None
    )
    return f'<row r="{number}">{written}</row>'


def _cell(reference, cell) -> str:
    if isinstance(cell, str):
        return f"<c r={quoteattr(reference)} t='inlineStr'><is><t>{escape(cell)}</t></is></c>"
    return f"<c r={quoteattr(reference)}><v>{cell}</v></c>"
