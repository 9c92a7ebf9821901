"""Orders in the browser: typed, confirmed, shipped and paid; and what nobody may do to them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.entities.billing import Payment
from app.entities.customers import Customer
from app.entities.inventory import StockLevel
from app.entities.sales.deal import Deal
from app.entities.sales.order import SalesOrder
from app.rules.orders import ORDER_MACHINE, PAYABLE, OrderState
from app.services.sales import fulfilment
from seed.reference import seed
from tests.callers import Caller, inside
from tests.trade import NOW, TODAY, make_order, make_product, make_warehouse
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]

_WAYS = {
    OrderState.CONFIRMED: ["confirm"],
    OrderState.SHIPPED: ["confirm", "ship"],
    OrderState.DONE: ["confirm", "ship", "complete"],
    OrderState.CANCELLED: ["cancel"],
}


@pytest.fixture
def order_in(app: Flask) -> Callable[[OrderState], int]:
    """The key of an order over 4 of 10 pieces in a state."""

    def make(state: OrderState) -> int:
        with inside(app) as session:
            warehouse = make_warehouse(session)
            product = make_product(session, warehouse, 10, "50.00")
            order = make_order(session, warehouse, (product, 4))
            if state is OrderState.HISTORY:
                order.state = state
            steps: dict[str, Callable[[], None]] = {
                "confirm": lambda: fulfilment.confirm_orders(session, [order], payment_days=30),
                "ship": lambda: fulfilment.ship_orders(session, [order], now=NOW, today=TODAY),
                "complete": lambda: fulfilment.complete_orders(session, [order]),
                "cancel": lambda: fulfilment.cancel_orders(session, [order]),
            }
            for step in _WAYS.get(state, []):
                steps[step]()
            return order.id

    return make


def look(app: Flask, key: int) -> tuple[Any, ...]:
    """Everything that an action could have changed."""
    with inside(app) as session:
        order = session.get_one(SalesOrder, key)
        level = session.scalars(select(StockLevel)).one()
        paid = len(session.scalars(select(Payment)).all())
        return order.state, order.total_amount, level.on_hand, level.reserved, paid


ASKED = {"asked": "1", "amount": "1", "received_date": "2026-03-05", "method": "cash"}


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("state", OrderState)
@pytest.mark.parametrize("action", [*ORDER_MACHINE.actions, "register_payment"])
def test_an_action_is_offered_and_accepted_where_it_is_possible_and_nowhere_else(
    app: Flask, visitor: Visitors, order_in: Callable[[OrderState], int], state: OrderState,
    action: str,
) -> None:  # fmt: skip
    key, person = order_in(state), visitor("administrator")
    possible = state in PAYABLE if action == "register_payment" else None
    if possible is None:
        possible = ORDER_MACHINE.may(action, state)
    address = f"/sales-orders/action/{action}"
    assert (address in person.get(f"/sales-orders/{key}").text) is possible
    before = look(app, key)
    fields = ASKED if action == "register_payment" else {}
    answer = person.post(address, rowid=str(key), **fields)
    assert answer.status_code == (302 if possible else 409)
    assert (look(app, key) != before) is possible


@pytest.mark.parametrize("state", OrderState)
def test_only_drafts_and_history_are_edited(
    app: Flask, visitor: Visitors, order_in: Callable[[OrderState], int], state: OrderState
) -> None:
    key, person = order_in(state), visitor("administrator")
    editable = state in {OrderState.DRAFT, OrderState.HISTORY}
    page = f"/sales-orders/{key}"
    assert (f'href="{page}/edit"' in person.get(page).text) is editable
    opened = person.get(f"{page}/edit")
    assert opened.status_code == (200 if editable else 302)
    if not editable:
        assert opened.headers["Location"] == page
    before = look(app, key)
    fields = {"customer": "1", "order_date": "2026-03-05", "freight_amount": "99.00"}
    typed = person.post(f"{page}/edit", confirm="1", **fields)
    by_key = Caller(app, "administrator").patch(page.lstrip("/"), freight_amount="77.00")
    assert (typed.status_code == 302, by_key.status_code == 200) == (editable, editable)
    assert (look(app, key) != before) is editable
    if not editable:
        assert person.post(f"{page}/delete").headers["Location"] == page, "with a message"
        assert Caller(app, "administrator").delete(page.lstrip("/")).status_code == 409


def test_nobody_types_or_sends_a_state(app: Flask, visitor: Visitors) -> None:
    with inside(app) as session:
        product = make_product(session)
        key = make_order(session, None, (product, 1)).id
    fields = {"customer": "1", "order_date": "2026-03-05", "lines-0-product": "1"}
    person = visitor("administrator")
    answer = person.post("/sales-orders/new", state="done", **fields, **{"lines-0-quantity": "1"})
    assert answer.status_code == 302
    person.post(f"/sales-orders/{key}/edit", state="confirmed", **fields)
    Caller(app, "administrator").patch(f"sales-orders/{key}", state="confirmed")
    with inside(app) as session:
        assert {order.state for order in session.scalars(select(SalesOrder))} == {OrderState.DRAFT}


def test_what_a_line_leaves_empty_is_shown_and_then_filled(app: Flask, visitor: Visitors) -> None:
    with inside(app) as session:
        product = make_product(session, sale_price=Decimal("12.50"))
        key = make_order(session, None).id
        product_id = product.id
    person = visitor("administrator", locale="en")
    line = {
        "lines-0-product": str(product_id),
        "lines-0-quantity": "3",
        "lines-0-unit_price": "",
        "lines-0-discount_rate": "10%",
        "lines-0-tax_rate": "",
    }
    shown = person.post("/sales-orders/totals/lines", **line).get_json()
    # Whoever does not see every column of the form gets the same sums.
    seller = visitor("sales", locale="en")
    assert seller.post("/sales-orders/totals/lines", **line).get_json() == shown
    assert shown["lines"] == [{"net_amount": "33.75"}]
    assert shown["usual"][0]["unit_price"] == "12.50"
    assert [text for _label, text in shown["totals"]] == ["33.75", "4.39", "38.14"]
    saved = person.post(f"/sales-orders/{key}/edit", customer="1", order_date="2026-03-05", **line)
    assert saved.status_code == 302, saved.text
    with inside(app) as session:
        order = session.get_one(SalesOrder, key)
        assert (order.net_amount, order.total_amount) == (Decimal("33.75"), Decimal("38.14"))
        assert order.lines[0].unit_price == Decimal("12.50")


def test_an_order_beyond_the_credit_limit_is_asked_about_first(
    app: Flask, visitor: Visitors
) -> None:
    with inside(app) as session:
        make_product(session, sale_price=Decimal("60.00"))
        order = make_order(session, None)
        order.customer.credit_limit = Decimal("100.00")
    fields = {
        "customer": "1",
        "order_date": "2026-03-05",
        "lines-0-product": "1",
        "lines-0-quantity": "2",
        "lines-0-tax_rate": "0",
    }
    person = visitor("administrator", locale="en")
    doubted = person.post("/sales-orders/new", **fields)
    assert doubted.status_code == 422
    assert "owes 20.00 more than the credit limit" in doubted.text
    assert person.post("/sales-orders/new", confirm="1", **fields).status_code == 302


def test_the_payment_dialog_starts_with_what_is_owed(
    visitor: Visitors, order_in: Callable[[OrderState], int]
) -> None:
    key = order_in(OrderState.CONFIRMED)
    page = visitor("finance").post("/sales-orders/action/register_payment", rowid=str(key))
    assert page.status_code == 200
    assert 'value="40.00"' in page.text


def test_who_sells_confirms_and_neither_ships_nor_takes_money(
    app: Flask, visitor: Visitors, order_in: Callable[[OrderState], int]
) -> None:
    key, person = order_in(OrderState.DRAFT), visitor("sales")
    with inside(app) as session:
        session.get_one(SalesOrder, key).owner_id = person.user_id

    def post(name: str) -> int:
        return person.post(f"/sales-orders/action/{name}", rowid=str(key)).status_code

    assert post("confirm") == 302
    assert (post("ship"), post("register_payment")) == (403, 403)
    assert post("cancel") == 302


def test_a_deal_becomes_a_draft_for_its_customer(app: Flask, visitor: Visitors) -> None:
    person = visitor("administrator")
    with inside(app) as session:
        seed(session)
        product = make_product(session)
        customer = Customer(name="示例客户")
        session.add(customer)
        session.flush()
        product_id, customer_id = product.id, customer.id
    made = person.post(
        "/deals/new",
        title="示例商机",
        customer=str(customer_id),
        product=str(product_id),
        amount="480.00",
        pipeline="1",
        stage="1",
    )
    assert made.status_code == 302, made.text
    with inside(app) as session:
        deal = session.scalars(select(Deal)).one()
        deal_id = deal.id
    answer = person.post("/deals/action/win", rowid=str(deal_id))
    assert answer.status_code == 302
    answer = person.post("/deals/action/order", rowid=str(deal_id))
    assert answer.status_code == 302, answer.text
    assert answer.headers["Location"].endswith("/edit")
    with inside(app) as session:
        order = session.scalars(select(SalesOrder)).one()
        assert (order.deal_id, order.customer_id, order.state) == (
            deal_id,
            customer_id,
            OrderState.DRAFT,
        )
        assert order.net_amount == Decimal("480.00")
