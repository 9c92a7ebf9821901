"""`kehu import`: a file or a folder into the product, with a summary that scripts can read."""

from pathlib import Path

import pytest
import xlsxwriter
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from app.entities.catalog import Product, ProductCategory
from app.entities.customers import Contact, Customer
from app.entities.purchasing import Supplier
from app.entities.system.audit import AuditEntry
from app.entities.system.user import User
from app.lowcode.importing.reading import cell_text, read_table
from seed.reference import seed
from tests.callers import inside
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("database")
NORTHWIND = Path(__file__).parents[2].parent / "shared" / "data" / "northwind"
needs_northwind = pytest.mark.skipif(not NORTHWIND.is_dir(), reason=f"{NORTHWIND} is not here")


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


class TestNorthwind:
    """A whole company's files, as they were written by a database that did not quote."""

    pytestmark = needs_northwind

    @pytest.fixture
    def loaded(self, app: Flask) -> Flask:
        result = run(app, "northwind", NORTHWIND)
        assert result.exit_code == 0, result.output
        assert result.output.splitlines()[-1].startswith("created 313, changed 0, ")
        return app

    def test_everybody_and_everything_is_there(self, loaded: Flask) -> None:
        with inside(loaded) as session:
            counts = {
                entity: session.scalar(select(func.count(entity.id)))
                for entity in (Customer, Contact, Supplier, Product, ProductCategory)
            }
            assert list(counts.values()) == [91, 91, 29, 77, 8]

    def test_split_lines_are_whole_again(self, loaded: Flask) -> None:
        with inside(loaded) as session:
            customer = session.scalars(select(Customer).where(Customer.code == "BLONP")).one()
            (address,) = customer.addresses
            assert (address.street, address.city) == ("24, place Kléber", "Strasbourg")
            assert (customer.country, customer.phone) == ("FR", "88.60.15.31")
            assert [contact.name for contact in customer.contacts] == ["Frédérique Citeaux"]
            names = set(session.scalars(select(Supplier.name)))
            assert {"Pavlova, Ltd.", "G'day, Mate"} <= names

    def test_products_know_their_category_supplier_and_price(self, loaded: Flask) -> None:
        with inside(loaded) as session:
            product = session.scalars(select(Product).where(Product.code == "5")).one()
            assert product.category.name == "Condiments"
            assert product.supplier.name == "New Orleans Cajun Delights"
            assert (str(product.sale_price), product.specification) == ("21.35", "36 boxes")
            assert product.is_discontinued
            assert (
                session.scalar(select(func.count(Product.id)).where(Product.unit_id.is_(None))) == 0
            )

    def test_employees_are_inactive_users_in_teams_and_regions(self, loaded: Flask) -> None:
        with inside(loaded) as session:
            users = session.scalars(
                select(User).where(User.email.endswith("@northwind.example"))
            ).all()
            assert len(users) == 9
            assert not any(user.active or user.roles or user.password for user in users)
            places = {user.name: (user.team.name, user.region.name) for user in users}
            assert places["Michael Suyama"] == ("Western", "Western")
            superiors = {user.name: user.reports_to and user.reports_to.name for user in users}
            assert superiors["Michael Suyama"] == "Steven Buchanan"
            assert superiors["Steven Buchanan"] == "Andrew Fuller"
            assert superiors["Andrew Fuller"] is None

    def test_a_second_import_leaves_no_trace(self, loaded: Flask) -> None:
        def state() -> tuple[object, ...]:
            with inside(loaded) as session:
                entities = (Customer, Contact, Supplier, Product, ProductCategory, User)
                rows = [
                    tuple(
                        map(
                            tuple,
                            session.execute(select(e.id, e.version, e.changed_on).order_by(e.id)),
                        )
                    )
                    for e in entities
                ]
                return (*rows, session.scalar(select(func.count()).select_from(AuditEntry)))

        before = state()
        result = run(loaded, "northwind", NORTHWIND)
        assert result.output.splitlines()[-1] == "created 0, changed 0, unchanged 313, failed 0"
        assert state() == before

    def test_a_trial_of_the_whole_folder_writes_nothing(self, app: Flask) -> None:
        result = run(app, "northwind", NORTHWIND, "--dry-run")
        assert result.output.splitlines()[-1] == "created 313, changed 0, unchanged 0, failed 0"
        with inside(app) as session:
            assert session.scalar(select(func.count(Customer.id))) == 0

    def test_one_file_takes_its_mapping_from_the_set(self, app: Flask) -> None:
        result = run(app, "customers", NORTHWIND / "customers.csv", "--mapping", "northwind")
        assert result.output.splitlines()[-1] == "created 91, changed 0, unchanged 0, failed 0"
