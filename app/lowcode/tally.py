"""How many rows a list has and what its columns add up to: at once, or over everything.

A page looks at no more rows than it can say at once; what lies beyond is asked for after it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from app.entities.types import average_of
from app.extensions import db
from app.lowcode import search
from app.lowcode.list_state import Listable, ListState
from app.lowcode.listing import condition
from app.lowcode.scope import narrowed, within_reach
from app.lowcode.selection import ListedRow, counting, tables_in

#: rows that a page counts: of more it says that there are more, and opens no page by its number
COUNTED = 10_000
ENOUGH = COUNTED + 1
#: rows that a page adds up: to count goes by an index, to add up reads each row
SUMMED = 1_000


@dataclass(frozen=True)
class Tally:
    """`count` rows, or at least that many; with what their columns come to, where it was asked.

    Not `is_whole`: there are more rows, or columns that were not added up yet.
    """

    count: int
    is_exact: bool = True
    is_whole: bool = True
    sums: Mapping[str, Any] = field(default_factory=dict)
    averages: Mapping[str, Any] = field(default_factory=dict)


def of_rows(rows: Sequence[ListedRow], summed: Sequence[str] = ()) -> Tally:
    """The tally of a list whose rows are all here."""
    sums, averages = {}, {}
    for path in summed:
        values = [row.values[path] for row in rows if row.values[path] is not None]
        sums[path] = sum(values) if values else None
        averages[path] = Decimal(sum(values)) / len(values) if values else None
    return Tally(len(rows), sums=sums, averages=averages)


def at_once(
    source: Listable,
    state: ListState,
    summed: Sequence[str] = (),
    count: int | None = None,
    least: int = 0,
) -> Tally:
    """The count of a list that is no longer than `COUNTED`, or that it is longer; with the sums of
    one that is no longer than `SUMMED`.

    `summed` are numeric columns that the acting person may read; `count`: where the page told it;
    `least`: the rows that the page knows of.
    """
    count, is_exact = _count(source, state) if count is None else _up_to_counted(count)
    if not is_exact:
        return Tally(max(count, least), is_exact=False, is_whole=False)
    if summed and count > SUMMED:
        return Tally(count, is_whole=False)
    return of_all(source, state, summed) if summed else Tally(count)


def _count(source: Listable, state: ListState) -> tuple[int, bool]:
    """As many rows as are soon counted, and whether there are no more."""
    model = source.model
    if state.q:
        is_alone = not (state.filters or state.where)
        others = None if is_alone else condition(source, replace(state, q=""))
        counted = search.counted(model, source.search, state.q, others)
        if counted is not None:
            return counted
    where = condition(source, state)
    statement = counting(model, within_reach(model, where), ENOUGH)
    statement = narrowed(statement, tables_in(where), planned_anew=state.is_narrowed)
    return _up_to_counted(db.session.scalar(statement) or 0)


def _up_to_counted(count: int) -> tuple[int, bool]:
    return min(count, COUNTED), count <= COUNTED


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
    averages = dict(zip(summed, values[1::2], strict=True))
    return Tally(count, sums=sums, averages=averages)
