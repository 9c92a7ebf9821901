"""The error file: the rows that were not taken in, as they were, with line and reason beside them.

It can be corrected and brought in again. Cells keep their place; what a spreadsheet would run as
a formula is written as text.
"""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import xlsxwriter
from flask_babel import gettext as _

from app.lowcode.importing.reading import Cell, Table
from app.lowcode.importing.results import RowError
from app.rules.errors import InvalidInput
from app.rules.formulas import guard


def bad_rows(table: Table, errors: Iterable[RowError]) -> Iterator[list[Cell]]:
    """The header, then each bad row: line number, reasons, and the cells of the file."""
    reasons: dict[int, list[str]] = {}
    for error in errors:
        text = f"{error.column}: {error.text}" if error.column else error.text
        reasons.setdefault(error.line, []).append(text)
    yield [_("Line"), _("Reason"), *table.header]
    if 0 in reasons:
        yield [0, "; ".join(reasons[0])]
    try:
        for line, cells in table.rows:
            if line in reasons:
                yield [line, "; ".join(reasons[line]), *cells]
    except InvalidInput:
        # Where the file cannot be read any further; line 0 says so.
        return


def write_csv(path: Path, rows: Iterable[list[Cell]]) -> None:
    """UTF-8 with a byte order mark, which Excel needs to read Chinese."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        for row in rows:
            writer.writerow([_guarded(cell) for cell in row])


def write_xlsx(path: Path, rows: Iterable[list[Cell]]) -> None:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, options) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True, "bg_color": "#F1F5F9", "bottom": 1})
        dates = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.set_column(0, 0, 8)
        sheet.set_column(1, 1, 50)
        sheet.freeze_panes(1, 0)
        for place, row in enumerate(rows):
            for column, cell in enumerate(row):
                _write(sheet, place, column, cell, bold if place == 0 else None, dates)


def _write(sheet: Any, row: int, column: int, cell: Cell, style: Any, dates: Any) -> None:
    match cell:
        case None:
            return
        case str():
            sheet.write_string(row, column, cell, style)
        case bool() | int():
            sheet.write(row, column, cell, style)
        case _ if hasattr(cell, "year"):
            sheet.write_datetime(row, column, cell, dates)
        case _:
            sheet.write_number(row, column, cell, style)


def _guarded(cell: Cell) -> Any:
    return guard(cell) if isinstance(cell, str) else "" if cell is None else cell


WRITERS = {".csv": write_csv, ".xlsx": write_xlsx}


def write_bad_rows(path: Path, rows: Iterable[list[Cell]]) -> None:
    """As the name of the file says; InvalidInput for other endings."""
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise InvalidInput("The error file must end in .csv or .xlsx.")
    writer(path, rows)
