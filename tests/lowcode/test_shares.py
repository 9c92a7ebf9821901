"""Shares: people type percentages, files and programs write fractions, and nobody is misread."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from app.entities.customers import Customer
from app.entities.sales.order import SalesOrderLine
from app.lowcode.fields import field_of
from app.rules.errors import InvalidInput
from tests.callers import Caller, inside
from tests.trade import make_product
from tests.visitors import Visitor


@pytest.mark.parametrize(
    ("typed", "share"),
    [
        ("10", "0.1"), ("10%", "0.1"), ("１０％", "0.1"), (" 12.5 ", "0.125"), ("0.5%", "0.005"),
        ("0", "0"), ("1", "0.01"), ("100", "1"), ("13 %", "0.13"),
    ],
)  # fmt: skip
def test_a_bare_number_in_an_input_is_a_percentage(app: Flask, typed: str, share: str) -> None:
    with app.app_context():
        field = field_of(SalesOrderLine, "discount_rate")
        assert field.read_typed(typed) == Decimal(share)
        assert field.read_typed(field.typed(Decimal(share))) == Decimal(share)


@pytest.mark.parametrize("typed", ["0.1", "101", "-1", "150%", "x", "1e2", "NaN", "0.999"])
def test_what_could_mean_two_things_or_nothing_is_refused(app: Flask, typed: str) -> None:
    with app.app_context(), pytest.raises(InvalidInput):
        field_of(SalesOrderLine, "discount_rate").read_typed(typed)


def test_an_empty_input_is_empty(app: Flask) -> None:
    with app.app_context():
        assert field_of(SalesOrderLine, "tax_rate").read_typed("  ") is None


def test_ten_typed_into_an_order_takes_ten_percent_off(
    app: Flask, visitor: Callable[..., Visitor]
) -> None:
    with inside(app) as session:
        session.add(Customer(name="示例公司"))
        product = make_product(session).id
    person = visitor("administrator")
    line = {"product": str(product), "quantity": "2", "unit_price": "10", "discount_rate": "10"}
    fields = {f"lines-0-{name}": value for name, value in line.items()}
    saved = person.post("/sales-orders/new", customer="1", order_date="2026-03-05", **fields)
    assert saved.status_code == 302, saved.text
    with inside(app) as session:
        stored = session.scalars(select(SalesOrderLine)).one()
        assert (stored.discount_rate, stored.net_amount) == (Decimal("0.1"), Decimal(18))
        key = stored.order_id
    # A program reads and writes the fraction.
    row = Caller(app, "administrator").get(f"sales-orders/{key}").json["lines"][0]
    assert row["discount_rate"] == "0.1"
