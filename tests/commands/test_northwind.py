"""A whole trading company's files: every figure of them, wherever the product tells it."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import func, select

from app.entities.catalog import Product, ProductCategory
from app.entities.customers import Contact, Customer
from app.entities.inventory import StockMove
from app.entities.purchasing import PurchaseOrder, Supplier
from app.entities.sales.order import Carrier, SalesOrder, SalesOrderLine
from app.entities.system.user import User
from app.rules.months import last_day_of, month_after
from app.services.sales.monthly import sales_between
from seed.reference import seed
from tests.callers import Caller, inside
from tests.commands.companies import DATA, Company, company, read_page, signed_in
from tests.visitors import Visitor

NET = "1265793.29"
FREIGHT = "64942.69"
#: the orders begin and end in these months
FIRST, LAST = date(1996, 7, 1), date(1998, 5, 1)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def northwind(request: pytest.FixtureRequest) -> Iterator[Company]:
    yield from company(request, "northwind", request.param)


@pytest.fixture(scope="module")
def manager(northwind: Company) -> Visitor:
    return signed_in(northwind.app, "administrator")


def months() -> Iterator[date]:
    month = FIRST
    while month <= LAST:
        yield month
        month = month_after(month)


class TestBringingIn:
    def test_everything_comes_in_at_once(self, northwind: Company) -> None:
        assert northwind.first.exit_code == 0, northwind.first.output
        last = northwind.first.output.splitlines()[-1]
        assert last == "created 1310, changed 0, unchanged 1, failed 0"

    def test_a_second_time_leaves_no_trace(self, northwind: Company) -> None:
        before = northwind.state()
        last = northwind.bring_in().output.splitlines()[-1]
        assert last == "created 0, changed 0, unchanged 1311, failed 0"
        assert northwind.state() == before


class TestPeopleAndProducts:
    def test_everybody_and_everything_is_there(self, northwind: Company) -> None:
        with inside(northwind.app) as session:
            counts = {
                entity: session.scalar(select(func.count(entity.id)))
                for entity in (Customer, Contact, Supplier, Product, ProductCategory, Carrier)
            }
            assert list(counts.values()) == [91, 91, 29, 77, 8, 3]

    def test_split_lines_are_whole_again(self, northwind: Company) -> None:
        with inside(northwind.app) as session:
            customer = session.scalars(select(Customer).where(Customer.code == "BLONP")).one()
            (address,) = customer.addresses
            assert (address.street, address.city) == ("24, place Kléber", "Strasbourg")
            assert (customer.country, customer.phone) == ("FR", "88.60.15.31")
            assert [contact.name for contact in customer.contacts] == ["Frédérique Citeaux"]
            names = set(session.scalars(select(Supplier.name)))
            assert {"Pavlova, Ltd.", "G'day, Mate"} <= names

    def test_products_know_their_category_supplier_and_price(self, northwind: Company) -> None:
        with inside(northwind.app) as session:
            product = session.scalars(select(Product).where(Product.code == "5")).one()
            assert product.category.name == "Condiments"
            assert product.supplier.name == "New Orleans Cajun Delights"
            assert (str(product.sale_price), product.specification) == ("21.35", "36 boxes")
            assert product.is_discontinued
            assert (
                session.scalar(select(func.count(Product.id)).where(Product.unit_id.is_(None))) == 0
            )

    def test_employees_are_inactive_users_in_teams_and_regions(self, northwind: Company) -> None:
        with inside(northwind.app) as session:
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


class TestOrders:
    @pytest.mark.parametrize(
        ("words", "figure"),
        [
            (["sales-orders"], "830"),
            (["sales-orders", "state=history"], "830"),
            (["sales-orders", "--sum", "net_amount"], NET),
            (["sales-orders", "--sum", "freight_amount"], FREIGHT),
            (["sales-orders", "--sum", "total_amount"], "1330735.98"),
            (["sales-orders", "shipped_date=1996-01-01..1998-12-31"], "809"),
            (["sales-orders", "shipped_date=-"], "21"),
            (["sales-orders", "customer=QUICK", "--sum", "net_amount"], "110277.32"),
            (["sales-orders", "carrier=Speedy Express"], "249"),
            (["sales-orders", "carrier=United Package"], "326"),
            (["sales-orders", "carrier=Federal Shipping"], "255"),
        ],
    )
    def test_the_command_counts_them(
        self, northwind: Company, words: list[str], figure: str
    ) -> None:
        assert northwind.count(*words) == figure

    def test_lines_are_rounded_one_by_one(self, northwind: Company) -> None:
        with inside(northwind.app) as session:
            rows = session.execute(
                select(
                    SalesOrderLine.quantity,
                    SalesOrderLine.unit_price,
                    SalesOrderLine.discount_rate,
                    SalesOrderLine.net_amount,
                )
            ).all()
            assert len(rows) == 2155
            assert sum(net for *_others, net in rows) == Decimal(NET)
            unrounded = sum(q * price * (1 - discount) for q, price, discount, _net in rows)
            assert f"{unrounded:.2f}" == "1265793.04"

    def test_an_order_says_what_the_file_says(self, northwind: Company) -> None:
        with inside(northwind.app) as session:
            order = session.scalars(select(SalesOrder).where(SalesOrder.code == "10250")).one()
            assert order.customer.name == "Hanari Carnes"
            assert order.owner is not None
            assert order.owner.name == "Margaret Peacock"
            assert (order.order_date, order.required_date, order.shipped_date) == (
                date(1996, 7, 8),
                date(1996, 8, 5),
                date(1996, 7, 12),
            )
            # The comma in the address was no end of a cell.
            assert (order.ship_address, order.ship_city, order.ship_region) == (
                "Rua do Paço, 67",
                "Rio de Janeiro",
                "RJ",
            )
            assert (order.ship_country, order.ship_postal_code) == ("BR", "05454-876")
            assert (str(order.freight_amount), order.tax_amount) == ("65.83", 0)
            assert [(line.product.code, str(line.net_amount)) for line in order.lines] == [
                ("41", "77.00"),
                ("51", "1261.40"),
                ("65", "214.20"),
            ]

    def test_the_list_and_its_totals_tell_the_same(self, manager: Visitor) -> None:
        page = read_page(manager, "/sales-orders/?f.state=history")
        assert "of 830" in page
        assert "1,330,735.98" in page.split()

    def test_programs_get_the_same(self, northwind: Company) -> None:
        caller = Caller(northwind.app, "administrator")
        answer = caller.get("sales-orders", **{"f.state": "history", "size": 200})
        assert answer.json["count"] == 830
        open_ones = caller.get("sales-orders", **{"f.shipped_date": "-"})
        assert open_ones.json["count"] == 21

    def test_an_export_adds_up_to_the_same(self, northwind: Company, tmp_path: Path) -> None:
        out = tmp_path / "orders.csv"
        words = ["export", "sales-orders", "--all-columns", "--out", str(out)]
        assert northwind.run(*words).exit_code == 0
        rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8-sig"))))
        assert len(rows) == 830
        assert sum(Decimal(row["Freight"]) for row in rows) == Decimal(FREIGHT)
        totals = sum(Decimal(row["Total amount"]) for row in rows)
        assert totals - Decimal(FREIGHT) == Decimal(NET)

    def test_the_months_add_up_to_the_whole(self, northwind: Company) -> None:
        with inside(northwind.app) as session:
            sold = [sales_between(session, m, last_day_of(m)) for m in months()]
            whole = sales_between(session, FIRST, last_day_of(LAST))
        assert len(sold) == 23
        assert sum(sales.orders for sales in sold) == whole.orders == 830
        assert sum(sales.net for sales in sold) == whole.net == Decimal(NET)
        assert sum(sales.freight for sales in sold) == Decimal(FREIGHT)
        best = whole.by_customer[0]
        assert (best.label, best.net) == ("QUICK-Stop", Decimal("110277.32"))

    def test_the_printed_monthly_reports_add_up_to_the_whole(self, manager: Visitor) -> None:
        nets = [_printed_net(manager, month) for month in months()]
        assert sum(nets) == Decimal(NET)


class TestHistory:
    """What was sold elsewhere is told and never acted on."""

    @pytest.mark.parametrize(
        "words",
        [
            ["sales-orders", "balance_amount=0.01.."],
            ["sales-orders", "due_date=1990-01-01.."],
            ["stock-levels", "reserved=0.0001.."],
            ["stock-moves", "to_location.kind=customer"],
            ["tasks"],
            ["payments"],
        ],
    )
    def test_it_is_owed_by_nobody_and_holds_no_stock(
        self, northwind: Company, words: list[str]
    ) -> None:
        assert northwind.count(*words) == "0"

    @pytest.mark.parametrize("name", ["confirm", "ship", "complete", "cancel"])
    def test_no_action_leads_out_of_it(
        self, northwind: Company, manager: Visitor, name: str
    ) -> None:
        with inside(northwind.app) as session:
            key = session.scalar(select(SalesOrder.id).where(SalesOrder.code == "10248"))
        manager.post(f"/sales-orders/action/{name}", rowid=str(key))
        assert northwind.count("sales-orders", "state=history") == "830"

    def test_the_start_page_asks_nobody_for_money(self, manager: Visitor) -> None:
        assert "Receivables 0.00" in read_page(manager, "/")


class TestStock:
    @pytest.mark.parametrize(
        ("words", "figure"),
        [
            (["stock-levels", "--sum", "on_hand"], "3119"),
            (["stock-levels", "--sum", "on_order"], "780"),
            (["stock-levels", "is_low=yes"], "18"),
            (["stock-levels", "is_short=yes"], "2"),
            (["stock-moves", "--sum", "quantity"], "3119"),
            (["stock-moves", "from_location.kind=opening"], "72"),
            (["reorder-points"], "77"),
            (["reorder-points", "warehouse=northwind"], "77"),
            (["purchase-orders", "state=ordered"], "14"),
            (["purchase-orders"], "14"),
        ],
    )
    def test_the_command_counts_it(self, northwind: Company, words: list[str], figure: str) -> None:
        assert northwind.count(*words) == figure

    def test_a_supplier_has_one_order_with_what_is_on_its_way(self, northwind: Company) -> None:
        with inside(northwind.app) as session:
            orders = session.scalars(select(PurchaseOrder)).all()
            assert len({order.supplier_id for order in orders}) == len(orders)
            assert sum(line.quantity for order in orders for line in order.lines) == 780
            assert sum(len(order.lines) for order in orders) == 17
            assert all(
                line.product.supplier is order.supplier for order in orders for line in order.lines
            )

    def test_what_is_there_came_in_through_the_ledger(self, northwind: Company) -> None:
        with inside(northwind.app) as session:
            moves = session.scalars(select(StockMove)).all()
            assert {(m.from_location.kind, m.to_location.warehouse.code) for m in moves} == {
                ("opening", "northwind")
            }

    def test_the_stock_screen_tells_the_same(self, manager: Visitor) -> None:
        page = read_page(manager, "/stock/")
        assert "Low stock 18" in page
        assert "Low, orders counted 2" in page

    def test_the_list_of_levels_adds_up_to_the_same(self, manager: Visitor) -> None:
        assert "Total 3,119 ⌀ 40.5065 0 ⌀ 0 3,119" in read_page(manager, "/stock-levels/")

    def test_the_start_page_tells_the_same(self, manager: Visitor) -> None:
        assert "Low stock 18" in read_page(manager, "/")


@pytest.fixture
def empty(app: Flask) -> Flask:
    if not (DATA / "northwind").is_dir():
        pytest.skip(f"{DATA / 'northwind'} is not here")
    with inside(app) as session:
        seed(session)
    return app


def test_a_trial_of_the_whole_folder_writes_nothing(empty: Flask) -> None:
    words = ["import", "northwind", str(DATA / "northwind"), "--dry-run"]
    result = empty.test_cli_runner().invoke(args=words)
    assert result.output.splitlines()[-1] == "created 1310, changed 0, unchanged 1, failed 0"
    with inside(empty) as session:
        assert session.scalar(select(func.count(Customer.id))) == 0
        assert session.scalar(select(func.count(SalesOrder.id))) == 0


def test_one_file_takes_its_mapping_from_the_set(empty: Flask) -> None:
    path = DATA / "northwind" / "customers.csv"
    words = ["import", "customers", str(path), "--mapping", "northwind"]
    result = empty.test_cli_runner().invoke(args=words)
    assert result.output.splitlines()[-1] == "created 91, changed 0, unchanged 0, failed 0"


def _printed_net(person: Visitor, month: date) -> Decimal:
    """The net sales that the report of a month says on its first page."""
    answer = person.get(f"/reports/monthly-sales.pdf?month={month:%Y-%m}")
    assert answer.status_code == 200
    text = PdfReader(io.BytesIO(answer.data)).pages[0].extract_text()
    found = re.search(r"Net sales\D*?([\d,]+\.\d\d)", text)
    assert found is not None, text
    return Decimal(found[1].replace(",", ""))
