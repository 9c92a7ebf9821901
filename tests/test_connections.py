"""What the product asks of its connections to PostgreSQL: kept plans, and a look after a pause."""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from app import extensions
from app.extensions import PLANNED_ANEW, reading


@pytest.fixture
def engine(server_url: str) -> Iterator[Engine]:
    made = create_engine(server_url, pool_size=1, connect_args={"prepare_threshold": 1})
    yield made
    made.dispose()


def kept_plans(engine: Engine) -> set[str]:
    with reading(), engine.connect() as connection:
        return set(connection.scalars(text("SELECT statement FROM pg_prepared_statements")))


def test_what_only_reads_is_planned_once(engine: Engine) -> None:
    asked = "SELECT 40 + 2"
    for _again in range(3):
        with reading(), engine.connect() as connection:
            assert connection.scalar(text(asked)) == 42
    assert asked in kept_plans(engine)


def test_conditions_of_people_are_planned_anew(engine: Engine) -> None:
    asked = text("SELECT 40 + 3").execution_options(**{PLANNED_ANEW: True})
    for _again in range(3):
        with reading(), engine.connect() as connection:
            assert connection.scalar(asked) == 43
    assert str(asked) not in kept_plans(engine)


def test_nothing_is_written_while_reading(engine: Engine) -> None:
    with reading(), engine.connect() as connection, pytest.raises(DBAPIError, match="read-only"):
        connection.execute(text("CREATE TABLE never (id int)"))


def test_looking_for_first_rows_begins_with_the_first_page(engine: Engine) -> None:
    """Otherwise a page of common words came from another part of the table each time: 1.2 s."""
    with engine.connect() as connection:
        assert connection.scalar(text("SHOW synchronize_seqscans")) == "off"


def test_a_lost_connection_is_replaced_after_a_pause(
    engine: Engine, server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extensions, "QUIET", 0)
    with engine.connect() as connection:
        process = connection.scalar(text("SELECT pg_backend_pid()"))
    others = create_engine(server_url, poolclass=NullPool)
    with others.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:process)"), {"process": process})
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT pg_backend_pid()")) != process


def test_columns_are_described_as_the_driver_does_it(engine: Engine) -> None:
    with reading(), engine.connect() as connection:
        cursor = connection.connection.cursor()
        cursor.execute("SELECT 1 AS one, 'x' AS other")
        assert cursor.description is not None
        assert [column[0] for column in cursor.description] == ["one", "other"]
        assert [column.name for column in cursor.description[-1:]] == ["other"]
        cursor.execute("SET LOCAL work_mem = '4MB'")
        assert cursor.description is None
