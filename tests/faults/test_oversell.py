"""Eight workers sell the last two hundred pieces: no piece is sold twice, no order is stuck."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.entities.catalog import Product
from app.entities.customers import Customer
from app.entities.inventory import StockLevel, StockMove, Warehouse
from app.entities.sales.order import SalesOrder
from app.extensions import db
from app.lowcode.principal import system
from app.rules.errors import DomainError
from app.rules.orders import OrderState
from app.services.sales import fulfilment
from tests.trade import NOW, TODAY, check_books, make_order, make_product, make_warehouse

STOCK, ATTEMPTS, WORKERS = 200, 1000, 8
#: two orders that want the same twelve products in opposite order, again and again
PRODUCTS, ROUNDS = 12, 15

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def shop(app: Flask, tmp_path: Path) -> Iterator[Flask]:
    with app.app_context(), system("test"):
        yield app


def in_parallel(app: Flask, work: Callable[[Session, int], bool], tasks: Sequence[int]) -> int:
    """How often `work` succeeded; each task has a transaction of its own."""

    def run(task: int) -> bool:
        with app.app_context(), system("worker"):
            try:
                done = work(db.session(), task)
                db.session.commit()
            except DomainError:
                db.session.rollback()
                return False
            return done

    with ThreadPoolExecutor(WORKERS) as pool:
        return sum(pool.map(run, tasks))


def test_a_thousand_attempts_sell_exactly_what_was_there(shop: Flask) -> None:
    with shop.app_context():
        session = db.session()
        warehouse = make_warehouse(session)
        product = make_product(session, warehouse, STOCK, "1234.56")
        customer = Customer(name="示例客户")
        keys = [
            make_order(session, warehouse, (product, 1), customer=customer).id
            for _ in range(ATTEMPTS)
        ]
        session.commit()

    def sell(session: Session, key: int) -> bool:
        order = session.get_one(SalesOrder, key)
        fulfilment.confirm_orders(session, [order], payment_days=30)
        fulfilment.ship_orders(session, [order], now=NOW, today=TODAY)
        return True

    assert in_parallel(shop, sell, keys) == STOCK
    with shop.app_context():
        session = db.session()
        shipped = select(func.count(SalesOrder.id)).where(SalesOrder.state == OrderState.SHIPPED)
        assert session.scalar(shipped) == STOCK
        level = session.scalars(select(StockLevel)).one()
        assert (level.on_hand, level.reserved, level.value_amount) == (0, 0, 0)
        sold = select(func.sum(StockMove.quantity), func.sum(StockMove.value_amount))
        sold = sold.where(StockMove.order_line_id.is_not(None))
        assert tuple(session.execute(sold).one()) == (STOCK, Decimal("1234.56"))
        check_books(session)


def test_one_order_is_confirmed_once_however_many_press_the_button(shop: Flask) -> None:
    with shop.app_context():
        session = db.session()
        warehouse = make_warehouse(session)
        product = make_product(session, warehouse, STOCK)
        key = make_order(session, warehouse, (product, 2)).id
        session.commit()
    start = threading.Barrier(WORKERS)

    def press(session: Session, _task: int) -> bool:
        order = session.get_one(SalesOrder, key)
        session.commit()  # everybody has read the draft
        start.wait()
        fulfilment.confirm_orders(session, [order], payment_days=30)
        return True

    assert in_parallel(shop, press, range(WORKERS)) == 1
    with shop.app_context():
        assert db.session.scalars(select(StockLevel.reserved)).one() == 2
        check_books(db.session())


def test_orders_that_take_the_same_products_the_other_way_round_all_get_through(
    shop: Flask,
) -> None:
    with shop.app_context():
        session = db.session()
        warehouse = make_warehouse(session)
        products = [
            make_product(session, warehouse, 10**6, name=f"产品 {n}") for n in range(PRODUCTS)
        ]
        customer = Customer(name="示例客户")
        keys = [_order(session, warehouse, products, customer, turn) for turn in range(ROUNDS * 2)]
        session.commit()

    def sell(session: Session, key: int) -> bool:
        order = session.get_one(SalesOrder, key)
        fulfilment.confirm_orders(session, [order], payment_days=30)
        fulfilment.ship_orders(session, [order], now=NOW, today=TODAY)
        return True

    assert in_parallel(shop, sell, keys) == len(keys)
    with shop.app_context():
        check_books(db.session())


def _order(
    session: Session, warehouse: Warehouse, products: list[Product], customer: Customer, turn: int
) -> int:
    wanted = products if turn % 2 else products[::-1]
    lines = [(product, 1) for product in wanted]
    return make_order(session, warehouse, *lines, customer=customer).id
