"""Printing in the browser: who may print what, in which language, and the trail of it."""

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.entities.catalog import Product, ProductUse
from app.entities.customers import Customer
from app.entities.inventory import StockLevel, Warehouse
from app.entities.sales.order import SalesOrder
from app.entities.system.audit import AuditEntry
from app.entities.system.user import User
from app.rules.orders import OrderState
from tests.callers import inside
from tests.papers import make_order, make_product
from tests.visitors import Visitor

Visit = Callable[..., Visitor]
MARCH = {"month": "2026-03"}


def text_in(answer: TestResponse) -> str:
    assert answer.status_code == 200, answer.text
    assert answer.content_type == "application/pdf"
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)


def an_order(app: Flask, owner: int | None = None, **values: Any) -> int:
    with inside(app) as session:
        person = session.get(User, owner) if owner else None
        customer = Customer(name="Alpha Works", owner=person)
        given = {"state": OrderState.CONFIRMED, "ship_name": "Alpha site", **values}
        return make_order(session, customer, owner=person, **given).id


# papers of a record -----------------------------------------------------------------
def test_the_record_offers_the_papers_that_fit_its_state(app: Flask, visitor: Visit) -> None:
    reader = visitor("administrator", locale="en")
    agreed = reader.get(f"/sales-orders/{an_order(app)}").text
    draft = reader.get(f"/sales-orders/{an_order(app, state=OrderState.DRAFT)}").text
    assert ["/print/delivery_note" in agreed, "/print/quotation" in agreed] == [True, False]
    assert ["/print/delivery_note" in draft, "/print/quotation" in draft] == [False, True]
    assert "/print/sales_order?lang=zh" in agreed


def test_a_paper_is_shown_in_the_browser_and_stands_in_the_trail(
    app: Flask, visitor: Visit
) -> None:
    key = an_order(app)
    reader = visitor("administrator", locale="en")
    answer = reader.get(f"/sales-orders/{key}/print/sales_order")
    assert "Sales order" in text_in(answer)
    assert answer.headers["Content-Disposition"].startswith("inline; filename*=UTF-8''")
    with inside(app) as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "print")).one()
        told = (entry.entity, entry.entity_id, entry.user_id, entry.changes)
    assert told == ("SalesOrder", key, reader.user_id, {"document": [None, "sales_order"]})


def test_a_paper_can_be_asked_for_in_the_language_of_the_customer(
    app: Flask, visitor: Visit
) -> None:
    address = f"/sales-orders/{an_order(app)}/print/delivery_note"
    reader = visitor("administrator", locale="zh")
    assert "出库单" in text_in(reader.get(address))
    assert "Delivery note" in text_in(reader.get(f"{address}?lang=en"))
    assert "出库单" in text_in(reader.get(f"{address}?lang=xx"))


@pytest.mark.parametrize("name", ["nothing", "customer_statement", "..%2Fetc"])
def test_a_paper_that_the_screen_does_not_have_is_not_there(
    app: Flask, visitor: Visit, name: str
) -> None:
    answer = visitor("administrator").get(f"/sales-orders/{an_order(app)}/print/{name}")
    assert answer.status_code == 404


def test_a_paper_of_another_state_is_refused_in_words(app: Flask, visitor: Visit) -> None:
    answer = visitor("administrator", locale="en").get(
        f"/sales-orders/{an_order(app)}/print/quotation"
    )
    assert answer.status_code == 409
    assert "Only a draft can be printed as a quotation." in answer.text


def test_the_warehouse_prints_the_note_without_prices_and_nothing_else(
    app: Flask, visitor: Visit
) -> None:
    key, packer = an_order(app), visitor("warehouse", locale="en")
    assert "Alpha site" in text_in(packer.get(f"/sales-orders/{key}/print/delivery_note"))
    assert packer.get(f"/sales-orders/{key}/print/sales_order").status_code == 403
    assert "Alpha site" in text_in(packer.get("/reports/delivery-notes.pdf"))


def test_services_are_not_on_the_delivery_note(app: Flask, visitor: Visit) -> None:
    with inside(app) as session:
        advice = make_product(session, "Hour of advice", use=ProductUse.SERVICE)
        lines = [{"product": "Pump"}, {"product": advice}]
        key = make_order(session, lines=lines, state=OrderState.CONFIRMED).id
    text = text_in(visitor("warehouse").get(f"/sales-orders/{key}/print/delivery_note"))
    assert "Pump" in text
    assert "advice" not in text


def test_nobody_prints_an_order_out_of_reach_or_without_the_right(
    app: Flask, visitor: Visit, client: FlaskClient
) -> None:
    key = an_order(app)
    assert visitor("sales").get(f"/sales-orders/{key}/print/sales_order").status_code == 404
    assert visitor("service").get(f"/sales-orders/{key}/print/sales_order").status_code == 403
    assert client.get(f"/sales-orders/{key}/print/sales_order").status_code == 401


def test_a_statement_needs_the_lists_that_it_is_made_of(app: Flask, visitor: Visit) -> None:
    with inside(app) as session:
        customer = Customer(name="Alpha Works")
        make_order(session, customer, state=OrderState.DONE)
        key = customer.id
    page = f"/customers/{key}"
    collector, helper = visitor("finance", locale="en"), visitor("service")
    assert "/print/customer_statement" in collector.get(page).text
    assert "Alpha Works" in text_in(collector.get(f"{page}/print/customer_statement"))
    assert "/print/customer_statement" not in helper.get(page).text
    assert helper.get(f"{page}/print/customer_statement").status_code == 403


# the page of reports ----------------------------------------------------------------
def test_everybody_is_offered_the_reports_of_their_lists(app: Flask, visitor: Visit) -> None:
    offered = {
        "administrator": {
            *("monthly-sales", "customer-statement", "satisfaction"),
            *("stock-list", "delivery-notes"),
        },
        "warehouse": {"stock-list", "delivery-notes"},
        "service": {"monthly-sales", "satisfaction", "stock-list"},
    }
    for role, names in offered.items():
        reader = visitor(role)
        page = reader.get("/reports/").text
        assert {name for name in offered["administrator"] if f"{name}.pdf" in page} == names
        for name in offered["administrator"] - names:
            assert reader.get(f"/reports/{name}.pdf", query_string=MARCH).status_code == 403


def test_the_month_of_a_person_is_the_sum_of_their_list(app: Flask, visitor: Visit) -> None:
    seller = visitor("sales", locale="en")
    march = {"order_date": date(2026, 3, 9), "state": OrderState.DONE}
    for owner, price in ((seller.user_id, "1000"), (seller.user_id, "23.45"), (None, "777")):
        an_order(app, owner, lines=[{"unit_price": Decimal(price)}], **march)
    listed = seller.get("/sales-orders/", query_string={"f.order_date": "2026-03-01..2026-03-31"})
    assert "1,023.45" in listed.text
    text = text_in(seller.get("/reports/monthly-sales.pdf", query_string=MARCH))
    assert "CNY 1,023.45" in text
    assert "777" not in text
    everything = visitor("sales_manager", "administrator", locale="en")
    assert "CNY 1,800.45" in text_in(
        everything.get("/reports/monthly-sales.pdf", query_string=MARCH)
    )


def test_each_opening_of_a_report_stands_in_the_trail(app: Flask, visitor: Visit) -> None:
    reader = visitor("administrator", locale="en")
    text_in(reader.get("/reports/satisfaction.pdf", query_string=MARCH))
    with inside(app) as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "print")).one()
        told = (entry.entity, entry.label, entry.user_id)
    assert told == ("Report", "Satisfaction report 2026-03", reader.user_id)


def test_a_statement_of_chosen_days(app: Flask, visitor: Visit) -> None:
    with inside(app) as session:
        customer = Customer(name="Alpha Works")
        make_order(session, customer, state=OrderState.DONE, order_date=date(2026, 2, 3))
        key = customer.id
    days = {"customer": key, "since": "2026-03-01", "until": "2026-03-31"}
    reader = visitor("administrator", locale="en")
    text = text_in(reader.get("/reports/customer-statement.pdf", query_string=days))
    assert "2026-03-01 – 2026-03-31" in text
    assert "CNY 100.00" in text


@pytest.mark.parametrize(
    ("name", "query", "status"),
    [
        ("monthly-sales", {}, 409),
        ("monthly-sales", {"month": "2026-13"}, 409),
        ("satisfaction", {"month": "0000-01"}, 409),
        ("stock-list", {"warehouse": "999"}, 404),
        ("stock-list", {"warehouse": "north"}, 404),
        ("customer-statement", {}, 409),
        ("customer-statement", {"customer": "999"}, 404),
        ("nothing", {}, 404),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(
    app: Flask, visitor: Visit, name: str, query: dict[str, str], status: int
) -> None:
    answer = visitor("administrator").get(f"/reports/{name}.pdf", query_string=query)
    assert answer.status_code == status


def test_days_that_do_not_follow_are_refused(app: Flask, visitor: Visit) -> None:
    with inside(app) as session:
        customer = Customer(name="Alpha Works")
        session.add(customer)
        session.flush()
        key = customer.id
    reader = visitor("administrator")
    for since, until in (("2026-03-02", "2026-03-01"), ("", "2026-03-01"), ("x", "y")):
        days = {"customer": key, "since": since, "until": until}
        answer = reader.get("/reports/customer-statement.pdf", query_string=days)
        assert answer.status_code == 409


def test_a_stock_list_with_or_without_values(app: Flask, visitor: Visit) -> None:
    with inside(app) as session:
        product = Product(name="Pump")
        level = {"on_hand": Decimal(10), "value_amount": Decimal("1234.50")}
        session.add(
            StockLevel(product=product, warehouse=Warehouse(code="n", name="North"), **level)
        )
    reader = visitor("administrator", locale="en")
    assert "1,234.50" in text_in(reader.get("/reports/stock-list.pdf?values=1"))
    assert "1,234.50" not in text_in(reader.get("/reports/stock-list.pdf"))


def test_orders_of_a_customer_out_of_reach_are_refused_in_words(app: Flask, visitor: Visit) -> None:
    seller = visitor("sales", locale="en")
    key = an_order(app, seller.user_id)
    with inside(app) as session:
        order = session.get_one(SalesOrder, key)
        order.customer.owner = None
    answer = seller.get(f"/sales-orders/{key}/print/sales_order")
    assert answer.status_code == 409
    assert "You do not see the customer of this order." in answer.text
