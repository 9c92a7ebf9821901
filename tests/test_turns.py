"""Turns are handed on in the order of asking, and whoever gave up is not waited for."""

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from app import extensions
from app.extensions import reading, writing
from app.turns import Turns

between_processes = pytest.mark.skipif(sys.platform == "win32", reason="one process serves there")


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


IN_ANOTHER_PROCESS = """
import sys, time
from app.turns import Turns

turns = Turns(sys.argv[1])
for _ in range(int(sys.argv[2])):
    assert turns.take(10)
    print("mine", flush=True)
    time.sleep(float(sys.argv[3]))
    turns.give_back()
"""


@contextmanager
def other_process(file: Path, times: int, seconds: float) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the turn, for so many `seconds` so many `times`."""
    command = [sys.executable, "-c", IN_ANOTHER_PROCESS, str(file), str(times), str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "mine\n"
        yield process
        process.kill()


@between_processes
def test_processes_take_turns(tmp_path: Path) -> None:
    """However soon one asks again; else one of them would have most turns."""
    turns = Turns(str(tmp_path / "turn"))
    with other_process(tmp_path / "turn", 1000, 0.01) as other:
        for _ in range(10):
            assert turns.take(10)
            time.sleep(0.01)
            turns.give_back()
        other.kill()
        assert other.stdout
        assert other.stdout.read().count("mine") in range(8, 13)


@between_processes
def test_the_turn_of_a_process_is_waited_for_and_ends_with_it(tmp_path: Path) -> None:
    turns = Turns(str(tmp_path / "turn"))
    with other_process(tmp_path / "turn", 1, 60) as other:
        assert not turns.take(0)
        assert not turns.take(0.01)
        other.kill()
        assert turns.take(10)


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
