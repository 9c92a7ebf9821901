"""Importing in the browser: each step answers, keeps what was chosen, and belongs to one person."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.entities.catalog import Product
from app.entities.customers import Customer
from app.entities.sales.order import SalesOrder
from app.entities.system.imports import ImportMapping, ImportProblem, ImportRun
from app.entities.system.job import Job
from app.entities.system.notification import Notification
from app.entities.types import now_utc
from app.lowcode.importing import bringing, engine, runs
from app.lowcode.importing.reading import cell_text, read_table
from app.lowcode.jobs import queue
from app.rules.imports import ImportState
from app.rules.jobs import JobState
from tests.callers import inside
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]
HEADER = "客户编号,客户名称,级别,备注"
CSV = f"{HEADER}\nA,甲公司,VIP,=1+1\nB,乙公司,未知,\nC,,潜在,\nD,丁公司,普通,\n"
#: the page asks for itself again
POLLING = 'hx-trigger="every'
CHOSEN = {"column-0": "code", "column-1": "name", "column-2": "tier", "column-3": "notes"}


@pytest.fixture(autouse=True)
def _no_files(app: Flask) -> None:
    """The folder of uploads outlives the database of a test."""
    with app.app_context():
        for path in runs.folder().iterdir():
            path.unlink()


@pytest.fixture
def person(visitor: Visitors) -> Visitor:
    return visitor("sales_manager", locale="en")


def upload(
    person: Visitor, content: str | bytes = CSV, name: str = "客户.csv", into: str = "customers"
) -> TestResponse:
    data = content.encode() if isinstance(content, str) else content
    fields = {"csrf_token": person.token(), "file": (BytesIO(data), name)}
    return person.post_raw(f"/import/{into}", data=fields, content_type="multipart/form-data")


def checked(person: Visitor, content: str | bytes = CSV, **fields: Any) -> str:
    """The address of the run after upload and columns."""
    address = upload(person, content).location.removesuffix("/columns")
    answer = person.post(f"{address}/columns", **{**CHOSEN, **fields})
    assert (answer.status_code, answer.location) == (302, address)
    return address


def work_off(app: Flask) -> int:
    return int(app.extensions["kehu_jobs"].run_pending())


@pytest.mark.usefixtures("database")
def test_a_file_goes_in_from_upload_to_error_file(
    app: Flask, person: Visitor, tmp_path: Path
) -> None:
    address = checked(person)
    preview = person.get(address).text
    assert "甲公司" in preview
    assert "未知 is not one of" in preview
    with inside(app) as session:
        assert session.scalar(select(func.count(Customer.id))) == 0

    assert person.post(f"{address}/start").location == address
    assert POLLING in person.get(address).text
    assert work_off(app) == 1

    done = person.get(f"{address}/progress").text
    assert POLLING not in done
    assert "Please fill in this field." in done
    with inside(app) as session:
        found = dict(map(tuple, session.execute(select(Customer.name, Customer.notes))))
        assert found == {"甲公司": "=1+1", "丁公司": None}
        assert set(session.scalars(select(Customer.owner_id))) == {person.user_id}
        run = session.scalars(select(ImportRun)).one()
        assert (run.created, run.failed, run.state) == (2, 2, ImportState.DONE)
        told = session.scalars(select(Notification.url)).one()
        assert told == address

    for kind in ("csv", "xlsx"):
        answer = person.get(f"{address}/errors.{kind}")
        assert "attachment" in answer.headers["Content-Disposition"]
        path = tmp_path / f"errors.{kind}"
        path.write_bytes(answer.data)
        with read_table(path, filename=path.name) as table:
            assert table.header == ["Line", "Reason", *HEADER.split(",")]
            assert [cell_text(cells[0]) for _line, cells in table.rows] == ["3", "4"]


def test_the_guess_stands_in_the_form(person: Visitor) -> None:
    page = person.get(upload(person).location).text
    for path in CHOSEN.values():
        assert f'<option value="{path}" selected>' in page


def test_choices_survive_a_refused_form(person: Visitor) -> None:
    address = upload(person).location
    answer = person.post(
        address,
        **{"column-0": "code", "column-3": "code", "fixed-0": "kind", "fixed-text-0": "company"},
        mode="update",
        keep_filled="1",
    )
    assert answer.status_code == 422
    assert "chosen twice" in answer.text
    assert answer.text.count('<option value="code" selected>') == 2
    assert '<option value="update" selected>' in answer.text
    assert 'value="company"' in answer.text
    assert 'name="keep_filled" value="1" checked' in answer.text


def test_a_kept_mapping_is_there_for_the_next_file(app: Flask, person: Visitor) -> None:
    checked(person, **{"column-3": "interests", "mode": "create"}, keep_as="每月名单")
    with inside(app) as session:
        assert session.scalars(select(ImportMapping.name)).one() == "每月名单"
    page = person.get(f"{upload(person).location}?mapping=每月名单").text
    assert '<option value="interests" selected>' in page
    assert '<option value="create" selected>' in page


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"", "a.csv", "empty"),
        (b"name\n", "a.csv", "no rows"),
        (b"MZ\x00\x00", "a.csv", "text"),
        (b"name\nA", "a.exe", ".csv"),
        (b"PK\x03\x04broken", "a.xlsx", "workbook"),
        (b"name\nA", "a.xlsx", "workbook"),
        (b'name\n"A', "a.csv", "line"),
        (b"name\n" + b"x" * 40_000, "a.csv", "characters"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_and_not_kept(
    app: Flask, person: Visitor, content: bytes, name: str, reason: str
) -> None:
    answer = upload(person, content, name)
    assert answer.status_code == 422
    assert reason in answer.text
    with inside(app) as session:
        assert session.scalar(select(func.count(ImportRun.id))) == 0
        assert not list(runs.folder().iterdir())


def test_no_file_is_a_message(person: Visitor) -> None:
    answer = person.post("/import/customers")
    assert (answer.status_code, "Choose a file" in answer.text) == (422, True)


def test_another_sheet_of_a_workbook_is_chosen(person: Visitor) -> None:
    content = BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        book.add_worksheet("一月").write_column(0, 0, ["客户名称", "甲公司"])
        book.add_worksheet("二月").write_column(0, 0, ["电话", "010-65529988", "010-65529989"])
    address = upload(person, content.getvalue(), "客户.xlsx").location
    page = person.get(address).text
    assert '<option value="一月" selected>' in page
    assert person.post(address.replace("columns", "sheet"), sheet="二月").location == address
    page = person.get(address).text
    assert '<option value="二月" selected>' in page
    assert "010-65529989" in page
    person.post(address.replace("columns", "sheet"), sheet="三月")
    assert '<option value="二月" selected>' in person.get(address).text


def test_the_template_names_the_fields_in_the_readers_language(
    visitor: Visitors, tmp_path: Path
) -> None:
    answer = visitor("sales_manager", locale="en").get("/import/customers/template.xlsx")
    path = tmp_path / "template.xlsx"
    path.write_bytes(answer.data)
    with read_table(path, filename="template.xlsx") as table:
        assert table.header[:2] == ["Name", "Kind"]
        assert "Addresses: City" in table.header


@pytest.mark.parametrize(
    "path", ["", "/columns", "/progress", "/errors.csv"], ids=lambda path: path or "page"
)
def test_somebody_elses_file_is_not_there(person: Visitor, visitor: Visitors, path: str) -> None:
    address = checked(person)
    colleague = visitor("sales_manager")
    assert colleague.get(address + path).status_code == 404
    assert "客户.csv" not in colleague.get("/import/customers").text
    assert visitor("administrator").get(address + path).status_code == 200


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        ("sales_manager", "/import/", 200),
        ("sales_manager", "/import/customers", 200),
        ("sales_manager", "/import/suppliers", 403),
        ("sales_manager", "/import/audit-entries", 404),
        ("sales_manager", "/import/nothing", 404),
        ("sales", "/import/customers", 403),
        ("sales", "/import/customers/template.xlsx", 403),
        ("purchasing", "/import/suppliers", 200),
        ("warehouse", "/import/", 403),
    ],
)
def test_importing_is_a_right_of_each_screen(
    visitor: Visitors, role: str, path: str, status: int
) -> None:
    assert visitor(role).get(path).status_code == status


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_the_help_button_opens_the_page_about_importing(visitor: Visitors, locale: str) -> None:
    manager = visitor("sales_manager", locale=locale)
    for address in ("/import/", "/import/customers", upload(manager).location):
        assert 'href="/help/import"' in manager.get(address).text
    assert manager.get("/help/import").status_code == 200


def test_a_stranger_gets_nothing(app: Flask) -> None:
    for path in ("/import/", "/import/customers", "/import/runs/1"):
        assert app.test_client().get(path).status_code in {302, 401}


def test_a_file_is_brought_in_once(app: Flask, person: Visitor) -> None:
    address = checked(person)
    assert person.post(f"{address}/start").status_code == 302
    assert person.post(f"{address}/start").status_code == 409
    assert work_off(app) == 1
    assert person.post(f"{address}/start").status_code == 409
    assert person.post(f"{address}/discard").status_code == 409


def test_a_discarded_file_is_gone(app: Flask, person: Visitor) -> None:
    address = checked(person)
    assert person.post(f"{address}/discard").status_code == 302
    assert person.get(address).status_code == 404
    with inside(app):
        assert not list(runs.folder().iterdir())


def test_old_files_are_deleted_and_what_was_done_stays(app: Flask, person: Visitor) -> None:
    address = checked(person)
    person.post(f"{address}/start")
    work_off(app)
    with inside(app) as session:
        run = session.scalars(select(ImportRun)).one()
        run.created_on = now_utc() - timedelta(days=31)
    with inside(app) as session:
        assert runs.delete_old(session) == 1
        assert not list(runs.folder().iterdir())
    page = person.get(address).text
    assert "未知 is not one of" in page
    assert "errors.csv" not in page
    assert person.get(f"{address}/errors.csv").status_code == 409


@pytest.mark.usefixtures("database")
def test_an_import_whose_worker_dies_goes_on_and_ends_as_if_nothing_had_been(
    app: Flask, person: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BATCH", 10)
    lines = [f"C{n},Name {n},{'未知' if n % 7 == 0 else 'vip'}," for n in range(50)]
    address = checked(person, "\n".join([HEADER, *lines]))
    person.post(f"{address}/start")

    class Died(BaseException):
        """A power cut, as far as the process can tell."""

    update, calls = queue.update_claimed, []

    def dies(*args: Any, **values: Any) -> None:
        update(*args, **values)
        if "memory" in values:
            calls.append(1)
            if len(calls) == 3:
                raise Died

    with monkeypatch.context() as patch:
        patch.setattr(queue, "update_claimed", dies)
        with pytest.raises(Died):
            work_off(app)
    with inside(app) as session:
        run = session.scalars(select(ImportRun)).one()
        assert (run.created + run.failed, run.state) == (20, ImportState.STARTED)
        job = session.scalars(select(Job).where(Job.kind == bringing.JOB)).one()
        assert job.state is JobState.RUNNING
        job.lease_until = now_utc() - timedelta(seconds=1)
    assert work_off(app) == 1
    with inside(app) as session:
        run = session.scalars(select(ImportRun)).one()
        assert (run.created, run.changed, run.unchanged, run.failed) == (42, 0, 0, 8)
        assert session.scalar(select(func.count(Customer.id))) == 42
        lines_told = session.scalars(select(ImportProblem.line).order_by(ImportProblem.line)).all()
        assert list(lines_told) == [n + 2 for n in range(0, 50, 7)]


def test_a_cancelled_import_says_so(app: Flask, person: Visitor, visitor: Visitors) -> None:
    address = checked(person)
    person.post(f"{address}/start")
    with inside(app) as session:
        queue.cancel(session, session.scalars(select(Job).where(Job.kind == bringing.JOB)).one())
    page = person.get(address).text
    assert "stopped" in page
    assert POLLING not in page


@pytest.mark.usefixtures("database")
def test_rows_of_one_order_become_its_lines(app: Flask, person: Visitor) -> None:
    with inside(app) as session:
        session.add(Customer(name="甲公司", code="A", owner_id=person.user_id))
        session.add_all([Product(name="茶", code="T"), Product(name="杯", code="C")])
    content = "订单号,客户,产品,数量,单价\nX1,A,T,2,10\nX1,A,C,1,5\nX2,A,T,1,9\n"
    page = upload(person, content, into="sales-orders").location
    assert 'name="group"' in person.get(page).text
    fields = ["code", "customer", "lines.product", "lines.quantity", "lines.unit_price"]
    chosen = {f"column-{place}": path for place, path in enumerate(fields)}
    address = page.removesuffix("/columns")
    answer = person.post(page, **chosen, group="订单号", keep_as="orders")
    assert answer.location == address, answer.text
    person.post(f"{address}/start")
    assert work_off(app) == 1
    with inside(app) as session:
        orders = session.scalars(select(SalesOrder).order_by(SalesOrder.code)).all()
        assert [(order.code, len(order.lines), order.net_amount) for order in orders] == [
            ("X1", 2, 25),
            ("X2", 1, 9),
        ]
        kept = session.scalars(select(ImportMapping)).one()
        assert kept.content["group"] == ["订单号"]


def test_a_record_without_lines_is_always_one_row(person: Visitor) -> None:
    page = upload(person, "姓名,电话\n甲,1\n", into="contacts").location
    assert 'name="group"' not in person.get(page).text


@pytest.mark.usefixtures("database")
def test_corrections_of_a_kept_mapping_stay_with_it_and_are_told(
    app: Flask, person: Visitor
) -> None:
    checked(person, **{"column-3": "", "mode": "create"}, keep_as="old names")
    with inside(app) as session:
        kept = session.scalars(select(ImportMapping)).one()
        tier = {"column": "级别", "values": {"最好": "VIP"}}
        fields = {**kept.content["fields"], "tier": tier}
        corrections = {"客户名称": {"甲公思": "甲公司"}}
        kept.content = {**kept.content, "fields": fields, "corrections": corrections}
    content = f"{HEADER}\nA,甲公思,最好,\nB,乙公司,潜在,\n"
    address = checked(person, content, **{"column-3": "notes"}, keep_as="old names")
    told = "<td>客户名称</td><td>甲公思</td><td>甲公司</td>"
    preview = person.get(address).text
    assert told in preview
    assert "is not one of" not in preview
    person.post(f"{address}/start")
    work_off(app)
    assert told in person.get(address).text
    with inside(app) as session:
        found = dict(map(tuple, session.execute(select(Customer.name, Customer.code))))
        assert found == {"甲公司": "A", "乙公司": "B"}
        assert session.scalars(select(ImportMapping)).one().content["corrections"] == corrections


def test_the_preview_says_how_many_rows_of_the_file_were_tried(person: Visitor) -> None:
    lines = [f"C{n},Name {n},VIP," for n in range(501)]
    page = person.get(checked(person, "\n".join([HEADER, *lines]))).text
    assert "The first 500 of 501 rows were tried." in page
