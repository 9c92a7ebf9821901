"""Stock on its screens: figures equal the lists behind them, and the warehouse sees no prices."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.entities.inventory import Location, ReorderPoint, StockLevel, StockMove
from app.entities.purchasing import PurchaseOrder
from app.entities.sales.order import SalesOrder
from app.rules.orders import OrderState
from app.rules.purchasing import PurchaseState
from app.rules.stock import LocationKind
from app.services import purchasing
from app.services.inventory.ledger import outside, place_of
from app.services.sales import fulfilment
from tests.callers import Caller, inside
from tests.trade import check_books, make_order, make_product, make_purchase, make_warehouse
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]


@pytest.fixture
def shop(app: Flask) -> Flask:
    """Tea in two warehouses, three of it reserved; cups below their reorder level, five to come."""
    with inside(app) as session:
        here, there = make_warehouse(session, "a"), make_warehouse(session, "b")
        tea = make_product(session, here, 10, "51.17", name="示例茶", sale_price=Decimal("9.87"))
        cup = make_product(session, there, 4, "8.00", name="示例杯")
        session.add(ReorderPoint(product=cup, warehouse=there, min_quantity=Decimal(6)))
        order = make_order(session, here, (tea, 3))
        fulfilment.confirm_orders(session, [order], payment_days=30)
        purchasing.place_purchases(session, [make_purchase(session, there, (cup, 5, "2.34"))])
    return app


def listed(person: Visitor, address: str) -> int:
    """How many rows a list says it has."""
    page = person.get(address.replace("&amp;", "&"))
    assert page.status_code == 200
    found = re.search(r'<span class="count"[^>]*>([\d,]+)</span>', page.text)
    assert found, address
    return int(found[1])


def test_every_tile_of_the_overview_opens_the_rows_it_counts(
    shop: Flask, visitor: Visitors
) -> None:
    person = visitor("administrator")
    page = person.get("/stock/").text
    tiles = re.findall(r'<a class="card tile" href="([^"]+)">.*?<strong>([^<]+)</strong>', page)
    assert [value for _url, value in tiles] == ["59.17", "2", "1", "1", "0"]
    assert [listed(person, url) for url, _value in tiles[1:]] == [2, 1, 1, 0]


def test_the_figures_of_products_and_warehouses_open_their_levels(
    shop: Flask, visitor: Visitors
) -> None:
    person = visitor("administrator")
    links = re.findall(r'href="(/stock-levels/\?[^"]+)"', person.get("/stock/").text)
    assert len(links) > 10
    for link in set(links):
        assert listed(person, link) in {0, 1, 2}
    narrowed = person.get("/stock/?f.is_low=yes").text
    assert "示例杯" in narrowed
    assert "示例茶" not in narrowed
    assert person.get("/stock/?f.warehouse=x&page=900").status_code == 200


def test_a_count_and_a_transfer_are_posted_to_the_ledger(shop: Flask, visitor: Visitors) -> None:
    person = visitor("warehouse")
    with inside(shop) as session:
        tea = session.scalars(select(StockLevel).where(StockLevel.reserved > 0)).one()
        key, other = tea.id, session.scalar(select(func.max(StockLevel.warehouse_id)))
    act = "/stock-levels/action"
    assert person.post(f"{act}/adjust", rowid=str(key), asked="1", on_hand="8").status_code == 302
    low = person.post(f"{act}/adjust", rowid=str(key), asked="1", on_hand="2")
    assert low.status_code == 422  # three are reserved
    moved = person.post(
        f"{act}/transfer", rowid=str(key), asked="1", warehouse=str(other), quantity="5"
    )
    assert moved.status_code == 302
    with inside(shop) as session:
        level = session.get_one(StockLevel, key)
        assert (level.on_hand, level.available) == (3, 0)
        check_books(session)


def test_a_move_is_posted_by_hand_and_stays(shop: Flask, visitor: Visitors) -> None:
    person = visitor("warehouse")
    with inside(shop) as session:
        level = session.scalars(select(StockLevel).where(StockLevel.reserved > 0)).one()
        fields = {
            "product": str(level.product_id),
            "from_location": str(outside(session, LocationKind.OPENING).id),
            "to_location": str(place_of(session, level.warehouse).id),
        }
    # Warehouse staff sees no values and gives none: the average cost so far counts.
    answer = person.post("/stock-moves/new", quantity="2", value_amount="99.99", **fields)
    assert answer.status_code == 302, answer.text
    key = int(answer.headers["Location"].rsplit("/", 1)[1])
    assert person.post("/stock-moves/new", quantity="0", **fields).status_code == 422
    for path in ("edit", "delete"):
        assert person.post(f"/stock-moves/{key}/{path}").status_code in {403, 404}
    caller = Caller(shop, "administrator")
    assert caller.patch(f"stock-moves/{key}", quantity="5").status_code in {403, 404, 405}
    assert caller.delete(f"stock-moves/{key}").status_code in {403, 404, 405}
    with inside(shop) as session:
        assert session.get_one(StockMove, key).value_amount == Decimal("10.23")
        check_books(session)


def test_stock_levels_cannot_be_typed(shop: Flask) -> None:
    caller = Caller(shop, "administrator")
    assert caller.post("stock-levels", on_hand="1").status_code in {403, 404, 405}
    assert caller.patch("stock-levels/1", on_hand="1").status_code in {403, 404, 405}


def test_a_new_warehouse_has_a_place_for_its_goods(app: Flask, visitor: Visitors) -> None:
    answer = visitor("administrator").post("/warehouses/new", name="新仓", code="new", position="0")
    assert answer.status_code == 302, answer.text
    with inside(app) as session:
        place = session.scalars(select(Location)).one()
        assert (place.kind, place.warehouse.code) == (LocationKind.INTERNAL, "new")


def test_the_warehouse_sends_and_takes_in_without_a_price_or_an_order_screen(
    shop: Flask, visitor: Visitors
) -> None:
    person = visitor("warehouse")
    page = person.get("/goods/").text
    assert "示例茶" in page
    assert "示例杯" in page
    for price in ("9.87", "29.61", "2.34", "11.70"):
        assert price not in page
    assert person.get("/sales-orders/1").status_code == 403
    assert person.get("/purchase-orders/1").status_code == 403
    assert person.post("/goods/ship", rowid="1").status_code == 302
    assert person.post("/goods/receive", rowid="1").status_code == 302
    # Once is enough, and what is not there is not there.
    assert person.post("/goods/ship", rowid="1").status_code == 409
    assert person.post("/goods/receive", rowid="1").status_code == 409
    assert person.post("/goods/ship", rowid="99").status_code == 404
    assert person.post("/goods/ship", rowid="x").status_code == 400
    with inside(shop) as session:
        assert session.get_one(SalesOrder, 1).state is OrderState.SHIPPED
        assert session.get_one(PurchaseOrder, 1).state is PurchaseState.RECEIVED
        check_books(session)


def test_who_only_reads_sends_nothing(shop: Flask, visitor: Visitors) -> None:
    person = visitor("sales")
    assert person.get("/goods/").status_code == 403
    assert person.post("/goods/ship", rowid="1").status_code == 403
