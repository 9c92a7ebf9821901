"""`kehu import`: a file or a folder into the product, with a summary that scripts can read."""

from pathlib import Path

import pytest
import xlsxwriter
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from app.entities.customers import Customer
from app.entities.system.audit import AuditEntry
from app.entities.system.user import User
from app.lowcode.importing.reading import cell_text, read_table
from seed.reference import seed
from tests.callers import inside
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def _words(app: Flask) -> None:
    with inside(app) as session:
        seed(session)


@pytest.fixture
def customers(tmp_path: Path) -> Path:
    path = tmp_path / "客户.csv"
    path.write_text(
        "客户编号,客户名称,级别\nA,甲公司,VIP\nB,乙公司,未知\nC,=丙公司,潜在\n", "gb18030"
    )
    return path


def run(app: Flask, *words: object) -> Result:
    return app.test_cli_runner().invoke(args=["import", *map(str, words)])


def test_a_file_is_brought_in_by_its_header_alone(app: Flask, customers: Path) -> None:
    result = run(app, "customers", customers)
    assert result.exit_code == 1
    assert result.output.splitlines()[-1] == "created 2, changed 0, unchanged 0, failed 1"
    assert "line 3, 级别" in result.output
    with inside(app) as session:
        found = session.execute(select(Customer.code, Customer.name, Customer.tier))
        assert sorted(map(tuple, found)) == [
            ("A", "甲公司", "vip"),
            ("C", "=丙公司", "potential"),
        ]
        actors = set(
            session.scalars(select(AuditEntry.actor).where(AuditEntry.entity == "Customer"))
        )
        assert actors == {"import 客户.csv"}


@pytest.mark.parametrize("name", ["errors.csv", "errors.xlsx"])
def test_rows_that_failed_go_to_a_file_that_can_be_corrected_and_brought_in(
    app: Flask, customers: Path, tmp_path: Path, name: str
) -> None:
    errors = tmp_path / name
    assert run(app, "customers", customers, "--errors", errors).exit_code == 1
    with read_table(errors, filename=name) as table:
        assert table.header == ["Line", "Reason", "客户编号", "客户名称", "级别"]
        (row,) = [cells for _line, cells in table.rows]
    assert [cell_text(cell) for cell in (row[0], *row[2:])] == ["3", "B", "乙公司", "未知"]
    assert "级别" in cell_text(row[1])


def test_a_trial_writes_nothing(app: Flask, customers: Path) -> None:
    result = run(app, "customers", customers, "--dry-run")
    assert result.output.splitlines()[-1] == "created 2, changed 0, unchanged 0, failed 1"
    with inside(app) as session:
        assert session.scalar(select(func.count(Customer.id))) == 0


def test_all_or_nothing_writes_nothing_for_one_bad_row(app: Flask, customers: Path) -> None:
    result = run(app, "customers", customers, "--all-or-nothing")
    assert result.exit_code == 1
    assert "Nothing was written" in result.output
    customers.write_text("客户名称\n甲公司\n乙公司\n", "utf-8")
    assert run(app, "customers", customers, "--all-or-nothing").exit_code == 0
    with inside(app) as session:
        # No number was used up by the first attempt.
        assert sorted(session.scalars(select(Customer.code))) == ["C00001", "C00002"]


def test_a_sheet_of_a_workbook_is_read_by_its_name(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("说明").write(0, 0, "x")
        sheet = book.add_worksheet("客户")
        sheet.write_column(0, 0, ["客户名称", "甲公司"])
    assert "created 1," in run(app, "customers", path, "--sheet", "客户").output
    assert run(app, "customers", path, "--sheet", "没有").exit_code == 1


def test_a_person_brings_in_no_more_than_the_role_allows(app: Flask, customers: Path) -> None:
    with inside(app) as session:
        manager = make_user(session, "sales_manager").username
        clerk = make_user(session, "sales").username
    refused = run(app, "customers", customers, "--user", clerk)
    assert refused.exit_code == 1
    assert "role" in refused.output
    assert "created 2" in run(app, "customers", customers, "--user", manager).output
    with inside(app) as session:
        owners = set(
            session.scalars(select(User.username).join(Customer, Customer.owner_id == User.id))
        )
        assert owners == {manager}


@pytest.mark.parametrize(
    "words",
    [
        ["nothing", "{file}"],
        ["audit-entries", "{file}"],  # nobody writes the trail
        ["customers", "{file}", "--mapping", "nowhere"],
        ["customers", "{file}", "--user", "nobody"],
        ["customers", "/nowhere.csv"],
        ["suppliers", "{file}", "--mapping", "northwind"],  # the file has other columns
    ],
)
def test_what_cannot_be_done_is_one_line(app: Flask, customers: Path, words: list[str]) -> None:
    result = run(app, *(word.format(file=customers) for word in words))
    assert result.exit_code != 0
    assert result.output.splitlines()[-1].startswith("Error: ")
