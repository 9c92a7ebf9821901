"""The file formats an export can have; a layer above may add its own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.lowcode.exporting import delimited, workbook
from app.lowcode.exporting.table import ExportTable
from app.rules.errors import InvalidInput


@dataclass(frozen=True)
class Format:
    """How a table becomes a file: `write` gives its bytes piece by piece."""

    name: str
    content_type: str
    write: Callable[[ExportTable], Iterator[bytes]]
    #: rows that fit
    most_rows: int | None = None
    #: can every readable column be asked for, or only those of the list?
    takes_all_columns: bool = True


_formats: dict[str, Format] = {}


def register(chosen: Format) -> None:
    """Offer a format under its name, in place of one registered before."""
    _formats[chosen.name] = chosen


def find(name: str) -> Format:
    """The format of a file name's ending; InvalidInput where there is none."""
    if name not in _formats:
        raise InvalidInput("There is no export as %(name)s.", name=name[:20])
    return _formats[name]


register(Format("csv", "text/csv; charset=utf-8", delimited.write))
register(
    Format(
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        workbook.write,
        most_rows=workbook.MOST_ROWS,
    )
)
