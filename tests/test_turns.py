"""Turns are handed on in the order of asking, and whoever gave up is not waited for."""

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from app import extensions
from app.extensions import reading, writing
from app.turns import Turns


def test_the_turn_goes_to_who_asked_first() -> None:
    turns, served = Turns(), []
    assert turns.take(0)

    def ask(number: int) -> None:
        assert turns.take(10)
        served.append(number)
        turns.give_back()

    threads = []
    for number in range(5):
        thread = threading.Thread(target=ask, args=(number,))
        thread.start()
        while turns.waiting <= number:
            pass
        threads.append(thread)
    turns.give_back()
    for thread in threads:
        thread.join()
    assert served == [0, 1, 2, 3, 4]


def test_who_waited_in_vain_holds_up_nobody() -> None:
    turns = Turns()
    assert turns.take(0)
    assert not turns.take(0.001)
    turns.give_back()
    assert turns.take(0)
    assert not turns.take(0)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{tmp_path}/turns.db")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE note (words TEXT)"))
    return engine


def test_a_writer_ends_its_turn_with_its_transaction(engine: Engine) -> None:
    with engine.connect() as first, engine.connect() as second:
        for end in (first.commit, first.rollback):
            first.execute(text("INSERT INTO note VALUES ('first')"))
            end()
            second.execute(text("INSERT INTO note VALUES ('second')"))
            second.commit()
        assert second.scalar(text("SELECT count(*) FROM note")) == 3


def test_a_reader_waits_for_no_writer(engine: Engine) -> None:
    with engine.connect() as writer, engine.connect() as reader:
        writer.execute(text("INSERT INTO note VALUES ('first')"))
        with reading():
            assert reader.scalar(text("SELECT count(*) FROM note")) == 0


def test_writing_within_reading_waits_its_turn(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extensions, "PATIENCE", 0)
    with engine.connect() as writer, engine.connect() as other:
        writer.execute(text("INSERT INTO note VALUES ('first')"))
        with reading(), writing(), pytest.raises(OperationalError, match="database is locked"):
            other.execute(text("INSERT INTO note VALUES ('second')"))
        writer.commit()
        other.execute(text("INSERT INTO note VALUES ('second')"))


def test_another_process_is_waited_for_and_the_turn_is_not_lost(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A connection that knows no turns stands for the other process."""
    monkeypatch.setattr(extensions, "PATIENCE", 0)
    other = sqlite3.connect(tmp_path / "turns.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    engine.dispose()  # the next connection is opened with the shorter patience
    for _ in range(2):
        with engine.connect() as mine, pytest.raises(OperationalError, match="database is locked"):
            mine.execute(text("SELECT 1"))
    other.rollback()
    with engine.begin() as mine:
        mine.execute(text("INSERT INTO note VALUES ('mine')"))
    other.close()
