"""From list state to `ListPage`: rows, chips, filters, links and buttons, all labelled."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from app.lowcode import once
from app.lowcode.fields import resolve
from app.lowcode.fields.relations import RelationField
from app.lowcode.listing import ListState
from app.lowcode.once_rendered import address, kept_for_actor, part_of_actor
from app.lowcode.pages import Action, Cell, Column, Layout, ListPage, Row
from app.lowcode.screens.columns import shown_columns, widths_of
from app.lowcode.screens.declare import Board, Calendar, Chart
from app.lowcode.screens.filters import chips_of
from app.lowcode.screens.reading import read_list, totals_of
from app.lowcode.screens.saved import current_view
from app.lowcode.selection import ListedRow
from app.lowcode.tally import Tally

SIZES = (25, 50, 100, 200)
_LAYOUTS = {
    "list": (_l("List"), "list"),
    "board": (_l("Board"), "layout-kanban"),
    "calendar": (_l("Calendar"), "calendar"),
    "chart": (_l("Chart"), "chart-bar"),
}
_NO_FIGURES = Tally(0)
#: kinds of fields with few values
_REPEATED = frozenset({"choice", "flag"})
_DECLARED = {"board": Board, "calendar": Calendar, "chart": Chart}


def offered_layouts(view: Any) -> list[str]:
    """The layouts a screen declares, the list first."""
    declared = [name for name, kind in _DECLARED.items() if view.layouts_of(kind)]
    return ["list", *declared]


def list_page(view: Any, state: ListState) -> ListPage:
    """Everything `list.html` shows for one state of one screen."""
    layout = state.layout if state.layout in offered_layouts(view) else "list"
    is_grouped = layout == "list" and bool(state.group)
    answer = read_list(view, state, with_rows=layout == "list" and not is_grouped)
    found, count = answer.page, answer.tally.count
    first = (found.number - 1) * state.size
    paths = shown_columns(view.listable, state)
    page = ListPage(
        title=str(view.list_title),
        resource=view.resource,
        url=view.list_url(),
        layout=layout,
        layouts=_layouts(view, state, layout),
        columns=columns_of(view, paths, state, answer.tally),
        rows=rows_of(view, found.rows, paths),
        count=count,
        is_counted=answer.tally.is_exact,
        summary_url=None if answer.tally.is_whole else view.summary_url(state),
        has_totals=bool(totals_of(view, state)),
        first=first + 1 if found.rows else 0,
        last=first + len(found.rows),
        number=found.number,
        most=-(-count // state.size),
        size=state.size,
        sizes=[(size, view.list_url(state, size=size, page=1)) for size in SIZES],
        prev_url=view.list_url(found.earlier) if found.earlier else None,
        next_url=view.list_url(found.later) if found.later else None,
        q=state.q,
        search_label=_search_label(view),
        chips=chips_of(view, state),
        view=current_view(view, state),
        columns_url=view.columns_url(state) if layout == "list" else None,
        filters_url=view.filters_url(state) if view.seen.filters else None,
        grouping_url=view.group_choices_url(state) if layout == "list" else None,
        grouped_by=view.grouped_by(state) if is_grouped else None,
        groups_url=view.groups_url(state) if is_grouped and count else None,
        carried=[pair for pair in state.pairs(page=1) if pair[0] != "q"],
        new_url=address(f"{view.endpoint}.add") if view.may("can_add") else None,
        import_url=f"/import/{view.resource}" if view.may("can_import") else None,
        exports=_exports(view, state),
        bulk_buttons=_bulk_buttons(view),
        clear_url=view.list_url(state, filters=(), q="", where="", page=1)
        if state.is_narrowed
        else None,
        help_url=view.help_url,
        warnings=answer.problems,
        key=once.new_key(),
    )
    view.fill_layout(page, state, layout)
    view.mark_editable(page.columns)
    return page


def _layouts(view: Any, state: ListState, active: str) -> list[Layout]:
    names = offered_layouts(view)
    if len(names) == 1:
        return []
    return [
        Layout(
            name,
            str(_LAYOUTS[name][0]),
            _LAYOUTS[name][1],
            view.list_url(state, layout=name, page=1, chart=0),
            name == active,
        )
        for name in names
    ]


def columns_of(
    view: Any, paths: Any, state: ListState | None, figures: Tally = _NO_FIGURES
) -> list[Column]:
    """Heads of a list; sort links only where a state is given."""
    source = view.listable
    sort = dict(state.sort or source.order) if state else {}
    widths = widths_of(view, state.columns) if state else {}
    columns = []
    for path in paths:
        resolved = resolve(view.model, path)
        down = sort.get(path)
        url = None
        if state and path in source.sortable:
            url = view.list_url(state, sort=((path, down is False),), page=1)
        total, average = figures.sums.get(path), figures.averages.get(path)
        columns.append(
            Column(
                path,
                str(resolved.label),
                resolved.field.kind,
                resolved.field.align,
                url,
                None if down is None else "desc" if down else "asc",
                resolved.field.text(total) if total is not None else None,
                resolved.field.text(average) if average is not None else None,
                widths.get(path),
            )
        )
    return columns


def rows_of(view: Any, rows: Sequence[ListedRow], paths: Sequence[str]) -> list[Row]:
    """Rows as shown, linked where the person may open them."""
    columns = [(path, _writer(view, path)) for path in paths]
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


def _writer(view: Any, path: str) -> Callable[[Any], Cell]:
    """What writes the cells of one column on one page, where many rows name the same record."""
    write = writer_of(view, path)
    is_related = isinstance(resolve(view.model, path).field, RelationField)
    return _once_each(write) if is_related else write


def writer_of(view: Any, path: str) -> Callable[[Any], Cell]:
    """What writes the cells of one column while rights hold: what does not differ by row is asked
    once, and few values that many rows have are written once."""
    field = resolve(view.model, path).field
    if field.kind in _REPEATED:
        return _once_each(field.cell)
    if not isinstance(field, RelationField):
        return field.cell
    screen = view.screen_of(field.target)
    if screen is None or not screen.may("can_show"):
        return field.cell
    start = screen.list_url()

    def linked(value: Any) -> Cell:
        cell = field.cell(value)
        cell.url = None if value is None else f"{start}{value.id}"
        return cell

    return linked


def _once_each(write: Callable[[Any], Cell]) -> Callable[[Any], Cell]:
    written: dict[Any, Cell] = {}

    def wrapped(value: Any) -> Cell:
        cell = written.get(value)
        if cell is None:
            cell = written[value] = write(value)
        return cell

    return wrapped


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


def actions_of(view: Any, *, bulk: bool, item: Any = None) -> list[Action]:
    """The actions that the person may run (on this row)."""

    def make() -> list[Action]:
        return [
            Action(
                name,
                str(action.text),
                action.icon,
                url_for(f"{view.endpoint}.action_post", name=name),
                str(action.confirmation) if action.confirmation else None,
                bulk=bulk,
            )
            for name, action in view.actions.items()
            if (action.multiple if bulk else action.single) and view.may_action(name)
        ]

    offered: list[Action] = kept_for_actor(("actions", view.resource, bulk), make)
    return [act for act in offered if item is None or view.is_action_available(act.name, item)]


def bulk_actions_of(view: Any) -> list[Action]:
    """The buttons for ticked rows, which follow from rights alone."""

    def make() -> list[Action]:
        return [*view.bulk_edit_action(), *actions_of(view, bulk=True), *_deletion(view)]

    found: list[Action] = kept_for_actor(("bulk actions", view.resource), make)
    return found


def _bulk_buttons(view: Any) -> Markup | None:
    actions = bulk_actions_of(view)
    if not actions:
        return None
    return part_of_actor("list/_bulk_buttons.html", view.resource, lambda: {"actions": actions})


def _deletion(view: Any) -> list[Action]:
    """The button that deletes all ticked rows."""
    if not view.may("can_delete"):
        return []
    url = url_for(f"{view.endpoint}.delete_many")
    question = _("Delete the selected records?")
    return [Action("delete", _("Delete"), "trash", url, question, style="danger", bulk=True)]
