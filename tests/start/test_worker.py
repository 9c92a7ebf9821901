"""A worker process does what others put in, and ends when it is told to."""

import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.start import product

LONGEST = 20.0


@pytest.fixture
def worker(var: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        product.flask("worker", "--threads", "1"),
        cwd=product.ROOT,
        env=product.environment(var),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert "background work" in process.stdout.readline()
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def put_in(var: Path) -> None:
    """As another process does: the worker only sees the row."""
    with closing(sqlite3.connect(var / "kehu.db", timeout=10)) as database, database:
        database.execute(
            "INSERT INTO job (kind, arguments, memory, state, run_after, created_on, changed_on)"
            " VALUES ('clean_up', '{}', '{}', 'queued', datetime('now', '-1 second'),"
            " datetime('now'), datetime('now'))"
        )


def state(var: Path) -> str:
    with closing(sqlite3.connect(var / "kehu.db", timeout=10)) as database:
        return str(database.execute("SELECT state FROM job").fetchone()[0])


def test_it_does_what_other_processes_put_in(var: Path, worker: subprocess.Popen[str]) -> None:
    put_in(var)
    end = time.monotonic() + LONGEST
    while state(var) != "done":
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_it_is_told_to(worker: subprocess.Popen[str], told: signal.Signals) -> None:
    worker.send_signal(told)
    assert worker.wait(6) == 0


def test_it_does_not_work_on_a_database_that_is_not_set_up(tmp_path: Path) -> None:
    done = product.run(product.flask("worker"), tmp_path / "empty")
    product.assert_one_clear_line(done, "setup")
