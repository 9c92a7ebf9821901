"""Every job's effect happens once and every tick is served once, whoever dies meanwhile."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from app.extensions import db
from app.lowcode.jobs import enqueue
from app.lowcode.jobs.ticks import serve_schedule
from app.lowcode.principal import system
from tests.databases import dispose, postgresql_server
from tests.faults.job_worker import FIRST, SCHEDULE, TICKS, build

ROOT = Path(__file__).parents[2]
JOBS, KILLS, WORKERS = 400, 6, 3
LONGEST = 55.0

Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def url(database: str, tmp_path: Path) -> Iterator[str]:
    """An empty database that other processes can reach."""
    if database == "sqlite":
        yield f"sqlite:///{tmp_path / 'kehu.db'}"
    else:
        with postgresql_server() as address:
            yield address.replace("postgresql://", "postgresql+psycopg://", 1)


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
    """Starts worker processes; whatever is left of them ends with the test."""
    started: list[subprocess.Popen[bytes]] = []

    def run(*task: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.faults.job_worker", url, str(tmp_path), *task]
        process = subprocess.Popen(command, cwd=ROOT)
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.wait()


def scalar(app: Flask, query: str) -> int:
    with app.app_context():
        return int(db.session.execute(text(query)).scalar_one())


def wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + LONGEST
    while not is_so():
        assert time.monotonic() < end, "the workers do not get on"
        time.sleep(0.02)


def test_four_hundred_jobs_have_four_hundred_effects_though_six_workers_are_killed(
    product: Flask, start: Start
) -> None:
    with product.app_context(), system("test"):
        for number in range(JOBS):
            enqueue(db.session, "test_effect", {"number": number})
        db.session.commit()
    workers = [start("work") for _ in range(WORKERS)]
    for kill in range(1, KILLS + 1):
        wait_until(
            lambda done=kill * JOBS // 10: scalar(product, "SELECT count(*) FROM effect") >= done
        )
        workers.pop(0).kill()
        workers.append(start("work"))
    wait_until(lambda: scalar(product, "SELECT count(*) FROM job WHERE state = 'done'") == JOBS)
    effects = scalar(product, "SELECT count(*) FROM effect")
    assert (effects, scalar(product, "SELECT count(DISTINCT number) FROM effect")) == (JOBS, JOBS)


def test_two_processes_serve_a_thousand_ticks_once_each(product: Flask, start: Start) -> None:
    with product.app_context():
        # A schedule's very first moment only says that it has begun.
        assert serve_schedule(db.session, SCHEDULE, FIRST) == 0
    for process in [start("tick", "1"), start("tick", "2")]:
        assert process.wait(LONGEST) == 0
    assert scalar(product, "SELECT count(*) FROM job") == TICKS
    assert scalar(product, "SELECT count(*) FROM job_tick") == TICKS + 1
