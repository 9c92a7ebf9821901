"""Where a page of a sorted list begins: behind a number of rows, or next to one that is known.

A page next to a known row costs the same however deep it lies, since the index leads there. Rows
whose column is empty come last in either direction; both databases keep them at one end of the
index, so they are a run of their own, behind the run of the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import ColumnElement, Date, and_, false, literal, or_, true, tuple_

from app.entities.types import ChoiceType, UTCDateTime, _Scaled
from app.rules.errors import InvalidInput

Place = tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class SortKey:
    """One expression that rows are sorted by; the last key of a list is its `id`."""

    expression: ColumnElement[Any]
    down: bool
    nullable: bool

    def ordering(self, turned: bool = False) -> ColumnElement[Any]:
        """Its ORDER BY; `turned` is the same list read backwards."""
        clause = self.expression.desc() if self.down != turned else self.expression.asc()
        if not self.nullable:
            return clause
        return clause.nulls_first() if turned else clause.nulls_last()

    def beyond(self, value: Any, turned: bool) -> ColumnElement[bool]:
        """Rows that stand behind `value` (before it, if `turned`), equal ones not among them."""
        column = self.expression
        if value is None:
            return column.is_not(None) if turned else false()
        bound = literal(value, column.type)
        further = column < bound if self.down != turned else column > bound
        return or_(further, column.is_(None)) if self.nullable and not turned else further

    def same(self, value: Any) -> ColumnElement[bool]:
        column = self.expression
        return column.is_(None) if value is None else column == literal(value, column.type)


@dataclass(frozen=True)
class Run:
    """A part of a list that one walk along an index finds: its condition and its order."""

    where: ColumnElement[bool]
    order: tuple[ColumnElement[Any], ...]


def runs(keys: Sequence[SortKey], place: Place | None = None, turned: bool = False) -> list[Run]:
    """The parts that a list consists of behind `place` (before it, if `turned`), in the order in
    which they are read; without a place, the parts of the whole list."""
    if len(keys) == 2 and keys[0].nullable:
        return _two_runs(keys[0], keys[1], place, turned)
    order = tuple(key.ordering(turned) for key in keys)
    if place is None:
        return [Run(true(), order)]
    one_way = all(not key.nullable and key.down == keys[0].down for key in keys)
    where = _row_beyond(keys, place, turned) if one_way else _any_beyond(keys, place, turned)
    return [Run(where, order)]


def _two_runs(first: SortKey, last: SortKey, place: Place | None, turned: bool) -> list[Run]:
    column = first.expression
    plain = SortKey(column, first.down, nullable=False)
    order = (plain.ordering(turned), last.ordering(turned))
    filled, empty = Run(column.is_not(None), order), Run(column.is_(None), order)
    if place is None:
        return [empty, filled] if turned else [filled, empty]
    value, key = place
    if value is None:
        rest = Run(and_(column.is_(None), last.beyond(key, turned)), order)
        return [rest, filled] if turned else [rest]
    rest = Run(_row_beyond((plain, last), place, turned), order)
    return [rest] if turned else [rest, empty]


def _row_beyond(keys: Sequence[SortKey], place: Place, turned: bool) -> ColumnElement[bool]:
    """As one comparison of rows, which both databases look up in an index."""
    columns = tuple_(*(key.expression for key in keys))
    row = tuple_(*(literal(v, k.expression.type) for k, v in zip(keys, place, strict=True)))
    return columns < row if keys[0].down != turned else columns > row


def _any_beyond(keys: Sequence[SortKey], place: Place, turned: bool) -> ColumnElement[bool]:
    choices: list[ColumnElement[bool]] = []
    same: list[ColumnElement[bool]] = []
    for key, value in zip(keys, place, strict=True):
        choices.append(and_(*same, key.beyond(value, turned)))
        same.append(key.same(value))
    return or_(*choices)


# in an address --------------------------------------------------------------------
def written(place: Place, *about: Any) -> str:
    """The place for an address, sealed: it counts for the list `about` alone."""
    return str(_seal(about).dumps([_plain(value) for value in place]))


def read(text: str, keys: Sequence[SortKey], *about: Any) -> Place:
    """The place that `written` has put into an address; InvalidInput for anything else."""
    try:
        values = _seal(about).loads(text)
        return tuple(_typed(k.expression.type, v) for k, v in zip(keys, values, strict=True))
    except (BadData, TypeError, ValueError, ArithmeticError) as error:
        raise InvalidInput("This page is no longer known: here is the first one.") from error


def _seal(about: tuple[Any, ...]) -> URLSafeSerializer:
    config = current_app.config
    secrets = [*config.get("SECRET_KEY_FALLBACKS", ()), config["SECRET_KEY"]]
    return URLSafeSerializer(secrets, salt=f"place:{about!r}")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _typed(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, UTCDateTime):
        return datetime.fromisoformat(value)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    if isinstance(kind, ChoiceType):
        member: Any = kind.enum
        return member(value)
    return Decimal(value) if isinstance(kind, _Scaled) else value
