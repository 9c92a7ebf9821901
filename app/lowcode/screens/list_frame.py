"""What stands around the rows of a list: it follows from the state and the rights alone, and is
made once for all pages of the state."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from app.lowcode.fields import resolve
from app.lowcode.list_state import ListState
from app.lowcode.once_rendered import address, drawn, kept_for_state
from app.lowcode.pages import Column, DrawnParts, Layout, ListPage
from app.lowcode.screens.columns import shown_columns, widths_of
from app.lowcode.screens.declare import Board, Calendar, Chart
from app.lowcode.screens.list_actions import bulk_buttons
from app.lowcode.screens.reading import totals_of
from app.lowcode.tally import Tally

SIZES = (25, 50, 100, 200)
_LAYOUTS = {
    "list": (_l("List"), "list"),
    "board": (_l("Board"), "layout-kanban"),
    "calendar": (_l("Calendar"), "calendar"),
    "chart": (_l("Chart"), "chart-bar"),
}
_DECLARED = {"board": Board, "calendar": Calendar, "chart": Chart}


def offered_layouts(view: Any) -> list[str]:
    """The layouts a screen declares, the list first."""
    declared = [name for name, kind in _DECLARED.items() if view.layouts_of(kind)]
    return ["list", *declared]


def frame_of(view: Any, state: ListState) -> ListPage:
    """A page without rows, which is to be copied: it serves all who ask in this state."""
    layout = state.layout if state.layout in offered_layouts(view) else "list"
    state = replace(state, page=1, after="", before="", layout=layout)

    def make() -> ListPage:
        page = _frame(view, state)
        page.drawn = _drawn(page, has_chips=bool(state.filters or state.where))
        page.state = state
        return page

    found: ListPage = kept_for_state(("list", view.resource, state), make)
    return found


def _frame(view: Any, state: ListState) -> ListPage:
    is_list = state.layout == "list"
    is_narrowed = state.is_narrowed
    unfiltered = {"filters": (), "q": "", "where": "", "page": 1}
    columns = columns_of(view, shown_columns(view.listable, state), state)
    view.mark_editable(columns)
    return ListPage(
        title=str(view.list_title),
        resource=view.resource,
        url=view.list_url(),
        layout=state.layout,
        layouts=_layouts(view, state),
        columns=columns,
        rows=[],
        count=0,
        first=0,
        last=0,
        has_totals=bool(totals_of(view, state)),
        size=state.size,
        sizes=[(size, view.list_url(state, size=size)) for size in SIZES],
        q=state.q,
        search_label=_search_label(view),
        columns_url=view.columns_url(state) if is_list else None,
        filters_url=view.filters_url(state) if view.seen.filters else None,
        grouping_url=view.group_choices_url(state) if is_list else None,
        grouped_by=view.grouped_by(state) if is_list and state.group else None,
        carried=[pair for pair in state.pairs() if pair[0] != "q"],
        new_url=address(f"{view.endpoint}.add") if view.may("can_add") else None,
        import_url=f"/import/{view.resource}" if view.may("can_import") else None,
        exports=_exports(view, state),
        bulk_buttons=bulk_buttons(view),
        clear_url=view.list_url(state, **unfiltered) if is_narrowed else None,
        help_url=view.help_url,
    )


def _drawn(page: ListPage, *, has_chips: bool) -> DrawnParts:
    def part(name: str) -> Markup:
        return drawn(f"list/_{name}.html", page=page)

    tools = None if has_chips else part("filters")
    return DrawnParts(part("actions"), part("search"), part("head"), part("sizes"), tools)


def _layouts(view: Any, state: ListState) -> list[Layout]:
    names = offered_layouts(view)
    if len(names) == 1:
        return []
    return [
        Layout(
            name,
            str(_LAYOUTS[name][0]),
            _LAYOUTS[name][1],
            view.list_url(state, layout=name, chart=0),
            name == state.layout,
        )
        for name in names
    ]


def columns_of(view: Any, paths: Iterable[str], state: ListState | None) -> list[Column]:
    """Heads of a list; sort links only where a state is given."""
    source = view.listable
    sort = dict(state.sort or source.order) if state else {}
    widths = widths_of(view, state.columns) if state else {}
    columns = []
    for path in paths:
        resolved, down, url = resolve(view.model, path), sort.get(path), None
        if state and path in source.sortable:
            url = view.list_url(state, sort=((path, down is False),), page=1)
        columns.append(
            Column(
                path,
                str(resolved.label),
                resolved.field.kind,
                resolved.field.align,
                url,
                None if down is None else "desc" if down else "asc",
                width=widths.get(path),
            )
        )
    return columns


def with_figures(view: Any, columns: list[Column], tally: Tally) -> list[Column]:
    """The same columns with what they come to."""
    return [_with_figures(view, c, tally) if c.name in tally.sums else c for c in columns]


def _with_figures(view: Any, column: Column, tally: Tally) -> Column:
    field = resolve(view.model, column.name).field
    total, average = tally.sums[column.name], tally.averages.get(column.name)
    return replace(
        column,
        total=field.text(total) if total is not None else None,
        average=field.text(average) if average is not None else None,
    )


def _search_label(view: Any) -> str:
    labels = [str(resolve(view.model, path).label) for path in view.seen.search[:3]]
    return _("Search %(what)s", what=" / ".join(labels)) if labels else ""


def _exports(view: Any, state: ListState) -> list[tuple[str, str, str]]:
    if not view.may("can_export"):
        return []
    query = state.query(page=1, size=25, layout="list", chart=0)
    return [
        (fmt, label, address(f"{view.endpoint}.export", fmt=fmt) + query)
        for fmt, label in (("xlsx", "Excel (XLSX)"), ("csv", "CSV"), ("pdf", "PDF"))
    ]
