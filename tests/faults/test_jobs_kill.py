"""Every job's effect happens once and every tick is served once, whoever dies meanwhile."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from app.extensions import db
from app.lowcode.jobs import enqueue
from app.lowcode.jobs.ticks import serve_schedule
from app.lowcode.principal import system
from tests.databases import dispose
from tests.faults.job_worker import FIRST, SCHEDULE, TICKS, build

ROOT = Path(__file__).parents[2]
JOBS, KILLS, WORKERS = 400, 50, 3
LONGEST = 120.0

Start = Callable[[str], int]


@pytest.fixture
def product(url: str, tmp_path: Path) -> Iterator[Flask]:
    app = build(url, tmp_path)
    with app.app_context(), system("test"):
        db.create_all()
        db.session.execute(text("CREATE TABLE effect (number INTEGER)"))
        db.session.commit()
    yield app
    dispose(app)


@pytest.fixture
def start(url: str, tmp_path: Path) -> Iterator[Start]:
    """Starts worker processes, and gives their numbers; what is left of them ends with the test."""
    command = [sys.executable, "-m", "tests.faults.job_worker", url, str(tmp_path)]
    parent = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    started: list[int] = []

    def run(task: str) -> int:
        assert parent.stdin is not None
        assert parent.stdout is not None
        print(task, file=parent.stdin, flush=True)
        started.append(int(parent.stdout.readline()))
        return started[-1]

    yield run
    for number in started:
        kill(number)
    parent.kill()
    parent.communicate()


def kill(number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(number, signal.SIGKILL)


def is_alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


def scalar(app: Flask, query: str) -> int:
    with app.app_context():
        return int(db.session.execute(text(query)).scalar_one())


def wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + LONGEST
    while not is_so():
        assert time.monotonic() < end, "the workers do not get on"
        time.sleep(0.02)


def test_four_hundred_jobs_have_four_hundred_effects_though_fifty_workers_are_killed(
    product: Flask, start: Start
) -> None:
    with product.app_context(), system("test"):
        for number in range(JOBS):
            enqueue(db.session, "test_effect", {"number": number})
        db.session.commit()
    workers = [start("work") for _ in range(WORKERS)]
    for killed in range(1, KILLS + 1):
        wait_until(
            lambda done=killed * JOBS // (KILLS + 5): (
                scalar(product, "SELECT count(*) FROM effect") >= done
            )
        )
        kill(workers.pop(0))
        workers.append(start("work"))
    wait_until(lambda: scalar(product, "SELECT count(*) FROM job WHERE state = 'done'") == JOBS)
    effects = scalar(product, "SELECT count(*) FROM effect")
    assert (effects, scalar(product, "SELECT count(DISTINCT number) FROM effect")) == (JOBS, JOBS)


def test_two_processes_serve_a_thousand_ticks_once_each_though_they_are_killed(
    product: Flask, start: Start
) -> None:
    with product.app_context():
        # A schedule's very first moment only says that it has begun.
        assert serve_schedule(db.session, SCHEDULE, FIRST) == 0
    walkers = [start("tick 1"), start("tick 2")]
    for killed in range(1, 7):
        wait_until(
            lambda done=killed * TICKS // 8: scalar(product, "SELECT count(*) FROM job") >= done
        )
        kill(walkers.pop(0))
        walkers.append(start(f"tick {killed}"))
    wait_until(lambda: not any(map(is_alive, walkers)))
    assert scalar(product, "SELECT count(*) FROM job") == TICKS
    assert scalar(product, "SELECT count(*) FROM job_tick") == TICKS + 1
