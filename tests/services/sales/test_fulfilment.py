"""The way of an order: reserved when confirmed, moved when shipped, given back when cancelled."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.inventory import StockMove
from app.entities.sales.order import SalesOrder
from app.rules.billing import PaymentMethod
from app.rules.catalog import ProductUse
from app.rules.errors import DomainError
from app.rules.orders import ORDER_MACHINE, OrderState
from app.rules.stock import LocationKind
from app.services.billing import register_payment
from app.services.sales import fulfilment
from tests.trade import (
    NOW,
    TODAY,
    check_books,
    level_of,
    make_order,
    make_product,
    make_warehouse,
)

pytestmark = pytest.mark.usefixtures("database")


def confirm(session: Session, *orders: SalesOrder) -> None:
    fulfilment.confirm_orders(session, orders, payment_days=30)


def ship(session: Session, *orders: SalesOrder) -> None:
    fulfilment.ship_orders(session, orders, now=NOW, today=TODAY)


ACTIONS: dict[str, Callable[..., None]] = {
    "confirm": confirm,
    "ship": ship,
    "complete": lambda session, *orders: fulfilment.complete_orders(session, orders),
    "cancel": lambda session, *orders: fulfilment.cancel_orders(session, orders),
}
#: how an order gets into each state
WAYS = {
    OrderState.DRAFT: (),
    OrderState.CONFIRMED: ("confirm",),
    OrderState.SHIPPED: ("confirm", "ship"),
    OrderState.DONE: ("confirm", "ship", "complete"),
    OrderState.CANCELLED: ("cancel",),
}


def order_in(session: Session, state: OrderState) -> SalesOrder:
    warehouse = make_warehouse(session)
    product = make_product(session, warehouse, 10, "50.00")
    order = make_order(session, warehouse, (product, 4))
    if state is OrderState.HISTORY:
        order.state = state
        session.flush()
    for action in WAYS.get(state, ()):
        ACTIONS[action](session, order)
    return order


@pytest.mark.parametrize("state", OrderState)
@pytest.mark.parametrize("action", ORDER_MACHINE.actions)
def test_every_action_in_every_state_goes_on_or_changes_nothing(
    session: Session, state: OrderState, action: str
) -> None:
    order = order_in(session, state)
    session.commit()
    moves = len(session.scalars(select(StockMove)).all())
    if ORDER_MACHINE.may(action, state):
        ACTIONS[action](session, order)
        assert order.state is ORDER_MACHINE.after(action, state)
    else:
        with pytest.raises(DomainError):
            ACTIONS[action](session, order)
        session.rollback()
        assert session.get_one(SalesOrder, order.id).state is state
        assert len(session.scalars(select(StockMove)).all()) == moves
    check_books(session)


def test_confirming_reserves_and_says_when_payment_is_due(session: Session) -> None:
    order = order_in(session, OrderState.CONFIRMED)
    level = level_of(session, order.lines[0].product, order.warehouse)
    assert (level.on_hand, level.reserved, level.available) == (10, 4, 6)
    assert order.due_date == TODAY + timedelta(days=30)


def test_an_agreed_day_of_payment_stays(session: Session) -> None:
    warehouse = make_warehouse(session)
    product = make_product(session, warehouse, 1)
    order = make_order(session, warehouse, (product, 1), due_date=TODAY)
    confirm(session, order)
    assert order.due_date == TODAY


def test_shipping_moves_what_was_reserved_at_average_cost(session: Session) -> None:
    order = order_in(session, OrderState.SHIPPED)
    (move,) = session.scalars(select(StockMove).where(StockMove.order_line_id.is_not(None)))
    assert (move.quantity, move.value_amount) == (4, Decimal("20.00"))
    assert move.from_location.warehouse == order.warehouse
    assert move.to_location.kind is LocationKind.CUSTOMER
    assert (move.order_line, move.reference) == (order.lines[0], order.code)
    assert order.shipped_date == TODAY
    level = level_of(session, order.lines[0].product, order.warehouse)
    assert (level.on_hand, level.reserved, level.value_amount) == (6, 0, Decimal("30.00"))


def test_the_last_pieces_take_the_whole_value_over_several_lines(session: Session) -> None:
    warehouse = make_warehouse(session)
    product = make_product(session, warehouse, 3, "10.00")
    order = make_order(session, warehouse, (product, 1), (product, 1), (product, 1))
    confirm(session, order)
    ship(session, order)
    moves = session.scalars(select(StockMove).where(StockMove.order_line_id.is_not(None)))
    assert [m.value_amount for m in moves] == [Decimal(v) for v in ("3.33", "3.34", "3.33")]
    assert level_of(session, product, warehouse).value_amount == 0
    check_books(session)


def test_an_order_of_too_much_is_refused_with_nothing_reserved(session: Session) -> None:
    warehouse = make_warehouse(session)
    plenty = make_product(session, warehouse, 100, name="够")
    scarce = make_product(session, warehouse, 5, name="缺")
    # Each line alone could be had; both together cannot.
    order = make_order(session, warehouse, (plenty, 1), (scarce, 3), (scarce, 3))
    session.commit()
    with pytest.raises(DomainError) as refused:
        confirm(session, order)
    assert refused.value.arguments == {
        "product": "缺",
        "wanted": "6",
        "available": "5",
        "warehouse": warehouse.name,
    }
    session.rollback()
    assert level_of(session, plenty, warehouse).reserved == 0
    assert order.state is OrderState.DRAFT


def test_several_orders_are_confirmed_all_or_none(session: Session) -> None:
    warehouse = make_warehouse(session)
    product = make_product(session, warehouse, 5)
    orders = [make_order(session, warehouse, (product, 2)) for _ in range(3)]
    session.commit()
    with pytest.raises(DomainError):
        confirm(session, *orders)
    session.rollback()
    assert {order.state for order in orders} == {OrderState.DRAFT}
    confirm(session, *orders[:2])
    assert level_of(session, product, warehouse).available == 1


def test_cancelling_gives_back_what_was_reserved(session: Session) -> None:
    order = order_in(session, OrderState.CONFIRMED)
    fulfilment.cancel_orders(session, [order])
    assert level_of(session, order.lines[0].product, order.warehouse).available == 10
    assert order.lines[0].reserved_quantity == 0


def test_a_paid_order_is_not_cancelled(session: Session) -> None:
    order = order_in(session, OrderState.CONFIRMED)
    register_payment(
        session, order, Decimal("0.01"), received_date=TODAY, method=PaymentMethod.CASH
    )
    with pytest.raises(DomainError):
        fulfilment.cancel_orders(session, [order])


def test_services_are_sold_without_a_warehouse(session: Session) -> None:
    service = make_product(session, use=ProductUse.SERVICE)
    order = make_order(session, None, (service, 2))
    confirm(session, order)
    ship(session, order)
    assert order.state is OrderState.SHIPPED
    assert session.scalars(select(StockMove)).all() == []


def test_a_product_that_becomes_a_service_meanwhile_still_leaves_the_shelf(
    session: Session,
) -> None:
    order = order_in(session, OrderState.CONFIRMED)
    order.lines[0].product.use = ProductUse.SERVICE
    ship(session, order)
    level = level_of(session, order.lines[0].product, order.warehouse)
    assert (level.on_hand, level.reserved) == (6, 0)


def test_goods_need_a_warehouse_and_an_order_needs_lines(session: Session) -> None:
    product = make_product(session)
    for order in (make_order(session, None, (product, 1)), make_order(session, None)):
        session.commit()
        with pytest.raises(DomainError):
            confirm(session, order)
        session.rollback()
