"""What the product asks of its connections: of PostgreSQL kept plans, and a look after a pause; of
SQLite no file for each save."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
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


def files_of_sqlite() -> list[str]:
    """Its own files that this process has open."""
    found = []
    for number in os.listdir("/proc/self/fd"):
        try:
            found.append(os.readlink(f"/proc/self/fd/{number}"))
        except FileNotFoundError:  # closed since, such as that of the list itself
            continue
    return [path for path in found if "etilqs" in path]


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")
def test_a_save_makes_no_file_and_a_job_fills_no_memory(tmp_path: Path) -> None:
    def change() -> list[str]:
        """All rows by one statement, which can be taken back until its end."""
        with made.begin() as connection:
            connection.exec_driver_sql("UPDATE word SET text = text || 'x'")
            return files_of_sqlite()

    made = create_engine(f"sqlite:///{tmp_path}/words.db", pool_size=1)
    with made.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE word (id INTEGER PRIMARY KEY, text UNIQUE)")
        rows = [(f"{number:0300}",) for number in range(2000)]
        connection.exec_driver_sql("INSERT INTO word (text) VALUES (?)", rows)
    for _again in range(2):
        with Flask("x").test_request_context(method="POST"):
            assert change() == []
        assert change() != []
    made.dispose()
