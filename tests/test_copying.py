"""Many rows at once on PostgreSQL: what arrives, what is refused, and what cannot go that way."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    DateTime,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    create_engine,
    func,
    insert,
    select,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DataError, IntegrityError

from app.copying import copy_in

_things = Table(
    "thing",
    MetaData(),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("column", String(40)),
    Column("price", Numeric(12, 2)),
    Column("made", DateTime),
    Column("is_sold", Boolean),
    Column("data", JSON(none_as_null=True)),
    prefixes=["TEMPORARY"],
)


@pytest.fixture
def connection(server_url: str) -> Iterator[Connection]:
    engine = create_engine(server_url)
    with engine.connect() as made:
        _things.create(made)
        yield made
    engine.dispose()


def _thing(key: int, text: str | None) -> dict[str, Any]:
    return {
        "id": key,
        "column": text,
        "price": Decimal("12.50"),
        "made": datetime.fromisoformat("2024-02-29T12:00:01.000005"),
        "is_sold": bool(key % 2),
        "data": {"said": [text, 1.5]} if text else None,
    }


def test_rows_arrive_as_they_were(connection: Connection) -> None:
    texts = ["a\tb", "a\nb\r", "\\N", "\\.", "\\", "'\"", "", None, "客户 😀", "{x}%(y)s"]
    things = [_thing(key, text) for key, text in enumerate(texts)]
    connection.execute(insert(_things), things)
    found = connection.execute(select(_things).order_by(_things.c.id))
    assert [dict(row) for row in found.mappings()] == things


def test_one_refused_row_refuses_all_and_the_transaction_goes_on(connection: Connection) -> None:
    things = [_thing(1, "one"), _thing(2, "two"), _thing(1, "again")]
    with pytest.raises(IntegrityError, match="thing_pkey"), connection.begin_nested():
        connection.execute(insert(_things), things)
    with pytest.raises(DataError, match="too long"), connection.begin_nested():
        connection.execute(insert(_things), [_thing(1, "one"), _thing(2, "x" * 41)])
    with pytest.raises(DataError, match="NUL"), connection.begin_nested():
        connection.execute(insert(_things), [_thing(1, "one"), _thing(2, "x\x00")])
    connection.execute(insert(_things), things[:2])
    assert connection.scalar(select(func.count()).select_from(_things)) == 2


def test_a_statement_that_says_more_is_carried_out_as_it_is(connection: Connection) -> None:
    statement = postgresql.insert(_things)
    for _again in range(2):
        connection.execute(statement.on_conflict_do_nothing(), [_thing(1, "one"), _thing(2, "two")])
    computed = insert(_things).values(column=func.upper("x"))
    connection.execute(computed, [{"id": 3}, {"id": 4}])
    texts = connection.scalars(select(_things.c.column).order_by(_things.c.id))
    assert texts.all() == ["one", "two", "X", "X"]


def test_an_insert_of_parameters_alone_can_be_copied(connection: Connection) -> None:
    """Whatever types they have: otherwise the tests above would show nothing."""
    plain = str(insert(_things).compile(connection))
    driver = connection.connection.driver_connection
    assert driver is not None
    assert copy_in(driver.cursor(), plain, [_thing(1, None)])
    assert not copy_in(driver.cursor(), f"{plain} ON CONFLICT DO NOTHING", [_thing(2, None)])
