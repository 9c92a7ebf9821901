"""Thousands of orders, receipts, counts and returns in any order: the books hold after each."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from app.entities.inventory import StockMove
from app.entities.sales.order import SalesOrder
from app.extensions import db
from app.lowcode.principal import system
from app.rules.errors import DomainError
from app.rules.orders import OrderState
from app.rules.stock import LocationKind
from app.services import purchasing
from app.services.inventory.ledger import (
    adjust_stock,
    outside,
    place_of,
    post_move,
    transfer_stock,
)
from app.services.sales import fulfilment
from tests.trade import (
    NOW,
    TODAY,
    check_books,
    make_order,
    make_product,
    make_purchase,
    make_warehouse,
)

#: (product, warehouse) out of two each
places = st.tuples(st.integers(0, 1), st.integers(0, 1))
quantities = st.integers(1, 40_000).map(lambda number: Decimal(number).scaleb(-3))


class Trade(RuleBasedStateMachine):
    """One company's trade; a refused step leaves nothing behind."""

    app: Flask

    def __init__(self) -> None:
        super().__init__()
        self._stack = [self.app.app_context(), system("test")]
        for context in self._stack:
            context.__enter__()
        session = db.session
        self.warehouses = [make_warehouse(session, code) for code in "ab"]
        self.products = [make_product(session, name=f"产品 {n}") for n in range(2)]
        self.session = session

    def teardown(self) -> None:
        self.session.rollback()
        for context in reversed(self._stack):
            context.__exit__(None, None, None)

    def attempt(self, act: Any) -> None:
        try:
            with self.session.begin_nested():
                act()
        except DomainError:
            self.session.expire_all()

    def orders(self, *states: OrderState) -> list[SalesOrder]:
        wanted = select(SalesOrder).where(SalesOrder.state.in_(states)).order_by(SalesOrder.id)
        return list(self.session.scalars(wanted))

    @rule(place=places, quantity=quantities, cents=st.integers(0, 10**5))
    def receive(self, place: tuple[int, int], quantity: Decimal, cents: int) -> None:
        price = str(Decimal(cents).scaleb(-2))
        line = (self.products[place[0]], quantity, price)
        order = make_purchase(self.session, self.warehouses[place[1]], line)
        purchasing.place_purchases(self.session, [order])
        purchasing.receive_purchases(self.session, [order], now=NOW, today=TODAY)

    @rule(
        warehouse=st.integers(0, 1),
        lines=st.lists(st.tuples(st.integers(0, 1), quantities), min_size=1, max_size=3),
    )
    def confirm(self, warehouse: int, lines: list[tuple[int, Decimal]]) -> None:
        typed = [(self.products[product], quantity) for product, quantity in lines]
        self.attempt(
            lambda: fulfilment.confirm_orders(
                self.session,
                [make_order(self.session, self.warehouses[warehouse], *typed)],
                payment_days=30,
            )
        )

    @precondition(lambda self: self.orders(OrderState.CONFIRMED))
    @rule(data=st.data(), action=st.sampled_from(["ship", "cancel"]))
    def go_on(self, data: st.DataObject, action: str) -> None:
        order = data.draw(st.sampled_from(self.orders(OrderState.CONFIRMED)))
        if action == "ship":
            fulfilment.ship_orders(self.session, [order], now=NOW, today=TODAY)
        else:
            fulfilment.cancel_orders(self.session, [order])

    @rule(place=places, counted=st.integers(0, 60_000))
    def count(self, place: tuple[int, int], counted: int) -> None:
        product, warehouse = self.products[place[0]], self.warehouses[place[1]]
        quantity = Decimal(counted).scaleb(-3)
        self.attempt(lambda: adjust_stock(self.session, product, warehouse, quantity, now=NOW))

    @rule(place=places, quantity=quantities)
    def transfer(self, place: tuple[int, int], quantity: Decimal) -> None:
        product, source = self.products[place[0]], self.warehouses[place[1]]
        target = self.warehouses[1 - place[1]]
        self.attempt(
            lambda: transfer_stock(self.session, product, source, target, quantity, now=NOW)
        )

    @rule(place=places, quantity=quantities, days=st.integers(0, 900))
    def take_back(self, place: tuple[int, int], quantity: Decimal, days: int) -> None:
        move = StockMove(
            product=self.products[place[0]],
            from_location=outside(self.session, LocationKind.CUSTOMER),
            to_location=place_of(self.session, self.warehouses[place[1]]),
            quantity=quantity,
            moved_on=NOW - timedelta(days=days),
        )
        post_move(self.session, move, NOW)

    @invariant()
    def books_hold(self) -> None:
        check_books(self.session)


@pytest.mark.usefixtures("database")
def test_the_books_hold_after_every_step(app: Flask) -> None:
    machine = type("TradeHere", (Trade,), {"app": app})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
