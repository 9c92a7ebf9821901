"""A process of its own that works off jobs, or walks through a schedule, until it is killed.

It starts more of its kind on demand: for each line it reads ("work", "tick 7") it forks a worker
that has everything loaded, and writes its process number.

python -m tests.faults.job_worker DATABASE_URL FOLDER
"""

import os
import random
import signal
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import text

from app import create_app
from app.extensions import db
from app.lowcode.jobs import JobContext, Runner, Scheduled, job
from app.lowcode.jobs.ticks import serve_schedule
from app.rules.jobs import Every
from config import Settings

TICKS = 1000
FIRST = datetime(2026, 3, 5, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SCHEDULE = [Scheduled("test", Every(MINUTE), "test_effect", grace=timedelta(days=9999))]


@job("test_effect", max_attempts=50)
def effect(context: JobContext) -> None:
    """One row per job; nothing but the queue keeps it from being written twice."""
    number = context.arguments["number"]
    context.session.execute(text("INSERT INTO effect VALUES (:number)"), {"number": number})
    time.sleep(0.01)  # so that kills hit between the effect and its commit


def build(url: str, folder: Path) -> Flask:
    """The product on an existing database."""
    return create_app(
        Settings(secret_key="faults-9d1c77a2e45b0836", database_url=url, var=folder, job_threads=0)
    )


def walk(app: Flask, seed: int) -> None:
    """Every moment once, in blocks of any order: the clock jumps back and forth by hours."""
    blocks = [range(start, start + 50) for start in range(1, TICKS + 1, 50)]
    random.Random(seed).shuffle(blocks)  # noqa: S311 - any order will do
    for block in blocks:
        for number in block:
            with app.app_context():
                serve_schedule(db.session, SCHEDULE, FIRST + number * MINUTE)


def begin(app: Flask, task: str, *rest: str) -> None:
    if task == "work":
        Runner(app, 2, (), poll=0.2, lease=timedelta(seconds=2)).start()
        threading.Event().wait()
    walk(app, int(rest[0]))


if __name__ == "__main__":
    url, folder = sys.argv[1:]
    app = build(url, Path(folder))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead need nobody to ask for them
    for line in sys.stdin:
        with app.app_context():
            db.engine.dispose()  # no connection may be shared
        child = os.fork()
        if child == 0:
            begin(app, *line.split())
            os._exit(0)
        print(child, flush=True)
