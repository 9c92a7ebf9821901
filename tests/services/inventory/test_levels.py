"""Stock levels: nothing below zero, and one order in which rows are locked."""

from decimal import Decimal

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.rules.errors import DomainError
from app.services.inventory import levels
from tests.trade import check_books, level_of, make_product, make_warehouse

pytestmark = pytest.mark.usefixtures("database")


def test_no_more_is_reserved_than_there_is(session: Session) -> None:
    warehouse = make_warehouse(session)
    product = make_product(session, warehouse, 5)
    key = product.id, warehouse.id
    levels.reserve(session, {key: Decimal(3)})
    with pytest.raises(DomainError) as refused:
        levels.reserve(session, {key: Decimal("2.0001")})
    assert refused.value.arguments["available"] == "2"
    assert refused.value.arguments["wanted"] == "2.0001"
    levels.reserve(session, {key: Decimal(2)})
    assert level_of(session, product, warehouse).available == 0


def test_nothing_can_be_reserved_where_nothing_ever_was(session: Session) -> None:
    warehouse, product = make_warehouse(session), make_product(session)
    with pytest.raises(DomainError):
        levels.reserve(session, {(product.id, warehouse.id): Decimal(1)})


def test_what_is_reserved_is_not_taken_by_others(session: Session) -> None:
    warehouse = make_warehouse(session)
    product = make_product(session, warehouse, 5)
    key = product.id, warehouse.id
    levels.reserve(session, {key: Decimal(4)})
    with pytest.raises(DomainError):
        levels.take(session, key, Decimal(2))
    held = levels.take(session, key, Decimal(4), reserved=True)
    assert held.on_hand == 5
    assert level_of(session, product, warehouse).on_hand == 1


def test_no_more_is_given_back_than_was_reserved(session: Session) -> None:
    warehouse = make_warehouse(session)
    product = make_product(session, warehouse, 5)
    with pytest.raises(DomainError):
        levels.release(session, {(product.id, warehouse.id): Decimal(1)})
    check_books(session)


def test_levels_are_taken_in_the_order_of_their_keys(session: Session) -> None:
    warehouse = make_warehouse(session)
    products = [make_product(session, warehouse, 9, name=f"产品 {n}") for n in range(5)]
    wanted = {(product.id, warehouse.id): Decimal(1) for product in reversed(products)}
    keys: list[int] = []

    def note(_c: object, _cursor: object, statement: str, values: object, *_more: object) -> None:
        if statement.startswith("UPDATE stock_level"):
            numbers = values.values() if isinstance(values, dict) else values
            keys.append(next(n for n in numbers if n in {p.id for p in products}))

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    levels.reserve(session, wanted)
    event.remove(connection, "before_cursor_execute", note)
    assert len(keys) == 5


def test_a_level_that_was_read_before_is_read_again(session: Session) -> None:
    warehouse = make_warehouse(session)
    product = make_product(session, warehouse, 5)
    level = level_of(session, product, warehouse)
    assert level.reserved == 0
    levels.reserve(session, {(product.id, warehouse.id): Decimal(2)})
    assert level.reserved == 2
