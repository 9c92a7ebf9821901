"""A running import is paused, gone on with, cancelled and undone; alike rows are judged."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.entities.customers import Contact, Customer
from app.entities.system.changes import ChangeSet
from app.entities.system.imports import ImportRun
from app.lowcode.importing import engine, runs, trial
from app.lowcode.importing.reading import cell_text, read_table
from app.lowcode.jobs import JobContext
from app.rules.imports import ImportState
from tests.callers import inside
from tests.dumps import dump
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]
HEADER = "客户编号,客户名称,级别,电话"
CHOSEN = {"column-0": "code", "column-1": "name", "column-2": "tier", "column-3": "phone"}
ROWS = [f"C{number},Name {number},vip," for number in range(40)]


@pytest.fixture
def person(visitor: Visitors) -> Visitor:
    return visitor("sales_manager", locale="en")


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BATCH", 10)


def checked(person: Visitor, rows: list[str], **fields: Any) -> str:
    """The address of the run after upload and columns."""
    content = "\n".join([HEADER, *rows]).encode()
    sent = {"csrf_token": person.token(), "file": (BytesIO(content), "file.csv")}
    answer = person.post_raw("/import/customers", data=sent, content_type="multipart/form-data")
    address = str(answer.location)
    answer = person.post(address, **{**CHOSEN, **fields})
    assert answer.status_code == 302, answer.text
    return address.removesuffix("/columns")


def work_off(app: Flask) -> None:
    app.extensions["kehu_jobs"].run_pending()


def the_run(session: Any) -> ImportRun:
    return session.scalars(select(ImportRun).order_by(ImportRun.id.desc())).first()


def stopping_after(
    monkeypatch: pytest.MonkeyPatch, batches: int, stop: Callable[[], object]
) -> None:
    """Between two batches of the next import `stop` is called."""
    checkpoint, done = JobContext.checkpoint, []

    def stopped(context: JobContext) -> None:
        checkpoint(context)
        done.append(1)
        if len(done) == batches:
            stop()

    monkeypatch.setattr(JobContext, "checkpoint", stopped)


def test_it_is_paused_and_gone_on_with(
    app: Flask, person: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = checked(person, ROWS)
    person.post(f"{address}/start")
    stopping_after(monkeypatch, 2, lambda: person.post(f"{address}/pause"))
    work_off(app)
    page = person.get(address).text
    assert "paused after line 21" in page
    with inside(app) as session:
        assert session.scalar(select(func.count(Customer.id))) == 20
        assert the_run(session).state is ImportState.PAUSED
    person.post(f"{address}/go_on")
    work_off(app)
    with inside(app) as session:
        assert (the_run(session).created, the_run(session).state) == (40, ImportState.DONE)
        assert session.scalar(select(func.count(ChangeSet.id))) == 1


def test_it_is_cancelled_and_what_is_there_is_undone(
    app: Flask, person: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with inside(app) as session:
        before = dump(session)
    address = checked(person, ROWS)
    person.post(f"{address}/start")
    stopping_after(monkeypatch, 1, lambda: person.post(f"{address}/cancel"))
    work_off(app)
    assert "cancelled after line 11" in person.get(address).text
    assert person.post(f"{address}/go_on").status_code == 302
    with inside(app) as session:
        assert the_run(session).state is ImportState.CANCELLED
        assert dump(session)["customer"] != before["customer"]
    person.post(f"{address}/undo")
    assert "was undone" in person.get(address).text
    with inside(app) as session:
        assert dump(session) == before


def test_undoing_is_refused_with_the_reason_once_something_is_built_on_it(
    app: Flask, person: Visitor
) -> None:
    address = checked(person, ROWS[:3])
    person.post(f"{address}/start")
    work_off(app)
    with inside(app) as session:
        customer = session.scalars(select(Customer).where(Customer.code == "C1")).one()
        session.add(Contact(customer=customer, name="later"))
    person.post(f"{address}/undo")
    page = person.get(address).text
    assert "Name 1 is used" in page
    with inside(app) as session:
        assert session.scalar(select(func.count(Customer.id))) == 3


def test_nobody_undoes_the_import_of_somebody_else(
    app: Flask, person: Visitor, visitor: Visitors
) -> None:
    address = checked(person, ROWS[:3])
    person.post(f"{address}/start")
    work_off(app)
    other = visitor("sales_manager", locale="en")
    assert other.post(f"{address}/undo").status_code == 404
    with inside(app) as session:
        key = session.scalars(select(ChangeSet.id)).one()
    assert other.post(f"/changes/{key}/undo").status_code == 404
    assert "file.csv" not in other.get("/changes/").text
    assert "file.csv" in person.get("/changes/").text
    assert person.post(f"/changes/{key}/undo").status_code == 302
    with inside(app) as session:
        assert session.scalar(select(func.count(Customer.id))) == 0


def test_all_rows_or_none_says_that_nothing_was_imported(app: Flask, person: Visitor) -> None:
    address = checked(person, [*ROWS, "C99,,vip,"])
    person.post(f"{address}/start", whole="1")
    work_off(app)
    assert "Nothing was imported" in person.get(address).text
    with inside(app) as session:
        assert session.scalar(select(func.count(Customer.id))) == 0


def test_the_rest_of_a_large_file_is_tried_by_a_job(
    app: Flask, person: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "TRIED", 10)
    address = checked(person, [*ROWS, "C99,,vip,"])
    page = person.get(address).text
    assert "The first 10 of 41 rows were tried" in page
    assert f'hx-get="{address}/trial"' in page
    work_off(app)
    page = person.get(f"{address}/trial").text
    assert "All rows were tried" in page
    assert "Please fill in this field." in page
    with inside(app) as session:
        assert the_run(session).preview["counts"]["created"] == 40
        assert session.scalar(select(func.count(Customer.id))) == 0


# rows that are alike ---------------------------------------------------------------
ALIKE = ["A1,华瑞科技（有限公司）,vip,", "A2,新的公司,vip,", "A3,新的公司有限公司,vip,"]


@pytest.mark.parametrize(
    ("choice", "created", "changed", "skipped"),
    [("create", 3, 0, 0), ("skip", 1, 0, 2), ("update", 1, 1, 1)],
)
def test_rows_that_are_alike_are_told_and_judged(
    app: Flask, person: Visitor, choice: str, created: int, changed: int, skipped: int
) -> None:
    with inside(app) as session:
        session.add(Customer(code="H", name="华瑞科技有限公司", owner_id=person.user_id))
    address = checked(person, ALIKE, alike=choice)
    page = person.get(address).text
    assert "Looks like 华瑞科技有限公司 (Same name)" in page
    assert "Looks like line 3 of the file" in page
    person.post(f"{address}/start")
    work_off(app)
    with inside(app) as session:
        run = the_run(session)
        assert (run.created, run.changed, run.skipped) == (created, changed, skipped)


def test_the_preview_shows_old_and_new(app: Flask, person: Visitor) -> None:
    with inside(app) as session:
        session.add(Customer(code="C1", name="Old", owner_id=person.user_id))
    page = person.get(checked(person, ["C1,Newer,vip,"])).text
    assert "<del>Old</del> <ins>Newer</ins>" in page


def test_the_template_says_what_goes_in(person: Visitor, tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    path.write_bytes(person.get("/import/customers/template.xlsx").data)
    with read_table(path, filename="template.xlsx", sheet="Notes") as table:
        told = {cell_text(cells[0]): cells for _line, cells in table.rows}
    assert cell_text(told["Name"][1]) == "yes"
    assert "VIP" in cell_text(told["Tier"][2])


def test_kept_files_of_runs_are_read_again_when_it_goes_on(
    app: Flask, person: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = checked(person, ROWS)
    person.post(f"{address}/start")
    stopping_after(monkeypatch, 1, lambda: person.post(f"{address}/pause"))
    work_off(app)
    with inside(app) as session:
        (runs.folder() / str(the_run(session).stored_as)).unlink()
    person.post(f"{address}/go_on")
    work_off(app)
    assert "Upload it again" in person.get(address).text
