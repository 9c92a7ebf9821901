"""The stock overview adds up what the levels say, by product and by warehouse."""

from decimal import Decimal

import pytest
from sqlalchemy import true
from sqlalchemy.orm import Session

from app.entities.inventory import ReorderPoint, StockLevel
from app.services import purchasing
from app.services.inventory import levels
from app.services.inventory.overview import count_products, stock_by_product, stock_by_warehouse
from tests.trade import make_product, make_purchase, make_warehouse

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def shop(session: Session) -> Session:
    """Two warehouses; tea in both, cups in one, of which five more are on order."""
    here, there = make_warehouse(session, "a"), make_warehouse(session, "b")
    tea = make_product(session, here, 10, "50.00", name="1 茶")
    cup = make_product(session, here, 4, "8.00", name="2 杯")
    transfer = {(tea.id, here.id): Decimal(3)}
    levels.put(session, (tea.id, there.id), Decimal(2), Decimal("7.00"))
    levels.reserve(session, transfer)
    session.add(ReorderPoint(product=cup, warehouse=here, min_quantity=Decimal(6)))
    order = make_purchase(session, here, (cup, 5, "2.00"))
    purchasing.place_purchases(session, [order])
    return session


def test_products_over_all_warehouses_and_in_each(shop: Session) -> None:
    assert count_products(shop, true()) == 2
    tea, cup = stock_by_product(shop, true(), limit=10)
    sums = tea.sums
    assert (sums.on_hand, sums.reserved, sums.available) == (12, 3, 9)
    assert (sums.value, sums.on_order, sums.low) == (Decimal("57.00"), 0, 0)
    assert sorted(held.on_hand for held in tea.by_warehouse.values()) == [2, 10]
    assert (cup.sums.on_order, cup.sums.low) == (5, 1)
    assert [p.name for p in stock_by_product(shop, true(), limit=1, offset=1)] == ["2 杯"]


def test_warehouses_with_what_they_are_worth(shop: Session) -> None:
    here, there = stock_by_warehouse(shop, true())
    assert (here.products, here.low, here.value) == (2, 1, Decimal("58.00"))
    assert (there.products, there.low, there.value) == (1, 0, Decimal("7.00"))


def test_a_condition_narrows_every_figure(shop: Session) -> None:
    low = StockLevel.is_low.is_(True)
    assert count_products(shop, low) == 1
    assert [p.name for p in stock_by_product(shop, low, limit=10)] == ["2 杯"]
    assert [w.value for w in stock_by_warehouse(shop, low)] == [Decimal("8.00")]
    # With the five on order there are nine of six: low, but not short.
    assert count_products(shop, StockLevel.is_short.is_(True)) == 0
