"""The figures of a declared chart over the rows of a list, with the rows behind each of them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask_babel import get_timezone
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, case, func, select

from app.extensions import db
from app.lowcode import listing
from app.lowcode.fields import Field, resolve
from app.lowcode.fields.moments import MomentField
from app.lowcode.fields.relations import RelatedField, TagsField
from app.lowcode.list_state import ListState
from app.lowcode.screens.declare import Chart

MONTHS = 24
BARS = 20


def code_of(value: Any) -> str:
    """A stored value as filters name it; "" for none."""
    return "" if value is None else str(getattr(value, "value", value))


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
    if path not in view.seen.filters:
        return None
    filters = (*state.filters, (path, text))
    return view.list_url(state, filters=filters, layout="list", page=1, chart=0)


def _points(
    view: Any,
    field: Field,
    figure: Any,
    where: ColumnElement[bool],
    whole: ColumnElement[bool] | None = None,
) -> list[tuple[str, str, Any]]:
    """(label, value of the filter behind it, figure) of every bar.

    `whole`: the rows of all series, where these are one of them: its months are those of the
    whole, and no bar is left to "Others".
    """
    if isinstance(field, RelatedField):
        return _by_relation(view, field, figure, where, BARS if whole is None else None)
    if field.kind in {"date", "moment"}:
        return _by_month(view, field, figure, where, where if whole is None else whole)
    return _by_value(field, figure, where)


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
    listed = {text for _label, text, _value in points}
    for condition, name in _parts_of(split):
        part = _points(view, field, figure, and_(where, condition), where)
        found = {text: value or 0 for _label, text, value in part}
        found[""] = sum(value for text, value in found.items() if text not in listed)
        data = [float(found.get(text, 0)) for _label, text, _value in points]
        if any(data):
            series.append({"name": name, "data": data})
    return series


def _parts_of(split: Field) -> list[tuple[ColumnElement[bool], str]]:
    """(condition, name) of every series; the rows without a value are one, too."""
    parts = [
        (split.condition(split.column, "eq", option.value), option.label)
        for option in split.options
    ]
    return [*parts, (split.column.is_(None), _("Not set"))]


def _by_value(field: Field, figure: Any, where: ColumnElement[bool]) -> list[tuple[str, str, Any]]:
    rows = db.session.execute(
        select(field.column, figure).where(where).group_by(field.column)
    ).all()
    found = {code_of(value): (field.text(value), number) for value, number in rows}
    order = [option.value for option in field.options]
    if field.kind == "flag":
        found = {"yes" if code == "True" else "no": pair for code, pair in found.items()}
    codes = [code for code in order if code in found] + [c for c in found if c not in order]
    return [(found[code][0] or _("Not set"), code or "-", found[code][1]) for code in codes]


def _by_relation(
    view: Any, field: RelatedField, figure: Any, where: ColumnElement[bool], most: int | None
) -> list[tuple[str, str, Any]]:
    """The `most` largest related rows, or the first in their own order; the rest without a link."""
    target = field.target
    position = [target.position] if hasattr(target, "position") else []
    statement = (
        select(target.id, field.label_attribute, figure)
        .select_from(view.model)
        .outerjoin(getattr(view.model, field.name))
        .where(where)
        .group_by(target.id, field.label_attribute, *position)
        .order_by(*position, figure.desc())
    )
    if isinstance(field, TagsField):
        statement = statement.where(target.id.is_not(None))
    rows = db.session.execute(statement).all()
    points = [
        (label or _("Not set"), str(key) if key is not None else "-", value)
        for key, label, value in rows[:most]
    ]
    if most is not None and len(rows) > most:
        points.append((_("Others"), "", sum(value or 0 for _key, _label, value in rows[most:])))
    return points


def _by_month(
    view: Any,
    field: Field,
    figure: Any,
    where: ColumnElement[bool],
    whole: ColumnElement[bool],
) -> list[tuple[str, str, Any]]:
    """The last 24 months of the `whole`, by the user's calendar; older rows in one point.

    Month borders are computed here, in the user's zone, so that both databases and the filter
    behind each point agree on which row belongs to which month.
    """
    newest = db.session.scalar(select(func.max(field.column)).select_from(view.model).where(whole))
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
