"""How many rows a list has and what its columns add up to: at once, or over everything.

A page looks at no more rows than it can say at once; what lies beyond is asked for after it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from app.entities.types import average_of
from app.extensions import db
from app.lowcode.listing import Listable, ListState, condition
from app.lowcode.scope import narrowed, within_reach
from app.lowcode.selection import tables_in

#: rows that a page counts: of more it says that there are more, and opens no page by its number
COUNTED = 10_000


@dataclass(frozen=True)
class Tally:
    """`count` rows, or at least that many; with what their columns come to, where it was asked."""

    count: int
    is_exact: bool = True
    sums: Mapping[str, Any] = field(default_factory=dict)
    averages: Mapping[str, Any] = field(default_factory=dict)


def at_once(source: Listable, state: ListState, summed: Sequence[str] = ()) -> Tally:
    """The tally of a list that is no longer than `COUNTED`, or that it is longer.

    `summed` are numeric columns that the acting person may read.
    """
    model, where = source.model, condition(source, state)
    some = (
        select(*(getattr(model, path).label(f"n{n}") for n, path in enumerate(summed)), model.id)
        .where(within_reach(model, where))
        .limit(COUNTED + 1)
        .subquery()
    )
    columns = [column for n, _path in enumerate(summed) for column in _figures(some.c[f"n{n}"])]
    statement = narrowed(select(func.count(), *columns).select_from(some), tables_in(where))
    count, *values = db.session.execute(statement).one()
    return Tally(COUNTED, is_exact=False) if count > COUNTED else _tally(count, summed, values)


def of_all(source: Listable, state: ListState, summed: Sequence[str] = ()) -> Tally:
    """The same over all rows, however long that takes."""
    model, where = source.model, condition(source, state)
    columns = [column for path in summed for column in _figures(getattr(model, path))]
    statement = select(func.count(), *columns).select_from(model).where(within_reach(model, where))
    count, *values = db.session.execute(narrowed(statement, tables_in(where))).one()
    return _tally(count, summed, values)


def _figures(column: Any) -> tuple[Any, Any]:
    return func.sum(column), average_of(column)


def _tally(count: int, summed: Sequence[str], values: Sequence[Any]) -> Tally:
    sums = dict(zip(summed, values[::2], strict=True))
    return Tally(count, True, sums, dict(zip(summed, values[1::2], strict=True)))
