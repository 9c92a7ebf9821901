"""What the database holds of orders, payments and stock, whoever writes."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.entities.billing import Payment, PaymentAllocation
from app.entities.inventory import Location, ReorderPoint, StockMove
from app.rules.stock import LocationKind
from app.services.inventory.ledger import outside, place_of
from tests.trade import TODAY, make_order, make_product, make_warehouse

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def shop(session: Session) -> Session:
    """Five pieces in stock and an order over 20.00 for two of them."""
    warehouse = make_warehouse(session)
    product = make_product(session, warehouse, 5, "5.00")
    make_order(session, warehouse, (product, 2))
    session.commit()
    return session


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE stock_level SET on_hand = -1",
        "UPDATE stock_level SET reserved = on_hand + 1",
        "UPDATE stock_level SET reserved = -1",
        "UPDATE stock_level SET value_amount = -1",
        "UPDATE stock_move SET notes = 'changed'",
        "DELETE FROM stock_move",
        "UPDATE sales_order SET paid_amount = total_amount + 1",
        "UPDATE sales_order SET paid_amount = -1",
        "UPDATE sales_order SET freight_amount = -1",
        "UPDATE sales_order_line SET quantity = 0",
        "UPDATE sales_order_line SET unit_price = -1",
        "UPDATE sales_order_line SET discount_rate = 10001",
        "UPDATE sales_order_line SET tax_rate = -1",
        "UPDATE sales_order_line SET reserved_quantity = quantity + 1",
        "UPDATE location SET warehouse_id = NULL WHERE kind = 'internal'",
        "UPDATE location SET warehouse_id = 1 WHERE kind = 'opening'",
        "DELETE FROM product",
        "DELETE FROM warehouse",
        "DELETE FROM sales_order",
    ],
)
def test_the_database_refuses_what_cannot_be(shop: Session, statement: str) -> None:
    with pytest.raises(IntegrityError):
        shop.execute(text(statement))


def level_twice(session: Session) -> list[Any]:
    warehouse, product = make_warehouse(session, "b"), make_product(session)
    return [
        ReorderPoint(product=product, warehouse=warehouse, min_quantity=Decimal(1))
        for _ in range(2)
    ]


def paid_twice(session: Session) -> list[Any]:
    order = make_order(session, None)
    payment = Payment(customer=order.customer, amount=Decimal(2), received_date=TODAY)
    payment.allocations = [PaymentAllocation(order=order, amount=Decimal(1)) for _ in range(2)]
    return [payment]


def move(session: Session, **values: Any) -> list[Any]:
    """A move of one piece from the supplier to a shelf, but for `values`."""
    warehouse = make_warehouse(session, "b")
    values = {
        "product": make_product(session),
        "from_location": outside(session, LocationKind.SUPPLIER),
        "to_location": place_of(session, warehouse),
        "quantity": Decimal(1),
        **values,
    }
    return [StockMove(**values)]


def move_nowhere(session: Session) -> list[Any]:
    return move(session, to_location=outside(session, LocationKind.SUPPLIER))


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(level_twice, id="two reorder points of one shelf"),
        pytest.param(paid_twice, id="an order twice in one payment"),
        pytest.param(lambda s: move(s, quantity=Decimal(0)), id="a move of nothing"),
        pytest.param(lambda s: move(s, value_amount=Decimal(-1)), id="a move worth less than 0"),
        pytest.param(move_nowhere, id="a move that stays where it is"),
        pytest.param(
            lambda s: [
                Payment(customer=make_order(s, None).customer, amount=0, received_date=TODAY)
            ],
            id="a payment of nothing",
        ),
        pytest.param(
            lambda _: [Location(code="x", name="x", kind=LocationKind.INTERNAL)],
            id="own stock outside of any warehouse",
        ),
    ],
)
def test_the_database_refuses(session: Session, rows: Callable[[Session], list[Any]]) -> None:
    session.add_all(rows(session))
    with pytest.raises(IntegrityError):
        session.flush()


def test_places_are_made_once(session: Session) -> None:
    warehouse = make_warehouse(session)
    assert place_of(session, warehouse) is place_of(session, warehouse)
    assert outside(session, LocationKind.CUSTOMER) is outside(session, LocationKind.CUSTOMER)
