"""From list state to `ListPage`: rows, chips, filters, links and buttons, all labelled."""

from dataclasses import replace
from typing import Any

from app.lowcode import once
from app.lowcode.list_state import ListState
from app.lowcode.pages import ListPage
from app.lowcode.screens.columns import shown_columns
from app.lowcode.screens.filters import chips_of
from app.lowcode.screens.list_frame import frame_of, with_figures
from app.lowcode.screens.reading import read_list
from app.lowcode.screens.rows import rows_of
from app.lowcode.screens.saved import current_view


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
