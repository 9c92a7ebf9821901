"""The day of a column in the user's zone, in SQL, so that rows are gathered by it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask_babel import get_timezone
from sqlalchemy import ColumnElement, Date, Select, case, func, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from app.extensions import db
from app.lowcode.fields import Field
from app.lowcode.fields.moments import MomentField

#: no two changes of a zone's offset lie nearer together
_STEP = timedelta(days=7)
_EXACT = timedelta(minutes=1)


class _DayAt(FunctionElement[date]):
    """The calendar day of a moment in UTC, so many seconds on: `_DayAt(moment, seconds)`."""

    type = Date()
    name = "day_at"
    inherit_cache = True


@compiles(_DayAt, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    moment, seconds = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"date({moment}, ({seconds}) || ' seconds')"


@compiles(_DayAt, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    moment, seconds = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"CAST({moment} + make_interval(secs => {seconds}) AS DATE)"


def day_of(field: Field, rows: Select[Any]) -> ColumnElement[date]:
    """The day of a date or moment column as the user's calendar has it.

    `rows`: a SELECT of the rows it is asked of; their first and last moment are asked for, since
    the offset of a zone differs by season.
    """
    column: ColumnElement[Any] = field.column
    if not isinstance(field, MomentField):
        return column
    ends = rows.with_only_columns(func.min(column), func.max(column))
    low, high = db.session.execute(ends).one()
    if low is None:
        return _DayAt(column, literal(0))
    *before, (_until, last) = offsets(low, high)
    seconds = case(*((column < until, offset) for until, offset in before), else_=last)
    return _DayAt(column, seconds if before else literal(last))


def offsets(low: datetime, high: datetime) -> Iterator[tuple[datetime, int]]:
    """(until, seconds east of UTC) of the user's zone, in order, from `low` to `high`.

    The last one holds from there on, whatever its end says.
    """
    zone = get_timezone() or UTC

    def at(moment: datetime) -> int:
        return int((moment.astimezone(zone).utcoffset() or timedelta(0)).total_seconds())

    start = low.astimezone(UTC)
    while start <= high:
        following = start + _STEP
        if at(start) != at(following):
            before, behind = start, following
            while behind - before > _EXACT:
                middle = before + (behind - before) / 2
                before, behind = (middle, behind) if at(middle) == at(start) else (before, middle)
            # Offsets change on the full minute.
            until = behind.replace(second=0, microsecond=0)
            if until <= high:
                yield until, at(start)
        start = following
    yield high, at(high)
