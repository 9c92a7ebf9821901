"""Rows of a list gathered by a column: which columns, and count and sums of every group in SQL."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, case, func, select

from app.extensions import db
from app.lowcode.days import day_of
from app.lowcode.fields import Field, resolve
from app.lowcode.fields.moments import DateField
from app.lowcode.fields.relations import Ref, RelationField
from app.rules.dates import Span, span_around, span_name
from app.rules.errors import InvalidInput

#: groups that are shown; of relations the largest ones
MOST = 200
#: days that are gathered into spans: more than a century of them
_MOST_DAYS = 40_000
#: stands for all related rows that the acting person does not see; no row has this key
_HIDDEN = 0


@dataclass(frozen=True)
class Grouping:
    """A column, and for days the span that they are gathered in: `created_on:month`."""

    path: str
    span: Span | None = None

    @property
    def text(self) -> str:
        return f"{self.path}:{self.span.value}" if self.span else self.path


@dataclass
class Group:
    """`text` is the value of the column's filter that leads to exactly these rows."""

    text: str
    label: str
    color: str | None
    count: int
    sums: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Groups:
    """`is_cut`: there are more of them than are shown."""

    groups: list[Group]
    is_cut: bool


def spans_of(model: type[Any], path: str) -> tuple[Span | None, ...]:
    """The ways in which a column's rows are gathered: by value, by spans of days, or not at all.

    What related rows say is theirs: only the entity's own columns and relations are grouped by.
    """
    if "." in path:
        return ()
    found = resolve(model, path).field
    if isinstance(found, DateField):
        return tuple(Span)
    is_fit = isinstance(found, RelationField) or found.kind == "flag" or bool(found.options)
    return (None,) if is_fit else ()


def grouping_of(model: type[Any], allowed: Container[str], text: str) -> Grouping | None:
    """The grouping that the address of a list names; None for none, InvalidInput for one that is
    not offered. `allowed`: the paths that rows may be filtered by."""
    path, _colon, span = text.partition(":")
    if not text:
        return None
    chosen = Span(span) if span in set(Span) else None
    if path not in allowed or chosen not in spans_of(model, path) or (span and chosen is None):
        raise InvalidInput("This list cannot be grouped by %(name)s.", name=text)
    return Grouping(path, chosen)


def gather(
    model: type[Any], grouping: Grouping, where: ColumnElement[bool], summed: Sequence[str]
) -> Groups:
    """Every group of the rows that `where` leaves, with the sums of numeric columns."""
    by = resolve(model, grouping.path).field
    slot = _slot(by, select(model.id).where(where))
    sources = [getattr(model, path).label(f"sum_{path}") for path in summed]
    rows = select(slot.label("slot"), *sources).select_from(model).where(where).subquery()
    sums = [func.sum(rows.c[f"sum_{path}"]) for path in summed]
    most = _MOST_DAYS if grouping.span else MOST
    statement = (
        select(rows.c.slot, func.count(), *sums)
        .group_by(rows.c.slot)
        .order_by(func.count().desc(), rows.c.slot)
        .limit(most + 1)
    )
    found = [
        _Slot(value, count, dict(zip(summed, totals, strict=True)))
        for value, count, *totals in db.session.execute(statement)
    ]
    groups = _labelled(by, grouping, found[:most])
    return Groups(groups[:MOST], len(found) > most or len(groups) > MOST)


@dataclass
class _Slot:
    value: Any
    count: int
    sums: dict[str, Any]


def _slot(by: Field, rows: Select[Any]) -> ColumnElement[Any]:
    """What rows of one group have in common, as SQL on the entity; `rows` are all of them."""
    if isinstance(by, RelationField):
        if by.is_open_to_all():
            return by.key_column
        seen = by.seen(by.column)
        return case((seen, by.key_column), (by.key_column.is_not(None), _HIDDEN))
    if isinstance(by, DateField):
        return day_of(by, rows)
    return case((by.column.is_(True), 1), else_=0) if by.kind == "flag" else by.column


def _labelled(by: Field, grouping: Grouping, slots: list[_Slot]) -> list[Group]:
    """The groups in their order: that of the vocabulary, the newest days, the largest relations;
    what has no value stands last."""
    if grouping.span is not None:
        groups = _by_span(grouping.span, [slot for slot in slots if slot.value is not None])
    elif isinstance(by, RelationField):
        groups = _by_relation(by, [slot for slot in slots if slot.value is not None])
    else:
        groups = _by_value(by, [slot for slot in slots if slot.value is not None])
    unset = [Group("-", _("Not set"), None, s.count, s.sums) for s in slots if s.value is None]
    return [*groups, *unset]


def _by_value(by: Field, slots: list[_Slot]) -> list[Group]:
    if by.kind == "flag":
        codes = {1: "yes", 0: "no"}
        slots = [_Slot(codes[slot.value], slot.count, slot.sums) for slot in slots]
    found = {str(getattr(slot.value, "value", slot.value)): slot for slot in slots}
    options = {option.value: option for option in by.options}
    order = [*(code for code in options if code in found), *(c for c in found if c not in options)]
    return [
        Group(
            code,
            options[code].label if code in options else code,
            options[code].color if code in options and by.kind != "flag" else None,
            found[code].count,
            found[code].sums,
        )
        for code in order
    ]


def _by_relation(by: RelationField, slots: list[_Slot]) -> list[Group]:
    target = by.target
    color = [target.color] if hasattr(target, "color") else []
    position = [target.position] if hasattr(target, "position") else []
    keys = [slot.value for slot in slots if slot.value != _HIDDEN]
    statement = select(target.id, by.label_attribute, *color).where(target.id.in_(keys))
    rows = db.session.execute(statement.order_by(*position)).all() if keys else []
    shown = {row[0]: Ref(*row) for row in rows}
    slots = [slot for slot in slots if slot.value != _HIDDEN] + [
        slot for slot in slots if slot.value == _HIDDEN
    ]
    if position:
        place = {key: index for index, key in enumerate(shown)}
        slots.sort(key=lambda slot: place.get(slot.value, len(place)))
    groups = []
    for slot in slots:
        ref = shown.get(slot.value)
        label = by.label_of(ref) if ref else _("Not visible to you")
        text = str(slot.value) if ref else "!"
        groups.append(Group(text, label, ref.color if ref else None, slot.count, slot.sums))
    return groups


def _by_span(span: Span, slots: list[_Slot]) -> list[Group]:
    """Days gathered into spans, the newest first."""
    found: dict[date, Group] = {}
    for slot in sorted(slots, key=lambda slot: slot.value, reverse=True):
        first, last = span_around(span, slot.value)
        group = found.setdefault(
            first, Group(f"{first}..{last}", span_name(span, first), None, 0, {})
        )
        group.count += slot.count
        for path, value in slot.sums.items():
            known = group.sums.get(path)
            group.sums[path] = value if known is None else known + (value or 0)
    return list(found.values())
