"""From list state to `ListPage`: rows, chips, filters, links and buttons, all labelled."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from flask_babel import get_timezone

from app.lowcode import once
from app.lowcode.fields import resolve
from app.lowcode.fields.relations import RelationField
from app.lowcode.fields.written import writer
from app.lowcode.list_state import ListState
from app.lowcode.once_rendered import kept_for_state
from app.lowcode.pages import Cell, ListPage, Row
from app.lowcode.screens.columns import shown_columns
from app.lowcode.screens.filters import chips_of
from app.lowcode.screens.list_frame import frame_of, with_figures
from app.lowcode.screens.reading import read_list
from app.lowcode.screens.saved import current_view
from app.lowcode.selection import ListedRow


def list_page(view: Any, state: ListState) -> ListPage:
    """Everything `list.html` shows for one state of one screen."""
    frame = frame_of(view, state)
    is_list, is_grouped = frame.layout == "list", frame.grouped_by is not None
    answer = read_list(view, state, with_rows=is_list and not is_grouped)
    found, tally = answer.page, answer.tally
    first = (found.number - 1) * state.size
    page = replace(
        frame,
        columns=with_figures(view, frame.columns, tally),
        rows=rows_of(view, found.rows, shown_columns(view.listable, state)),
        count=tally.count,
        is_counted=tally.is_exact,
        summary_url=None if tally.is_whole else view.summary_url(state),
        first=first + 1 if found.rows else 0,
        last=first + len(found.rows),
        number=found.number,
        most=-(-tally.count // state.size),
        prev_url=view.list_url(found.earlier) if found.earlier else None,
        next_url=view.list_url(found.later) if found.later else None,
        chips=chips_of(view, state),
        view=current_view(view, state),
        groups_url=view.groups_url(state) if is_grouped and tally.count else None,
        warnings=answer.problems,
        key=once.new_key(),
    )
    view.fill_layout(page, state, page.layout)
    return page


def rows_of(view: Any, rows: Sequence[ListedRow], paths: Sequence[str]) -> list[Row]:
    """Rows as shown, linked where the person may open them."""
    columns = _writers(view, tuple(paths))
    start = view.list_url() if view.may("can_show") else None
    shown = []
    for row in rows:
        url = f"{start}{row.id}" if start else ""
        values = row.values
        cells = [write(values[path]) for path, write in columns]
        if cells and cells[0].kind == "text" and url:
            cells[0] = Cell("link", cells[0].text, url=url)
        shown.append(Row(row.id, url, cells, row.version))
    return shown


def cell_of(view: Any, path: str, value: Any) -> Cell:
    """A value with the link to the related record, where the person may open it."""
    return writer_of(view, path)(value)


def _writers(view: Any, paths: tuple[str, ...]) -> list[tuple[str, Callable[[Any], Cell]]]:
    key = ("writers", view.resource, paths, str(get_timezone()))
    found: list[tuple[str, Callable[[Any], Cell]]] = kept_for_state(
        key, lambda: [(path, writer_of(view, path, is_for_zone=True)) for path in paths]
    )
    return found


def writer_of(view: Any, path: str, *, is_for_zone: bool = False) -> Callable[[Any], Cell]:
    """What writes the cells of one column while rights hold, for who reads the language of now
    (`is_for_zone`: and in the zone of now)."""
    field = resolve(view.model, path).field
    screen = view.screen_of(field.target) if isinstance(field, RelationField) else None
    start = screen.list_url() if screen and screen.may("can_show") else None
    return writer(field, start, is_for_zone=is_for_zone)
