"""Board, calendar and chart over the same filtered rows as the list."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import abort, jsonify, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import get_timezone
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, case, func, select

from app.extensions import db
from app.lowcode import listing
from app.lowcode.fields import Field, field_of, resolve
from app.lowcode.fields.relations import RelatedField, RelationField, TagsField
from app.lowcode.fields.scalars import MomentField
from app.lowcode.listing import ListState, Selection, read_state
from app.lowcode.pages import BoardCard, BoardColumn, ListPage
from app.lowcode.screens.declare import Board, Calendar, Chart
from app.lowcode.screens.lists import cell_of
from app.rules.errors import DomainError

CARDS = 20
STACKS = 30
MONTHS = 24
BARS = 20
#: CSS colours of the badge names, for calendars
_COLORS = {
    "blue": "#206bc4", "azure": "#4299e1", "indigo": "#4263eb", "purple": "#ae3ec9",
    "pink": "#d6336c", "red": "#d63939", "orange": "#f76707", "yellow": "#f59f00",
    "lime": "#74b816", "green": "#2fb344", "teal": "#0ca678", "cyan": "#17a2b8", "gray": "#667382",
}  # fmt: skip


class LayoutData:
    """Adds the JSON behind calendar and chart, and fills the board of a `ListPage`."""

    def layouts_of(self, kind: type[Any]) -> list[Any]:
        return [layout for layout in self.layouts if isinstance(layout, kind)]

    @property
    def boards(self) -> list[Board]:
        return self.layouts_of(Board)

    def field(self, name: str) -> Field:
        return field_of(self.model, name)

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
            if self.may("can_edit"):
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
        selection = Selection(self.model, paths)
        where = and_(
            listing.condition(self.listable, state),
            column.condition(column.column, "between", bounds),
        )
        statement = selection.statement(where, [(calendar.column, False)]).limit(500)
        rows = selection.read(db.session.execute(statement).all())
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
        _code(value): (count, total)
        for value, count, total in db.session.execute(
            select(key, func.count(), func.sum(summed) if board.sum else func.count())
            .select_from(view.model)
            .where(where)
            .group_by(key)
        )
    }
    cards = _cards(view, board, where, key)
    stacks = []
    for value, label, color in _stacks(field, list(figures)):
        count, total = figures.get(value, (0, None))
        text = view.field(board.sum).text(total) if board.sum and total is not None else None
        more = None
        if count > CARDS and board.column in view.filters:
            narrowed = (*state.filters, (board.column, value or "-"))
            more = view.list_url(state, filters=narrowed, layout="list", page=1, chart=0)
        stacks.append(BoardColumn(value, label, color, count, text, cards.get(value, []), more))
    return stacks


def _code(value: Any) -> str:
    return "" if value is None else str(getattr(value, "value", value))


def _stacks(field: Field, present: Sequence[str]) -> list[tuple[str, str, str | None]]:
    """(code, label, colour) of every stack; rows without a value get one when there are any."""
    if isinstance(field, RelationField):
        order = getattr(field.target, "position", field.target.id)
        rows = db.session.scalars(select(field.target).order_by(order).limit(STACKS))
        stacks = [(str(r.id), field.label_of(r), getattr(r, "color", None)) for r in rows]
    else:
        stacks = [(option.value, option.label, option.color) for option in field.options]
    return [*stacks, ("", _("Not set"), None)] if "" in present else stacks


def _cards(
    view: Any, board: Board, where: ColumnElement[bool], key: ColumnElement[Any]
) -> dict[str, list[BoardCard]]:
    paths = list(board.card or [p for p in view.list_columns[1:5] if p != board.column])
    label = view.model.label_column
    place = (
        func.row_number()
        .over(partition_by=key, order_by=(view.model.changed_on.desc(), view.model.id.desc()))
        .label("place")
    )
    ranked = select(view.model.id.label("id"), place).where(where).subquery()
    wanted = select(ranked.c.id).where(ranked.c.place <= CARDS)
    selection = Selection(view.model, [label, board.column, *paths])
    statement = selection.statement(view.model.id.in_(wanted), [("changed_on", True)])
    cards: dict[str, list[BoardCard]] = {}
    for row in selection.read(db.session.execute(statement).all()):
        value = row.values[board.column]
        code = str(value.id) if hasattr(value, "id") else _code(value)
        cells = [
            (str(resolve(view.model, path).label), cell_of(view, path, row.values[path]))
            for path in paths
        ]
        card = BoardCard(row.id, view.url_of(row.id), row.values[label], row.version, cells)
        cards.setdefault(code, []).append(card)
    return cards


# chart --------------------------------------------------------------------------
def chart_title(view: Any, chart: Chart) -> str:
    by = str(resolve(view.model, chart.column).label)
    if chart.sum:
        return _("%(sum)s by %(by)s", sum=view.field(chart.sum).label, by=by)
    return _("Number by %(by)s", by=by)


def chart_data(view: Any, chart: Chart, state: ListState) -> dict[str, Any]:
    """Labels, figures and the address of the rows behind each figure."""
    field = view.field(chart.column)
    where = listing.condition(view.listable, state)
    figure = func.sum(getattr(view.model, chart.sum)) if chart.sum else func.count(view.model.id)
    points = _points(view, field, figure, where)
    numbers = view.field(chart.sum) if chart.sum else None
    name = str(numbers.label) if numbers else _("Number")
    return {
        "kind": chart.kind or ("line" if field.kind in {"date", "moment"} else "bar"),
        "title": chart_title(view, chart),
        "labels": [label for label, _filter, _value in points],
        "series": _split(view, chart, field, figure, where, points)
        if chart.split
        else [{"name": name, "data": [float(value or 0) for _label, _filter, value in points]}],
        "urls": [
            _rows_behind(view, state, chart.column, text) if text else None
            for _label, text, _value in points
        ],
        "unit": "money" if numbers is not None and numbers.kind == "money" else "",
    }


def _rows_behind(view: Any, state: ListState, path: str, text: str) -> str | None:
    if path not in view.filters:
        return None
    filters = (*state.filters, (path, text))
    return view.list_url(state, filters=filters, layout="list", page=1, chart=0)


def _points(
    view: Any, field: Field, figure: Any, where: ColumnElement[bool]
) -> list[tuple[str, str, Any]]:
    """(label, value of the filter behind it, figure) of every bar."""
    by = _by_month if field.kind in {"date", "moment"} else _by_value
    return by(view, field, figure, where)


def _split(
    view: Any,
    chart: Chart,
    field: Field,
    figure: Any,
    where: ColumnElement[bool],
    points: list[tuple[str, str, Any]],
) -> list[dict[str, Any]]:
    """One series per value of a choice column, on the bars of the whole."""
    series = []
    split = view.field(chart.split)
    for option in split.options:
        part = and_(where, split.condition(split.column, "eq", option.value))
        found = {text: value for _label, text, value in _points(view, field, figure, part)}
        data = [float(found.get(text) or 0) for _label, text, _value in points]
        if any(data):
            series.append({"name": option.label, "data": data})
    return series


def _by_value(
    view: Any, field: Field, figure: Any, where: ColumnElement[bool]
) -> list[tuple[str, str, Any]]:
    if isinstance(field, RelatedField):
        return _by_relation(view, field, figure, where)
    rows = db.session.execute(
        select(field.column, figure).where(where).group_by(field.column)
    ).all()
    found = {_code(value): (field.text(value), number) for value, number in rows}
    order = [option.value for option in field.options]
    if field.kind == "flag":
        found = {"yes" if code == "True" else "no": pair for code, pair in found.items()}
    codes = [code for code in order if code in found] + [c for c in found if c not in order]
    return [(found[code][0] or _("Not set"), code or "-", found[code][1]) for code in codes]


def _by_relation(
    view: Any, field: RelatedField, figure: Any, where: ColumnElement[bool]
) -> list[tuple[str, str, Any]]:
    """The largest related rows; the rest together without a link."""
    target = field.target
    statement = (
        select(target.id, field.label_attribute, figure)
        .select_from(view.model)
        .outerjoin(getattr(view.model, field.name))
        .where(where)
        .group_by(target.id, field.label_attribute)
        .order_by(figure.desc())
    )
    if isinstance(field, TagsField):
        statement = statement.where(target.id.is_not(None))
    rows = db.session.execute(statement).all()
    points = [
        (label or _("Not set"), str(key) if key is not None else "-", value)
        for key, label, value in rows[:BARS]
    ]
    if len(rows) > BARS:
        points.append((_("Others"), "", sum(value or 0 for _key, _label, value in rows[BARS:])))
    return points


def _by_month(
    view: Any, field: Field, figure: Any, where: ColumnElement[bool]
) -> list[tuple[str, str, Any]]:
    """The last 24 months that have rows, by the user's calendar; older rows in one point.

    Month borders are computed here, in the user's zone, so that both databases and the filter
    behind each point agree on which row belongs to which month.
    """
    newest = db.session.scalar(select(func.max(field.column)).select_from(view.model).where(where))
    if newest is None:
        return []
    last = (
        newest.astimezone(get_timezone() or UTC).date() if isinstance(newest, datetime) else newest
    )
    starts = [_month_back(last, back) for back in range(MONTHS)]
    branches = [(field.column >= _border(field, start), i) for i, start in enumerate(starts)]
    bucket = case(*branches, (field.column.is_not(None), MONTHS), else_=MONTHS + 1)
    statement = select(bucket, figure).select_from(view.model).where(where).group_by(bucket)
    figures = dict(tuple(row) for row in db.session.execute(statement))
    points = []
    if MONTHS in figures:
        before = (starts[-1] - timedelta(days=1)).isoformat()
        points.append((_("Earlier"), f"..{before}", figures[MONTHS]))
    oldest = max((i for i in figures if i < MONTHS), default=-1)
    for i in range(oldest, -1, -1):
        end = _month_back(starts[i], -1) - timedelta(days=1)
        text = f"{starts[i].isoformat()}..{end.isoformat()}"
        points.append((f"{starts[i]:%Y-%m}", text, figures.get(i, 0)))
    return points


def _month_back(day: date, months: int) -> date:
    """The first day of the month `months` before `day`'s."""
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def _border(field: Field, start: date) -> Any:
    return field.read(start) if isinstance(field, MomentField) else start
