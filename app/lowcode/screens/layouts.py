"""Board, calendar and chart over the same filtered rows as the list."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import abort, jsonify, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import get_timezone
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, func, select, true

from app.extensions import db
from app.lowcode import listing
from app.lowcode.fields import Field, field_of, resolve
from app.lowcode.fields.relations import RelationField
from app.lowcode.list_state import ListState, read_state
from app.lowcode.pages import BoardCard, BoardColumn, ListPage
from app.lowcode.screens.charts import chart_data, chart_title, code_of
from app.lowcode.screens.declare import Board, Calendar, Chart
from app.lowcode.screens.rows import cell_of
from app.lowcode.selection import selection
from app.rules.errors import DomainError

CARDS = 20
STACKS = 30
#: CSS colours of the badge names, for calendars
_COLORS = {
    "blue": "#206bc4", "azure": "#4299e1", "indigo": "#4263eb", "purple": "#ae3ec9",
    "pink": "#d6336c", "red": "#d63939", "orange": "#f76707", "yellow": "#f59f00",
    "lime": "#74b816", "green": "#2fb344", "teal": "#0ca678", "cyan": "#17a2b8", "gray": "#667382",
}  # fmt: skip


class LayoutData:
    """Adds the JSON behind calendar and chart, and fills the board of a `ListPage`."""

    def layouts_of(self, kind: type[Any]) -> list[Any]:
        """The declared layouts of a kind, without those that would tell a hidden column."""
        return [layout for layout in self.seen.layouts if isinstance(layout, kind)]

    @property
    def boards(self) -> list[Board]:
        return self.layouts_of(Board)

    def field(self, name: str) -> Field:
        return field_of(self.model, name)

    def stacks_where(self, board: Board, state: ListState) -> ColumnElement[bool]:
        """Which related rows stand as stacks on a board by a relation."""
        return true()

    def fill_layout(self, page: ListPage, state: ListState, layout: str) -> None:
        plain = replace(state, page=1, layout="list", size=25)
        if layout == "board":
            wanted = min(state.chart, len(self.boards) - 1)
            page.board_field = self.boards[wanted].column
            page.charts = [
                (
                    i,
                    str(self.field(b.column).label),
                    self._layout_url(state, "board", i),
                    i == wanted,
                )
                for i, b in enumerate(self.boards)
            ]
            with suppress(DomainError):  # a filter that cannot be read: said already
                page.board = board_of(self, self.boards[wanted], state)
            if self.may("can_edit") and page.board_field in self.seen.writable:
                page.move_url = url_for(f"{self.endpoint}.move", column=page.board_field)
        elif layout == "calendar":
            calendars = self.layouts_of(Calendar)
            wanted = min(state.chart, len(calendars) - 1)
            page.charts = [
                (
                    i,
                    str(self.field(c.column).label),
                    self._layout_url(state, "calendar", i),
                    i == wanted,
                )
                for i, c in enumerate(calendars)
            ]
            page.data_url = url_for(f"{self.endpoint}.events") + plain.query(chart=wanted)
        elif layout == "chart":
            charts = self.layouts_of(Chart)
            wanted = min(state.chart, len(charts) - 1)
            page.charts = [
                (i, chart_title(self, c), self._layout_url(state, "chart", i), i == wanted)
                for i, c in enumerate(charts)
            ]
            page.data_url = url_for(f"{self.endpoint}.chart") + plain.query(chart=wanted)

    def _layout_url(self, state: ListState, layout: str, index: int) -> str:
        return self.list_url(state, layout=layout, chart=index, page=1)

    @expose("/events")
    @has_access
    @permission_name("list")
    def events(self) -> Any:
        """Calendar rows between `start` and `end` (ISO dates), at most 500."""
        calendars = self.layouts_of(Calendar)
        if not calendars:
            abort(404)
        state = read_state(self.listable, request.args)
        calendar = calendars[min(state.chart, len(calendars) - 1)]
        column = self.field(calendar.column)
        try:
            bounds = [
                datetime.fromisoformat(request.args[name]).date() for name in ("start", "end")
            ]
        except (KeyError, ValueError):
            abort(400)
        paths = [
            self.model.label_column,
            calendar.column,
            *([calendar.color] if calendar.color else []),
        ]
        chosen = selection(self.model, tuple(paths), ((calendar.column, False),))
        where = and_(
            listing.condition(self.listable, state),
            column.condition(column.column, "between", bounds),
        )
        statement = chosen.statement.where(where).limit(500)
        rows = chosen.read(db.session.execute(statement).all())
        return jsonify([self._event(calendar, column, row) for row in rows])

    def _event(self, calendar: Calendar, column: Field, row: Any) -> dict[str, Any]:
        value = row.values[calendar.column]
        start = value.astimezone(get_timezone()) if isinstance(value, datetime) else value
        choice = row.values.get(calendar.color) if calendar.color else None
        return {
            "id": row.id,
            "title": row.values[self.model.label_column] or f"#{row.id}",
            "start": start.isoformat(),
            "url": self.url_of(row.id),
            "color": _COLORS.get(getattr(choice, "color", "blue"), _COLORS["blue"]),
        }

    @expose("/chart")
    @has_access
    @permission_name("list")
    def chart(self) -> Any:
        """The data of one declared chart over the filtered rows."""
        charts = self.layouts_of(Chart)
        if not charts:
            abort(404)
        state = read_state(self.listable, request.args)
        try:
            return jsonify(chart_data(self, charts[min(state.chart, len(charts) - 1)], state))
        except DomainError:
            return jsonify({"kind": "bar", "title": "", "labels": [], "series": [], "urls": []})


# board --------------------------------------------------------------------------
def board_of(view: Any, board: Board, state: ListState) -> list[BoardColumn]:
    """Every stack with count, total and its first cards, in three statements."""
    field = view.field(board.column)
    where = listing.condition(view.listable, state)
    key = field.key_column if isinstance(field, RelationField) else field.column
    summed = getattr(view.model, board.sum) if board.sum else None
    figures = {
        code_of(value): (count, total)
        for value, count, total in db.session.execute(
            select(key, func.count(), func.sum(summed) if board.sum else func.count())
            .select_from(view.model)
            .where(where)
            .group_by(key)
        )
    }
    cards = _cards(view, board, where, key)
    stacks = []
    for value, label, color in _stacks(field, list(figures), view.stacks_where(board, state)):
        count, total = figures.get(value, (0, None))
        text = view.field(board.sum).text(total) if board.sum and total is not None else None
        more = None
        if count > CARDS and board.column in view.seen.filters:
            narrowed = (*state.filters, (board.column, value or "-"))
            more = view.list_url(state, filters=narrowed, layout="list", page=1, chart=0)
        stacks.append(BoardColumn(value, label, color, count, text, cards.get(value, []), more))
    return stacks


def _stacks(
    field: Field, present: Sequence[str], where: ColumnElement[bool]
) -> list[tuple[str, str, str | None]]:
    """(code, label, colour) of every stack; rows without a value get one when there are any."""
    if isinstance(field, RelationField):
        order = getattr(field.target, "position", field.target.id)
        rows = db.session.scalars(select(field.target).where(where).order_by(order).limit(STACKS))
        stacks = [(str(r.id), field.label_of(r), getattr(r, "color", None)) for r in rows]
    else:
        stacks = [(option.value, option.label, option.color) for option in field.options]
    return [*stacks, ("", _("Not set"), None)] if "" in present else stacks


def _cards(
    view: Any, board: Board, where: ColumnElement[bool], key: ColumnElement[Any]
) -> dict[str, list[BoardCard]]:
    paths = list(board.card or [p for p in view.seen.columns[1:5] if p != board.column])
    label = view.model.label_column
    place = (
        func.row_number()
        .over(partition_by=key, order_by=(view.model.changed_on.desc(), view.model.id.desc()))
        .label("place")
    )
    ranked = select(view.model.id.label("id"), place).where(where).subquery()
    wanted = select(ranked.c.id).where(ranked.c.place <= CARDS)
    chosen = selection(view.model, (label, board.column, *paths), (("changed_on", True),))
    statement = chosen.statement.where(view.model.id.in_(wanted))
    cards: dict[str, list[BoardCard]] = {}
    for row in chosen.read(db.session.execute(statement).all()):
        value = row.values[board.column]
        code = str(value.id) if hasattr(value, "id") else code_of(value)
        cells = [
            (str(resolve(view.model, path).label), cell_of(view, path, row.values[path]))
            for path in paths
        ]
        card = BoardCard(row.id, view.url_of(row.id), row.values[label], row.version, cells)
        cards.setdefault(code, []).append(card)
    return cards
