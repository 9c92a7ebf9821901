"""A list in groups: their heads with figures over all rows, and the rows of one when it is opened.

All of it comes after the page, by its own requests.
"""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import abort, redirect, render_template, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from sqlalchemy.exc import DataError, StatementError

from app.lowcode import listing
from app.lowcode.fields import resolve
from app.lowcode.groups import Group, Grouping, Groups, gather, grouping_of, spans_of
from app.lowcode.list_state import ListState, read_state
from app.lowcode.once_rendered import address
from app.lowcode.pages import Column, GroupHead, GroupMenu, GroupPage, GroupRows
from app.lowcode.screens.columns import shown_columns
from app.lowcode.screens.list_frame import columns_of
from app.lowcode.screens.reading import totals_of
from app.lowcode.screens.rows import rows_of
from app.lowcode.tally import COUNTED
from app.rules.errors import DomainError

#: rows of an open group that come at once
ROWS = 25


@dataclass(frozen=True)
class _Asked:
    """A request about the groups of a list."""

    state: ListState
    grouping: Grouping
    paths: tuple[str, ...]


class Gathering:
    """Adds the groups of a list, the rows of one group, and the menu that chooses the column."""

    @expose("/groups")
    @has_access
    @permission_name("list")
    def groups_part(self) -> Any:
        """The heads of all groups; the query string is the state of the list."""
        asked = self._asked()
        summed = totals_of(self, asked.state)
        try:
            where = listing.condition(self.listable, asked.state)
            found = gather(self.model, asked.grouping, where, summed)
        except (DomainError, StatementError, DataError):
            abort(404)  # the page says why
        return render_template("list/_group_table.html", page=_page(self, asked, found, summed))

    @expose("/groups/rows")
    @has_access
    @permission_name("list")
    def group_rows(self) -> Any:
        """Some rows of the group whose filter is `at`, from the page of the state on."""
        asked = self._asked()
        try:
            state = _within(asked, request.args.get("at", ""))
            found = listing.page(self.listable, state, asked.paths, COUNTED)
        except (DomainError, StatementError, DataError):
            abort(404)
        more_url = None
        if found.later:
            later = replace(asked.state, page=found.later.page, after=found.later.after)
            more_url = _rows_url(self, later, request.args["at"])
        page = GroupRows(
            columns=columns_of(self, asked.paths, None),
            rows=rows_of(self, found.rows, asked.paths),
            more_url=more_url,
        )
        return render_template("list/_group_rows.html", page=page)

    @expose("/groups/choices")
    @has_access
    @permission_name("list")
    def group_choices(self) -> Any:
        """The columns that this list may be grouped by, for its menu; groups need scripts."""
        state = read_state(self.listable, request.args)
        if "HX-Request" not in request.headers:
            return redirect(self.list_url(state))
        choices = [_choice(self, state, path) for path in self.seen.filters]
        page = GroupMenu(
            clear_url=self.list_url(state, group="", page=1) if state.group else None,
            choices=[choice for choice in choices if choice[1]],
        )
        return render_template("list/_group_menu.html", page=page)

    def _asked(self) -> _Asked:
        state = read_state(self.listable, request.args)
        grouping = grouping_of(self.model, self.listable.filters, state.group) or abort(404)
        return _Asked(state, grouping, shown_columns(self.listable, state))

    def groups_url(self, state: ListState) -> str:
        return address(f"{self.endpoint}.groups_part") + state.query(page=1, size=25)

    def group_choices_url(self, state: ListState) -> str | None:
        """The menu of groupings; None where there is nothing to group by."""
        if not any(spans_of(self.model, path) for path in self.seen.filters):
            return None
        return address(f"{self.endpoint}.group_choices") + state.query(page=1)

    def grouped_by(self, state: ListState) -> str | None:
        """What a list is grouped by, in words."""
        grouping = grouping_of(self.model, self.listable.filters, state.group)
        if grouping is None:
            return None
        label = str(resolve(self.model, grouping.path).label)
        return f"{label} · {_(grouping.span.label)}" if grouping.span else label


def _choice(view: Any, state: ListState, path: str) -> tuple[str, list[tuple[str, str, bool]]]:
    """A column's label with (what it is gathered by, address, is it now) of each way."""
    ways = []
    for span in spans_of(view.model, path):
        text = Grouping(path, span).text
        url = view.list_url(state, group=text, layout="list", page=1)
        ways.append((_(span.label) if span else "", url, text == state.group))
    return str(resolve(view.model, path).label), ways


def _within(asked: _Asked, text: str) -> ListState:
    """The list that one group's filter leaves."""
    if not text:
        abort(404)
    filters = (*asked.state.filters, (asked.grouping.path, text))
    return replace(asked.state, filters=filters, group="", size=ROWS)


def _rows_url(view: Any, state: ListState, text: str) -> str:
    query = [*state.pairs(), ("at", text)]
    return url_for(f"{view.endpoint}.group_rows") + f"?{urlencode(query)}"


def _page(view: Any, asked: _Asked, found: Groups, summed: list[str]) -> GroupPage:
    columns = columns_of(view, asked.paths, asked.state)
    view.mark_editable(columns)
    lead = next((i for i, column in enumerate(columns) if column.name in summed), len(columns))
    return GroupPage(
        columns=columns,
        lead=max(lead, 1),
        heads=[_head(view, asked, group, columns[max(lead, 1) :]) for group in found.groups],
        is_cut=found.is_cut,
        totals=[] if found.is_cut else _sums(view, found.groups, columns[max(lead, 1) :], summed),
    )


def _head(view: Any, asked: _Asked, group: Group, columns: list[Column]) -> GroupHead:
    state = _within(asked, group.text)
    return GroupHead(
        label=group.label,
        color=group.color,
        count=f"{group.count:,}",
        url=view.list_url(state, page=1, size=asked.state.size),
        rows_url=_rows_url(view, asked.state, group.text),
        totals=[_total(view, column, group.sums.get(column.name)) for column in columns],
    )


def _total(view: Any, column: Column, value: Any) -> str:
    return "" if value is None else str(resolve(view.model, column.name).field.text(value))


def _sums(view: Any, groups: list[Group], columns: list[Column], summed: list[str]) -> list[str]:
    """The sums of all groups together, below their columns; none where nothing is summed."""
    if not summed:
        return []
    found = {}
    for path in summed:
        values = [group.sums[path] for group in groups if group.sums[path] is not None]
        found[path] = sum(values[1:], values[0]) if values else None
    return [_total(view, column, found.get(column.name)) for column in columns]
