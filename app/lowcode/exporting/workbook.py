"""XLSX with typed cells; what people typed stays text and never becomes a formula or a link."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import IO, Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format as CellFormat
from xlsxwriter.worksheet import Worksheet

from app.lowcode.exporting.table import ExportTable

#: rows of a sheet below its head
MOST_ROWS = 1_048_575
_LONGEST_TEXT = 32_767
_SAMPLE = 200
_NARROWEST, _WIDEST = 8, 48
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_NUMBER_FORMATS = {
    "money": "#,##0.00",
    "number": "0",
    "date": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm",
}
_WIDTHS = {"date": 12, "moment": 17, "money": 15}
#: Excel counts days from 1900; earlier dates are written as text.
_FIRST_YEAR = 1900
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_Write = Callable[[int, int, Any], Any]


def write(table: ExportTable, file: IO[bytes]) -> None:
    """The table as a workbook of one sheet; rows wait on disk, not in memory."""
    book = Workbook(file, _OPTIONS)
    book.set_properties(
        {"title": table.title, "author": table.author, "comments": "\n".join(table.summary)}
    )
    sheet = book.add_worksheet(_sheet_name(table.title))
    sample = list(islice(table.rows, _SAMPLE))
    _lay_out(book, sheet, table, sample)
    writers = [_writer(book, sheet, column.field.kind) for column in table.columns]
    fields = [column.field for column in table.columns]
    for number, row in enumerate(chain(sample, table.rows), start=1):
        for index, value in enumerate(row):
            if value is not None:
                writers[index](number, index, fields[index].sheet(value))
    book.close()


def _lay_out(
    book: Workbook, sheet: Worksheet, table: ExportTable, sample: list[Sequence[Any]]
) -> None:
    head = book.add_format(
        {"bold": True, "bg_color": "#E7EEF7", "bottom": 1, "valign": "vcenter", "text_wrap": True}
    )
    for index, column in enumerate(table.columns):
        texts = [column.field.text(row[index]) for row in sample]
        sheet.set_column(index, index, _column_width(column.field.kind, column.label, texts))
    sheet.set_row(0, 22)
    for index, column in enumerate(table.columns):
        sheet.write_string(0, index, _clean(column.label), head)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, table.count, len(table.columns) - 1)


def _column_width(kind: str, label: str, texts: list[str]) -> int:
    """In characters, wide enough for nearly all of a sample; one long text does not stretch it."""
    lengths = sorted(_width(text) for text in texts)
    usual = lengths[int(len(lengths) * 0.95)] if lengths else 0
    widest = max(_width(label) + 4, _WIDTHS.get(kind, usual + 2))
    return min(max(widest, _NARROWEST), _WIDEST)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _writer(book: Workbook, sheet: Worksheet, kind: str) -> _Write:
    """Writes a value into a cell by its Python type, in the column's number format."""
    numbers = {"num_format": _NUMBER_FORMATS[kind]} if kind in _NUMBER_FORMATS else {}
    style: CellFormat = book.add_format({"valign": "top", **numbers})

    def put(row: int, column: int, value: Any) -> None:
        match value:
            case bool():
                sheet.write_boolean(row, column, value, style)
            case int() | Decimal():
                sheet.write_number(row, column, value, style)
            case date() | datetime() if value.year >= _FIRST_YEAR:
                sheet.write_datetime(row, column, value, style)
            case date() | datetime():
                sheet.write_string(row, column, value.isoformat(), style)
            case _ if value != "":
                sheet.write_string(row, column, _clean(str(value)), style)

    return put


def _clean(text: str) -> str:
    """What a cell can hold: no characters that XML forbids, and not more than Excel's limit."""
    return _NOT_XML.sub("", text)[:_LONGEST_TEXT]


def _sheet_name(title: str) -> str:
    return re.sub(r"[\[\]:*?/\\']", " ", _clean(title)).strip()[:31] or "1"
