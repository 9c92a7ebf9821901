"""The orders that wait to be shipped."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from app.entities.inventory import Warehouse
from app.rules.orders import OrderState
from app.services.sales.deliveries import orders_to_ship
from tests.papers import make_order

pytestmark = pytest.mark.usefixtures("database")


def test_confirmed_orders_wait_and_no_others(session: Session) -> None:
    made = {state: make_order(session, state=state) for state in OrderState}
    assert orders_to_ship(session, None, 10) == [made[OrderState.CONFIRMED]]


def test_what_is_wanted_first_comes_first(session: Session) -> None:
    wanted = [None, date(2026, 3, 9), date(2026, 3, 7), None]
    first = date(2026, 3, 1)
    made = [
        make_order(session, state=OrderState.CONFIRMED, required_date=day, order_date=ordered)
        for day, ordered in zip(wanted, [date(2026, 3, 2), first, first, first], strict=True)
    ]
    assert orders_to_ship(session, None, 10) == [made[2], made[1], made[3], made[0]]
    assert orders_to_ship(session, None, 2) == [made[2], made[1]]


def test_a_warehouse_has_its_own(session: Session) -> None:
    north, south = (Warehouse(code=code, name=code) for code in ("north", "south"))
    mine = make_order(session, state=OrderState.CONFIRMED, warehouse=north)
    make_order(session, state=OrderState.CONFIRMED, warehouse=south)
    make_order(session, state=OrderState.CONFIRMED)
    assert orders_to_ship(session, north, 10) == [mine]
