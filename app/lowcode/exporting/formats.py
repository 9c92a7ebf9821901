"""The file formats an export can have; a layer above may add its own."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO, Any

from app.lowcode import audit
from app.lowcode.exporting import delimited, workbook
from app.lowcode.exporting.table import ExportTable, table_of
from app.lowcode.list_state import Listable, ListState
from app.rules.errors import DomainError, InvalidInput


@dataclass(frozen=True)
class Format:
    """How a table becomes a file."""

    name: str
    content_type: str
    write: Callable[[ExportTable, IO[bytes]], None]
    #: rows that fit
    most_rows: Callable[[], int] | None = None
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


def export(
    view: Any,
    source: Listable,
    state: ListState,
    name: str,
    paths: Sequence[str] | None = None,
    watched: Callable[[ExportTable], ExportTable] = lambda table: table,
) -> IO[bytes]:
    """The rows of `state` as a temporary file of the named format, at its beginning.

    One line of the audit trail goes with it. Written whole before anybody reads it: a slow
    download holds no transaction open, and a file that breaks off is never delivered. `watched`
    may look at the rows as they pass.
    DomainError for an unknown format or filter, for too many rows and for a missing font.
    """
    chosen = find(name)
    extras = view.export_extras if chosen.takes_all_columns else ()
    table = table_of(view, source, state, paths if chosen.takes_all_columns else None, extras)
    limit = chosen.most_rows() if chosen.most_rows else None
    if limit is not None and table.count > limit:
        raise DomainError(
            "This file holds at most %(limit)s rows; narrow the list or choose another format.",
            limit=limit,
        )
    file = tempfile.TemporaryFile()  # noqa: SIM115 - handed on open
    try:
        chosen.write(watched(table), file)
        _note(view, state, name, table.count)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _note(view: Any, state: ListState, name: str, count: int) -> None:
    query = state.query(page=1, size=25, layout="list", chart=0)
    changes = {"format": name, "rows": count, "filter": query}
    audit.record_apart("export", view.model.__name__, None, "", changes)


register(Format("csv", "text/csv; charset=utf-8", delimited.write))
register(
    Format(
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        workbook.write,
        most_rows=lambda: workbook.MOST_ROWS,
    )
)
