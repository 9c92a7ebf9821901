"""What every kind of file is read into, and how much of it is read at most."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from app.rules.errors import InvalidInput

Cell = str | int | Decimal | date | datetime | bool | None
Row = tuple[int, list[Cell]]


@dataclass(frozen=True)
class Limits:
    """How much a file may ask of the server."""

    file_bytes: int = 16 * 2**20
    rows: int = 200_000
    columns: int = 200
    #: the most a cell holds in Excel; more is an unclosed quote
    cell_characters: int = 32_767
    #: what a workbook may unpack to, in all and as a multiple of its size
    unpacked_bytes: int = 200 * 2**20
    unpacked_ratio: int = 100
    entries: int = 50
    #: rows x columns of the used area of a sheet, which the parser holds in memory at once
    area: int = 6_000_000
    parser_bytes: int = 2**30
    #: until the parser gives its first row
    parser_seconds: int = 60


DEFAULT_LIMITS = Limits()


@dataclass
class Source:
    """The rows of a file, header included, without empty rows and empty cells at the end."""

    rows: Generator[Row]
    sheets: tuple[str, ...] = ()
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None


def trimmed(cells: list[Cell]) -> list[Cell]:
    """The row without the empty cells at its end."""
    length = len(cells)
    while length and cells[length - 1] is None:
        length -= 1
    return cells[:length]


def too_many_rows(limits: Limits) -> InvalidInput:
    return InvalidInput(
        "The file has more than %(count)s rows. Split it into smaller files.", count=limits.rows
    )


def too_many_columns(limits: Limits, line: int) -> InvalidInput:
    return InvalidInput(
        "Line %(line)s has more than %(count)s columns.", line=line, count=limits.columns
    )
