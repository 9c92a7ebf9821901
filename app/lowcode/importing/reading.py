"""The rows of a CSV file or a workbook, checked before they are read and streamed one by one."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Self

from app.lowcode.importing.delimited import open_delimited
from app.lowcode.importing.sources import DEFAULT_LIMITS, Cell, Limits, Row, Source
from app.lowcode.importing.workbook import open_workbook
from app.rules.errors import InvalidInput

__all__ = ["Cell", "Limits", "Row", "Table", "cell_text", "fit", "join_excess", "read_table"]

_DELIMITED = frozenset({".csv", ".tsv", ".txt"})
#: what a byte that fits no encoding is read as
_UNREADABLE = "\N{REPLACEMENT CHARACTER}"


@dataclass
class Table:
    """One table of a file: its header and the rows below it; close it or use it as a context.

    `rows` yields (line number in the file where the record begins, cells). A row is as long as
    the header, or longer where the record has more cells than that; empty cells are None and
    empty rows are left out. The rows can be read once.
    """

    header: list[str]
    rows: Generator[Row]
    sheets: tuple[str, ...] = ()
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None

    def close(self) -> None:
        """Let go of the file, and of the process that reads it."""
        self.rows.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def read_table(
    path: Path, *, filename: str, limits: Limits = DEFAULT_LIMITS, sheet: str | None = None
) -> Table:
    """The table in the file at `path`; `filename` is the name its owner knows it by.

    CSV in UTF-8, GB18030 or UTF-16 with comma, semicolon or tab, or the named sheet (by default
    the first visible one) of an XLSX workbook. Raises InvalidInput for a file that cannot or
    must not be read, here or while the rows are read.
    """
    suffix = Path(filename).suffix.lower()
    if path.stat().st_size > limits.file_bytes:
        raise InvalidInput(
            "The file is larger than %(megabytes)s MB. Split it into smaller files.",
            megabytes=limits.file_bytes // 2**20,
        )
    if suffix in _DELIMITED:
        source = open_delimited(path, limits)
    elif suffix == ".xlsx":
        source = open_workbook(path, limits, sheet)
    elif suffix == ".xls":
        raise InvalidInput("The old .xls format is not read. Save the file as .xlsx or CSV.")
    else:
        raise InvalidInput("Only .xlsx and .csv files can be imported.")
    return _with_header(source)


def cell_text(cell: Cell) -> str:
    """The cell as somebody would type it, trimmed; InvalidInput if its bytes were unreadable.

    Numbers are plain digits without an exponent, days and moments in ISO form, empty cells "".
    """
    match cell:
        case None:
            return ""
        case str():
            if _UNREADABLE in cell:
                raise InvalidInput(
                    "“%(text)s” has characters that cannot be read. Save the file as UTF-8.",
                    text=cell.strip()[:40],
                )
            return cell.strip()
        case bool():
            return "true" if cell else "false"
        case Decimal():
            return f"{cell:f}"
        case datetime():
            return cell.isoformat(" ")
        case date():
            return cell.isoformat()
        case int():
            return str(cell)


def join_excess(cells: Sequence[Cell], width: int, column: int, delimiter: str) -> list[Cell]:
    """The row cut to `width` by giving the cells it has too many back to one column.

    For files that do not quote: "24, place Kléber" was one address before the comma split it.
    """
    excess = len(cells) - width
    if excess <= 0:
        return list(cells)
    pieces = ("" if cell is None else str(cell) for cell in cells[column : column + excess + 1])
    return [*cells[:column], delimiter.join(pieces), *cells[column + excess + 1 :]]


def fit(cells: Sequence[Cell], width: int, column: int, delimiter: str) -> list[Cell]:
    """The row in the width of the header; only longer rows are changed.

    In files that do not quote, what stood behind a comma begins with a blank: such a cell belongs
    to the one before. What is still too much belongs to the `column`.
    """
    fitted = list(cells)
    place = 1
    while len(fitted) > width and place < len(fitted):
        cell, before = fitted[place], fitted[place - 1]
        if isinstance(cell, str) and cell[:1] == " " and isinstance(before, str):
            fitted[place - 1 : place + 1] = [f"{before}{delimiter}{cell}"]
        else:
            place += 1
    return join_excess(fitted, width, column, delimiter)


def _with_header(source: Source) -> Table:
    first = next(source.rows, None)
    if first is None:
        raise InvalidInput("The file is empty.")
    header = [" ".join(cell_text(cell).split()) for cell in first[1]]
    return Table(
        header=header,
        rows=_at_least(source.rows, len(header)),
        sheets=source.sheets,
        sheet=source.sheet,
        encoding=source.encoding,
        delimiter=source.delimiter,
    )


def _at_least(rows: Generator[Row], width: int) -> Generator[Row]:
    try:
        for line, cells in rows:
            yield line, cells + [None] * (width - len(cells))
    finally:
        rows.close()
