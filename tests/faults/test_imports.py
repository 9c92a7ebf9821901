"""Imports with bad rows, killed half-way, all or nothing, and undone: tables tell what holds."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.entities.customers import Customer
from app.entities.system.imports import ImportProblem, ImportRun
from app.entities.system.sequence import NumberSequence
from app.entities.types import now_utc
from app.extensions import db, reading
from app.lowcode.importing import bringing, runs
from app.lowcode.importing.bad_rows import bad_rows
from app.lowcode.importing.targets import guess, screen_for
from app.lowcode.importing.trial import try_out
from app.lowcode.principal import system
from app.lowcode.security import sync_permissions
from app.rules.imports import ImportState
from tests.databases import dispose, postgresql_server
from tests.dumps import dump
from tests.faults.job_worker import build

ROOT = Path(__file__).parents[2]
HEADER = "客户编号,客户名称,级别,信用额度,备注"
LONGEST = 120.0
WORK = """
import sys
from pathlib import Path
from tests.faults.job_worker import build
build(sys.argv[1], Path(sys.argv[2])).extensions["kehu_jobs"].run_pending()
"""


def bring(session: Session, content: bytes, *, whole: bool = False) -> ImportRun:
    """Upload a file, take the guessed columns, and let a job be put in."""
    path = runs.folder() / "given.csv"
    path.write_bytes(content)
    with path.open("rb") as file:
        run = runs.receive(session, screen_for("customers"), "given.csv", file)
    session.commit()
    with runs.open_run(run) as table:
        mapping = guess(screen_for("customers"), table.header)
    try_out(session, run, mapping)
    bringing.start(session, run, whole=whole)
    session.commit()
    return run


def work_off(app: Flask) -> None:
    app.extensions["kehu_jobs"].run_pending()


def lines(count: int, start: int = 0) -> list[str]:
    return [f"K{n:05},客户 {n:05},vip,{n},第 {n} 行" for n in range(start, start + count)]


def encoded(rows: list[str]) -> bytes:
    return "\n".join([HEADER, *rows]).encode()


@pytest.mark.usefixtures("database")
def test_every_bad_row_is_told_with_its_line_and_the_good_ones_are_in(app: Flask) -> None:
    rows = [line.encode() for line in lines(600)]
    rows[10] = "K00010,\N{REPLACEMENT CHARACTER},vip,1,".encode()
    rows[20] = b"K00019,again,vip,1,"
    rows[30] = b"K00030,number,vip,12x,"
    rows[40] = f"K00040,{'long' * 100},vip,1,".encode()
    rows[50] = "K00050,选项,金卡,1,".encode()
    rows[60] = b"K00060,formula,vip,1,=1+1"
    rows[70] = b"K00070,,vip,1,"
    with app.app_context(), system("test"), force_locale("en"):
        key = bring(db.session, b"\n".join([HEADER.encode(), *rows])).id
    work_off(app)
    with app.app_context(), system("test"), force_locale("en"):
        run = db.session.get_one(ImportRun, key)
        assert (run.created, run.failed, run.state) == (594, 6, ImportState.DONE)
        wrong = db.session.scalars(select(ImportProblem.line).order_by(ImportProblem.line))
        assert list(wrong) == [12, 22, 32, 42, 52, 72]
        with runs.open_run(run) as table:
            told = list(bad_rows(table, runs.problems(db.session, run)))
        assert [row[0] for row in told[1:]] == [12, 22, 32, 42, 52, 72]
        notes = select(Customer.notes).where(Customer.code == "K00060")
        assert db.session.scalar(notes) == "=1+1"


@pytest.mark.usefixtures("database")
def test_all_rows_or_none_with_a_bad_row_at_the_end_changes_nothing(app: Flask) -> None:
    named = [f",客户 {n},vip,{n}," for n in range(700)]
    with app.app_context(), system("test"):
        db.session.add(Customer(name="there before"))
        db.session.commit()
        before = dump(db.session), counters(db.session)
        key = bring(db.session, encoded([*named, ",,vip,1,"]), whole=True).id
    work_off(app)
    with app.app_context(), system("test"):
        run = db.session.get_one(ImportRun, key)
        assert (run.created, run.failed, run.state) == (0, 1, ImportState.REFUSED)
        assert (dump(db.session), counters(db.session)) == before
        key = bring(db.session, encoded(named), whole=True).id
    work_off(app)
    with app.app_context(), system("test"):
        run = db.session.get_one(ImportRun, key)
        assert (run.created, run.state) == (700, ImportState.DONE)
        assert db.session.scalar(select(func.count(Customer.id))) == 701


def counters(session: Session) -> list[Any]:
    return sorted(map(tuple, session.execute(select(NumberSequence.name, NumberSequence.value))))


@pytest.mark.usefixtures("database")
def test_an_import_that_changed_and_made_rows_is_undone_to_the_byte(app: Flask) -> None:
    with app.app_context(), system("test"):
        bring(db.session, encoded(lines(600)))
    work_off(app)
    with app.app_context(), system("test"):
        before = dump(db.session)
        changed = [line.replace("vip", "potential") for line in lines(300)]
        key = bring(db.session, encoded([*changed, *lines(600, start=300)])).id
    work_off(app)
    with app.app_context(), system("test"):
        run = db.session.get_one(ImportRun, key)
        assert (run.created, run.changed, run.unchanged) == (300, 300, 300)
        assert bringing.undo(db.session, run) is not None
        db.session.commit()
    work_off(app)
    with app.app_context(), system("test"):
        assert bringing.is_undone(db.session.get_one(ImportRun, key))
        assert dump(db.session) == before


# killed -----------------------------------------------------------------------------
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
        sync_permissions(app)
        db.session.commit()
    yield app
    dispose(app)


@pytest.fixture
def worker(product: Flask, url: str, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that works off what is due."""
    process = subprocess.Popen([sys.executable, "-c", WORK, url, str(tmp_path)], cwd=ROOT)
    yield process
    process.kill()
    process.wait()


def wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + LONGEST
    while not is_so():
        assert time.monotonic() < end, "the import does not get on"
        time.sleep(0.02)


def test_killed_half_way_it_ends_as_one_run_would_have(
    product: Flask, request: pytest.FixtureRequest
) -> None:
    rows = lines(3000)
    rows[2500] = "K02500,,vip,1,"
    with product.app_context(), system("test"):
        before = dump(db.session)
        key = bring(db.session, encoded(rows)).id

    def line() -> int:
        with product.app_context(), reading():
            return db.session.scalar(select(ImportRun.line).where(ImportRun.id == key)) or 0

    process = request.getfixturevalue("worker")
    wait_until(lambda: line() >= 1000)
    process.kill()
    process.wait()
    with product.app_context(), system("test"):
        run = db.session.get_one(ImportRun, key)
        assert run.state is ImportState.STARTED
        run.job.lease_until = now_utc() - timedelta(seconds=1)
        db.session.commit()
    work_off(product)
    with product.app_context(), system("test"):
        run = db.session.get_one(ImportRun, key)
        assert (run.created, run.changed, run.unchanged, run.failed) == (2999, 0, 0, 1)
        assert run.state is ImportState.DONE
        found = db.session.execute(select(Customer.code, Customer.name, Customer.credit_limit))
        wanted = [(f"K{n:05}", f"客户 {n:05}", n) for n in range(3000) if n != 2500]
        assert sorted(map(tuple, found)) == wanted
        assert list(db.session.scalars(select(ImportProblem.line))) == [2502]
        bringing.undo(db.session, run)
        db.session.commit()
    work_off(product)
    with product.app_context(), system("test"):
        assert dump(db.session) == before
