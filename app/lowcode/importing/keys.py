"""Keys of new rows, taken for a whole batch before it is written.

Where the database gives the keys, the session asks for them back: row by row on SQLite, on
PostgreSQL by a statement as long as the batch, which takes the driver longer to read than the
rows take to write. Rows that bring their keys, and all that the database would fill in, go there
as a list.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, cast, column, func, inspect, select, table
from sqlalchemy.dialects.postgresql import REGCLASS
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import instance_dict

from app.entities.base import Entity

#: where SQLite keeps the last key that it gave to a row of each table
_given = table("sqlite_sequence", column("name"), column("seq"))


def give_keys(session: Session) -> None:
    """Give the rows that are about to be written their keys."""
    waiting: dict[type[Any], list[Any]] = {}
    for row in session.new:
        if isinstance(row, Entity) and row.id is None:
            waiting.setdefault(type(row), []).append(row)
    for model, rows in waiting.items():
        keys = _take(session.connection(), inspect(model).local_table, len(rows))
        for row, key in zip(rows, keys, strict=True):
            row.id = key
            for name, value in _filled_in(model):
                if name not in instance_dict(row):
                    setattr(row, name, value)


def _take(connection: Connection, own: Table, count: int) -> Sequence[int]:
    """The next keys of a table: nobody else gets them."""
    if connection.dialect.name == "postgresql":
        # Looked up once, and not for every key.
        name = cast(func.pg_get_serial_sequence(own.name, "id"), REGCLASS)
        sequence = select(name).scalar_subquery()
        places = func.generate_series(1, count).table_valued("place")
        return connection.scalars(select(func.nextval(sequence)).select_from(places)).all()
    # Nobody else writes until this transaction ends.
    given = connection.scalar(select(_given.c.seq).where(_given.c.name == own.name))
    highest = connection.scalar(select(func.max(own.c.id)))
    last = max(given or 0, highest or 0)
    return range(last + 1, last + 1 + count)


@cache
def _filled_in(model: type[Any]) -> tuple[tuple[str, Any], ...]:
    """The attributes that the database would fill in, and with what, as far as we know it too."""
    mapper = inspect(model)
    return tuple(
        (mapper.get_property_by_column(column).key, column.default.arg)
        for column in mapper.local_table.columns
        if column.server_default is not None and column.default is not None
        if column.default.is_scalar
    )
