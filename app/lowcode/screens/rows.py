"""From values to what stands in the rows of a list."""

from collections.abc import Callable, Sequence
from typing import Any

from flask_babel import get_timezone

from app.lowcode.bounded import Bounded
from app.lowcode.fields import resolve
from app.lowcode.fields.relations import RelationField
from app.lowcode.fields.written import writer
from app.lowcode.once_rendered import kept_for_state
from app.lowcode.pages import Cell, Row
from app.lowcode.selection import ListedRow

#: rows that a process keeps as they were written, of two to three kilobytes each
_kept: Bounded[Row] = Bounded(3_000)


class _Writer:
    """Writes the rows of one list for one person in their language and zone, while rights hold."""

    def __init__(self, view: Any, paths: Sequence[str]) -> None:
        self._columns = [(path, writer_of(view, path, is_for_zone=True)) for path in paths]
        self._start = view.list_url() if view.may("can_show") else None
        #: do its rows follow from what was read of them?
        self._is_repeated = all(resolve(view.model, path).field.is_repeated for path in paths)

    def row(self, listed: ListedRow) -> Row:
        if listed.read is None or not self._is_repeated:
            return self._written(listed)
        return _kept.get((self, listed.read), self._written, listed)

    def _written(self, listed: ListedRow) -> Row:
        url, values = f"{self._start}{listed.id}" if self._start else "", listed.values
        cells = [write(values[path]) for path, write in self._columns]
        if cells and cells[0].kind == "text" and url:
            cells[0] = Cell("link", cells[0].text, url=url)
        return Row(listed.id, url, cells, listed.version)


def rows_of(view: Any, rows: Sequence[ListedRow], paths: Sequence[str]) -> list[Row]:
    """Rows as shown, linked where the person may open them."""
    shown = tuple(paths)
    key = ("writer", view.resource, shown, str(get_timezone()))
    write: _Writer = kept_for_state(key, lambda: _Writer(view, shown))
    return [write.row(row) for row in rows]


def cell_of(view: Any, path: str, value: Any) -> Cell:
    """A value with the link to the related record, where the person may open it."""
    return writer_of(view, path)(value)


def writer_of(view: Any, path: str, *, is_for_zone: bool = False) -> Callable[[Any], Cell]:
    """What writes the cells of one column while rights hold, for who reads the language of now
    (`is_for_zone`: and in the zone of now)."""
    field = resolve(view.model, path).field
    screen = view.screen_of(field.target) if isinstance(field, RelationField) else None
    start = screen.list_url() if screen and screen.may("can_show") else None
    return writer(field, start, is_for_zone=is_for_zone)
