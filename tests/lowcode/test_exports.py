"""Files of a list: exactly its rows, typed, and nothing in them that a spreadsheet would run."""

import csv
import io
import re
import zipfile
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from sqlalchemy import select, text

from app.entities.customers import Customer
from app.entities.system.audit import AuditEntry
from app.lowcode import listing
from app.lowcode.list_state import Listable, ListState
from app.rules.formulas import unguard
from tests.callers import Caller, inside

HOSTILE = [
    "=1+1",
    "+86 10 1234",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "'=1",
    '"=1',
    "\ufeff=1",
    "＝1+1",
    " =1",
    "=cmd|'/c calc'!A0",
    "https://example.com",
    "'quoted",
    "007",
]


def fill(app: Flask, *customers: dict[str, Any]) -> None:
    with inside(app) as session:
        session.add_all([Customer(**values) for values in customers])


def read_csv(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def read_xlsx(answer: Any) -> list[list[Any]]:
    assert answer.status_code == 200, answer.text
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    return book.get_sheet_by_index(0).to_python()


@pytest.fixture
def admin(app: Flask) -> Caller:
    return Caller(app, "administrator", locale="en")


@pytest.mark.usefixtures("database")
def test_the_file_holds_exactly_the_filtered_rows_in_their_order(app: Flask) -> None:
    reader = Caller(app, "administrator", locale="en")
    names = [f"Row {number:04}" for number in range(1200)]
    fill(app, *({"name": name, "tier": "vip" if name > "Row 0099" else None} for name in names))
    query = {"f.tier": "vip", "sort": "-name", "page": 3, "size": 25}
    rows = read_csv(reader.get("/customers/export.csv", **query))
    assert [row["Name"] for row in rows] == sorted(names[100:], reverse=True)
    sheet = read_xlsx(reader.get("/customers/export.xlsx", **query))
    assert [row[0] for row in sheet[1:]] == sorted(names[100:], reverse=True)


@pytest.mark.usefixtures("database")
def test_the_database_is_told_that_a_file_is_read_to_its_end(app: Flask) -> None:
    fill(app, {"name": "Acme"})
    with inside(app) as session:
        assert list(listing.stream(Listable(Customer, ("name",)), ListState()))
        if session.get_bind().dialect.name == "postgresql":
            assert session.scalar(text("SHOW cursor_tuple_fraction")) == "1"


def test_money_is_the_same_figure_in_every_file(app: Flask, admin: Caller) -> None:
    fill(app, {"name": "Exact", "credit_limit": Decimal("12.50")})
    (row,) = read_csv(admin.get("/customers/export.csv"))
    assert row["Credit limit"] == "12.50"
    head, values = read_xlsx(admin.get("/customers/export.xlsx"))
    assert dict(zip(head, values, strict=True))["Credit limit"] == 12.5
    pdf = PdfReader(io.BytesIO(admin.get("/customers/export.pdf").data))
    assert "12.50" in pdf.pages[0].extract_text()


def test_cells_of_a_workbook_have_their_types(app: Flask, admin: Caller) -> None:
    fill(
        app,
        {
            "name": "007",
            "credit_limit": Decimal("1280.50"),
            "cooperation_since": date(2020, 2, 29),
            "created_on": datetime.fromisoformat("2026-03-05T14:30:00+00:00"),
            "do_not_contact": True,
        },
    )
    head, values = read_xlsx(admin.get("/customers/export.xlsx", columns="all"))
    row = dict(zip(head, values, strict=True))
    assert row["Name"] == "007"
    assert row["Credit limit"] == 1280.5
    assert row["Cooperation since"] == date(2020, 2, 29)
    # In the user's zone, which is the company's: eight hours later.
    assert row["Created on"] == datetime(2026, 3, 5, 22, 30)  # noqa: DTZ001 - as a sheet holds it
    assert row["Do not contact"] == "Yes"


def test_the_chosen_language_labels_columns_and_choices(app: Flask) -> None:
    fill(app, {"name": "任意", "kind": "company"})
    english = Caller(app, "administrator", locale="en").get("/customers/export.csv", columns="all")
    assert read_csv(english)[0]["Kind"] == "Company"


def test_no_cell_becomes_a_formula_or_a_link(app: Flask, admin: Caller) -> None:
    fill(app, *({"name": name} for name in HOSTILE))
    names = [row["Name"] for row in read_csv(admin.get("/customers/export.csv", sort="name"))]
    assert sorted(map(unguard, names)) == sorted(HOSTILE)
    assert [name for name in names if not name.startswith("'")] == ["007", "https://example.com"]
    answer = admin.get("/customers/export.xlsx")
    assert sorted(row[0] for row in read_xlsx(answer)[1:]) == sorted(HOSTILE)
    with zipfile.ZipFile(io.BytesIO(answer.data)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml")
        assert b"<f>" not in sheet
        assert b"hyperlink" not in sheet


@pytest.mark.parametrize("fmt", ["csv", "xlsx", "pdf"])
def test_a_file_is_named_after_the_list_and_the_day(app: Flask, admin: Caller, fmt: str) -> None:
    answer = admin.get(f"/customers/export.{fmt}")
    plain, encoded = re.fullmatch(
        r"attachment; filename=(\S+); filename\*=UTF-8''(\S+)",
        answer.headers["Content-Disposition"],
    ).groups()
    assert re.fullmatch(rf"customers-\d{{4}}-\d\d-\d\d\.{fmt}", plain)
    assert re.fullmatch(rf"Customers-\d{{4}}-\d\d-\d\d\.{fmt}", unquote(encoded))
    assert answer.content_length == len(answer.data)


def test_an_export_stands_in_the_trail(app: Flask, admin: Caller) -> None:
    fill(app, {"name": "A", "tier": "vip"}, {"name": "B"})
    admin.get("/customers/export.csv", **{"f.tier": "vip"})
    with inside(app) as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "export")).one()
        assert (entry.entity, entry.user_id) == ("Customer", admin.user_id)
        assert entry.changes == {"format": "csv", "rows": 1, "filter": "?f.tier=vip"}


def test_only_rows_and_columns_of_the_person_are_exported(app: Flask) -> None:
    ann, ben = Caller(app, "sales_manager"), Caller(app, "sales_manager")
    ann.post("customers", name="Of Ann")
    ben.post("customers", name="Of Ben")
    rows = read_csv(ann.get("/customers/export.csv", columns="all"))
    assert len(rows) == 1
    assert "Of Ann" in rows[0].values()
    users = Caller(app, "administrator").get("/users/export.csv", columns="all").text
    assert "scrypt" not in users


def test_who_may_not_export_gets_no_file(app: Flask) -> None:
    answer = Caller(app, "warehouse").get("/customers/export.csv")
    assert answer.status_code in {302, 403}


@pytest.mark.parametrize(
    ("fmt", "query"),
    [("exe", {}), ("csv", {"f.name_key": "x"}), ("xlsx", {"f.credit_limit": "lots"})],
)
def test_a_file_never_holds_other_rows_than_asked_for(
    app: Flask, admin: Caller, fmt: str, query: dict[str, str]
) -> None:
    fill(app, {"name": "A"})
    answer = admin.get(f"/customers/export.{fmt}", **query)
    assert 400 <= answer.status_code < 500


def test_what_may_be_filtered_by_or_is_summed_may_be_exported(app: Flask) -> None:
    caller = Caller(app, "administrator", locale="en")
    answer = caller.get("/sales-orders/export.csv", columns="all")
    header = answer.get_data().decode("utf-8-sig").splitlines()[0].split(",")
    assert {"Net amount", "Tax amount", "Total amount"} <= set(header)
    assert caller.get("sales-orders", fields="net_amount,balance_amount").status_code == 200
