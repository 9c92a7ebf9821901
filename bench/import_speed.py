"""How long a large import and its undoing take, and how much memory they need.

    .venv/bin/python -m bench.import_speed
    .venv/bin/python -m bench.import_speed --rows 10000 --database postgresql --profile

Customers of a sales manager, brought in by the job as in life, with the trail, the index of the
search and all that undoing needs; one row in a hundred is bad.
"""

import argparse
import cProfile
import csv
import pstats
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext
from pathlib import Path

from flask import Flask
from flask_babel import force_locale
from sqlalchemy import func, select

from app.entities.customers import Customer
from app.entities.system.imports import ImportRun
from app.entities.system.user import User
from app.extensions import db
from app.lowcode.importing import bringing, runs
from app.lowcode.importing.mapping import Mapping
from app.lowcode.importing.targets import guess, screen_for
from app.lowcode.importing.trial import try_out
from app.lowcode.principal import acting_as, system
from app.lowcode.security.identity import principal_for
from bench.engine_cost import build
from tests.databases import postgresql_server

HEADER = ["客户编号", "客户名称", "客户类型", "级别", "电话", "邮箱", "信用额度", "备注"]
BAD_EVERY = 100


def write_file(path: Path, rows: int) -> None:
    """Customers as somebody else's program exports them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(_rows(rows))


def _rows(count: int) -> Iterator[list[str]]:
    bad = ("not a number", "-", "12,34,5x", "9" * 40)
    for number in range(count):
        limit = bad[number // BAD_EVERY % 4] if number % BAD_EVERY == 50 else str(number % 90_000)
        yield [
            f"I{number:07}",
            f"{'杭苏锦宁'[number % 4]}州示例{number:06}贸易有限公司",
            "company",
            ("VIP", "普通", "潜在")[number % 3],
            f"0571-8{number % 10_000_000:07}",
            f"c{number}@example.com",
            limit,
            "=1+1" if number % 1000 == 7 else f"第 {number} 行",
        ]


def peak() -> float:
    """The most memory this process ever held, in MB."""
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / 1024 if sys.platform != "darwin" else size / 2**20


def timed(name: str, work: Callable[[], None], *, profile: bool) -> None:
    profiler = cProfile.Profile(time.process_time) if profile else None
    started, worked = time.perf_counter(), time.process_time()
    with profiler or nullcontext():
        work()
    took, worked = time.perf_counter() - started, time.process_time() - worked
    print(f"{name:<20}{took:8.1f} s, {worked:6.1f} s of work {peak():6.0f} MB at most")
    if profiler:
        pstats.Stats(profiler).sort_stats("cumtime").print_stats(r"app/|session.py", 70)


def measure(app: Flask, path: Path, *, profile: bool) -> None:
    with app.app_context(), system("bench"):
        person = db.session.scalar(select(User.id))
    jobs = app.extensions["kehu_jobs"]
    print(f"{'at rest':<20}{'':27}{peak():6.0f} MB at most")

    def receive() -> None:
        with app.app_context(), acting_as(principal_for(person)), force_locale("en"):
            with path.open("rb") as file:
                run = runs.receive(db.session, screen_for("customers"), "bench.csv", file)
            db.session.commit()
            view = screen_for("customers")
            with runs.open_run(run) as table:
                mapping = guess(view, table.header)
            try_out(db.session, run, Mapping.from_json(mapping.to_json()))
            db.session.commit()

    def start() -> None:
        with app.app_context(), acting_as(principal_for(person)):
            bringing.start(db.session, db.session.scalars(select(ImportRun)).one())
            db.session.commit()
        jobs.run_pending()

    def undo() -> None:
        with app.app_context(), acting_as(principal_for(person)):
            bringing.undo(db.session, db.session.scalars(select(ImportRun)).one())
            db.session.commit()
        jobs.run_pending()

    timed("upload and preview", receive, profile=False)
    timed("import", start, profile=profile)
    report(app)
    timed("undo", undo, profile=profile)
    report(app)


def report(app: Flask) -> None:
    with app.app_context(), system("bench"):
        run = db.session.scalars(select(ImportRun)).one()
        there = db.session.scalar(select(func.count(Customer.id)))
        print(f"  {run.created} created, {run.failed} bad, {there} customers; {run.state.value}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        path = folder / "customers.csv"
        write_file(path, options.rows)
        url = f"sqlite:///{folder / 'kehu.db'}"
        if options.database == "postgresql":
            address = stack.enter_context(postgresql_server())
            url = address.replace("postgresql://", "postgresql+psycopg://", 1)
        measure(build(url, folder, 0), path, profile=options.profile)


if __name__ == "__main__":
    main()
