"""The ledger: on hand is the sum of moves, reserved is what orders hold, value is never made up."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.entities.inventory import Location, ReorderPoint, StockLevel, StockMove
from app.rules.catalog import ProductUse
from app.rules.errors import DomainError
from app.rules.stock import LocationKind
from app.services.inventory import levels
from app.services.inventory.ledger import (
    adjust_stock,
    check_location,
    check_reorder_point,
    outside,
    place_of,
    post_move,
    post_opening,
    transfer_stock,
)
from tests.trade import NOW, check_books, level_of, make_product, make_warehouse

pytestmark = pytest.mark.usefixtures("database")


def test_opening_stock_comes_from_outside_and_is_worth_what_is_said(session: Session) -> None:
    warehouse = make_warehouse(session)
    product = make_product(session, warehouse, 8, "100.00")
    (move,) = session.scalars(select(StockMove))
    assert move.from_location.kind is LocationKind.OPENING
    assert move.to_location == place_of(session, warehouse)
    assert level_of(session, product, warehouse).value_amount == Decimal("100.00")
    check_books(session)


def test_without_a_value_the_purchase_price_counts_and_then_the_average(session: Session) -> None:
    warehouse = make_warehouse(session)
    product = make_product(session, warehouse, 4, purchase_price=Decimal("2.50"))
    assert level_of(session, product, warehouse).value_amount == Decimal("10.00")
    product.purchase_price = Decimal("99.00")
    more = post_opening(session, product, warehouse, Decimal(2), None, now=NOW)
    assert more.value_amount == Decimal("5.00")
    check_books(session)


@pytest.mark.parametrize(
    ("counted", "value"), [("7", "70.00"), ("12", "120.00"), ("0", "0.00"), ("10", "100.00")]
)
def test_a_count_makes_what_is_on_hand_what_was_counted(
    session: Session, counted: str, value: str
) -> None:
    warehouse = make_warehouse(session)
    product = make_product(session, warehouse, 10, "100.00")
    move = adjust_stock(session, product, warehouse, Decimal(counted), now=NOW)
    level = level_of(session, product, warehouse)
    assert (level.on_hand, level.value_amount) == (Decimal(counted), Decimal(value))
    assert (move is None) is (counted == "10")
    check_books(session)


def test_a_count_below_what_orders_hold_is_refused(session: Session) -> None:
    warehouse = make_warehouse(session)
    product = make_product(session, warehouse, 10)
    levels.reserve(session, {(product.id, warehouse.id): Decimal(4)})
    with pytest.raises(DomainError):
        adjust_stock(session, product, warehouse, Decimal(3), now=NOW)
    with pytest.raises(DomainError):
        adjust_stock(session, product, warehouse, Decimal(-1), now=NOW)


def test_a_transfer_carries_the_value_along(session: Session) -> None:
    here, there = make_warehouse(session, "a"), make_warehouse(session, "b")
    product = make_product(session, here, 3, "10.00")
    transfer_stock(session, product, here, there, Decimal(1), now=NOW)
    assert level_of(session, product, here).value_amount == Decimal("6.67")
    assert level_of(session, product, there).value_amount == Decimal("3.33")
    with pytest.raises(DomainError):
        transfer_stock(session, product, there, here, Decimal("1.5"), now=NOW)
    with pytest.raises(DomainError):
        transfer_stock(session, product, here, here, Decimal(1), now=NOW)
    check_books(session)


def test_a_move_may_be_dated_back_but_not_into_the_future(session: Session) -> None:
    warehouse = make_warehouse(session)
    product = make_product(session)
    early = NOW - timedelta(days=400)
    move = post_opening(session, product, warehouse, Decimal(1), None, now=NOW, moved_on=early)
    assert move.moved_on == early
    late = NOW + timedelta(seconds=1)
    with pytest.raises(DomainError):
        post_opening(session, product, warehouse, Decimal(1), None, now=NOW, moved_on=late)


def test_a_return_from_a_customer_comes_in_at_average(session: Session) -> None:
    warehouse = make_warehouse(session)
    product = make_product(session, warehouse, 2, "5.00")
    back = StockMove(
        product=product,
        from_location=outside(session, LocationKind.CUSTOMER),
        to_location=place_of(session, warehouse),
        quantity=Decimal(1),
    )
    assert post_move(session, back, NOW).value_amount == Decimal("2.50")
    check_books(session)


def test_goods_do_not_move_between_two_places_outside(session: Session) -> None:
    product = make_product(session)
    move = StockMove(
        product=product,
        from_location=outside(session, LocationKind.SUPPLIER),
        to_location=outside(session, LocationKind.CUSTOMER),
        quantity=Decimal(1),
    )
    with pytest.raises(DomainError):
        post_move(session, move, NOW)


def test_within_a_warehouse_goods_move_without_a_change_of_its_level(session: Session) -> None:
    warehouse = make_warehouse(session)
    product = make_product(session, warehouse, 4, "10.00")
    shelf = Location(code="shelf", name="货架", kind=LocationKind.INTERNAL, warehouse=warehouse)
    session.add(shelf)
    move = StockMove(
        product=product,
        from_location=place_of(session, warehouse),
        to_location=shelf,
        quantity=Decimal(3),
    )
    assert post_move(session, move, NOW).value_amount == Decimal("7.50")
    level = level_of(session, product, warehouse)
    assert (level.on_hand, level.value_amount) == (4, Decimal("10.00"))
    check_books(session)


def test_services_are_not_kept_in_stock(session: Session) -> None:
    warehouse = make_warehouse(session)
    with pytest.raises(DomainError):
        make_product(session, warehouse, 1, use=ProductUse.SERVICE)


@pytest.mark.parametrize("change", ["update", "delete"])
def test_a_posted_move_stays_as_it_is(session: Session, change: str) -> None:
    warehouse = make_warehouse(session)
    make_product(session, warehouse, 1)
    session.commit()
    move = session.scalars(select(StockMove)).one()
    if change == "update":
        move.quantity = Decimal(2)
    else:
        session.delete(move)
    with pytest.raises(DomainError):
        session.flush()
    session.rollback()
    assert session.scalars(select(StockMove.quantity)).all() == [Decimal(1)]


def test_a_location_that_goods_went_through_keeps_its_warehouse(session: Session) -> None:
    here, there = make_warehouse(session, "a"), make_warehouse(session, "b")
    make_product(session, here, 1)
    place = place_of(session, here)
    place.warehouse = there
    with session.no_autoflush, pytest.raises(DomainError):
        check_location(session, place)


def test_a_reorder_point_puts_the_shelf_into_the_lists(session: Session) -> None:
    warehouse, product = make_warehouse(session), make_product(session)
    point = ReorderPoint(product=product, warehouse=warehouse, min_quantity=Decimal(5))
    check_reorder_point(session, point)
    session.add(point)
    session.flush()
    assert session.scalar(select(func.count(StockLevel.id)).where(StockLevel.is_low)) == 1
    post_opening(session, product, warehouse, Decimal(6), None, now=NOW)
    assert level_of(session, product, warehouse).is_low is False
    adjust_stock(session, product, warehouse, Decimal(5), now=NOW)
    assert level_of(session, product, warehouse).is_low is True
    product.is_discontinued = True
    session.flush()
    session.expire_all()
    assert level_of(session, product, warehouse).is_low is False
