"""Payments in the browser: spread over orders by their form, taken off when they go."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from app.entities.billing import Payment
from app.entities.sales.order import SalesOrder
from app.lowcode.settings import set_settings
from app.rules.orders import OrderState
from tests.callers import inside
from tests.trade import make_order, make_product
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]


@pytest.fixture
def owed(app: Flask) -> Flask:
    """Two confirmed orders of one customer over 50.00 each."""
    with inside(app) as session:
        product = make_product(session)
        first = make_order(session, None, (product, 5))
        second = make_order(session, None, (product, 5), customer=first.customer)
        first.state = second.state = OrderState.CONFIRMED
    return app


def paid(app: Flask) -> list[Decimal]:
    with inside(app) as session:
        return list(session.scalars(select(SalesOrder.paid_amount).order_by(SalesOrder.id)))


def fields(amount: str, *parts: tuple[int, str]) -> dict[str, str]:
    typed = {
        "customer": "1",
        "received_date": "2026-03-05",
        "amount": amount,
        "method": "bank_transfer",
    }
    for index, (order, part) in enumerate(parts):
        typed |= {
            f"allocations-{index}-order": str(order),
            f"allocations-{index}-amount": part,
        }
    return typed


def test_a_payment_is_spread_changed_and_deleted(owed: Flask, visitor: Visitors) -> None:
    person = visitor("finance")
    made = person.post("/payments/new", **fields("80.00", (1, "50.00"), (2, "20.00")))
    assert made.status_code == 302, made.text
    assert paid(owed) == [Decimal("50.00"), Decimal("20.00")]
    changed = person.post("/payments/1/edit", **fields("80.00", (2, "50.00")))
    assert changed.status_code == 302, changed.text
    assert paid(owed) == [0, Decimal("50.00")]
    assert person.post("/payments/1/delete").status_code == 302
    assert paid(owed) == [0, 0]


def test_a_restored_payment_pays_its_orders_again(owed: Flask, visitor: Visitors) -> None:
    person = visitor("administrator", locale="en")
    person.post("/payments/new", **fields("80.00", (1, "50.00"), (2, "20.00")))
    person.post("/payments/1/delete")
    assert paid(owed) == [0, 0]
    assert person.post("/bin-entries/1/undo").location == "/payments/1"
    assert paid(owed) == [Decimal("50.00"), Decimal("20.00")]


def test_a_payment_is_not_restored_onto_an_order_that_was_paid_meanwhile(
    owed: Flask, visitor: Visitors
) -> None:
    person = visitor("administrator", locale="en")
    person.post("/payments/new", **fields("80.00", (1, "50.00"), (2, "20.00")))
    person.post("/payments/1/delete")
    person.post("/payments/new", **fields("50.00", (1, "50.00")))
    assert person.post("/bin-entries/1/undo").location == "/bin-entries/"
    assert paid(owed) == [Decimal("50.00"), 0]
    with inside(owed) as session:
        assert session.scalars(select(Payment.id)).all() == [2]


@pytest.mark.parametrize(
    "typed",
    [
        fields("40.00", (1, "40.01")),
        fields("100.00", (1, "50.01")),
        fields("100.00", (1, "10.00"), (1, "10.00")),
        fields("0.00"),
        fields("100.00", (1, "")),
    ],
    ids=["more than came in", "more than is owed", "twice", "nothing", "no amount"],
)
def test_what_cannot_be_paid_is_refused_with_nothing_saved(
    owed: Flask, visitor: Visitors, typed: dict[str, str]
) -> None:
    assert visitor("finance").post("/payments/new", **typed).status_code == 422
    assert paid(owed) == [0, 0]
    with inside(owed) as session:
        assert session.scalars(select(Payment)).all() == []


def test_sales_people_see_payments_and_write_none(owed: Flask, visitor: Visitors) -> None:
    person = visitor("sales_manager")
    assert person.get("/payments/").status_code == 200
    assert person.get("/payments/new").status_code == 403
    assert person.post("/payments/new", **fields("1.00")).status_code == 403


def test_a_payment_starts_with_the_usual_method(app: Flask, owed: Flask, visitor: Visitors) -> None:
    clerk = visitor("finance")
    asked = {"path": "/sales-orders/action/register_payment", "rowid": "1"}
    chosen = '<option value="{}" selected>'
    for method in ("bank_transfer", "wechat"):
        with inside(app) as session:
            set_settings(session, {"payment_method": method})
        assert chosen.format(method) in clerk.get("/payments/new").text
        assert chosen.format(method) in clerk.post(**asked).text
