"""Stock staff see and move the goods of their warehouses, and products of their categories."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.entities.catalog import Product, ProductCategory
from app.entities.inventory import Location, ReorderPoint, StockLevel, StockMove, Warehouse
from app.entities.system.user import Role
from app.entities.types import now_utc
from app.lowcode.principal import DataScope, Principal, acting_as
from app.lowcode.scope import ScopeViolation
from app.lowcode.security import principal_for
from app.lowcode.security.rights import rights_of, scopes_of, write_rights
from app.rules.orders import OrderState
from app.services.inventory.ledger import adjust_stock, post_opening, transfer_stock
from app.services.sales.fulfilment import confirm_orders, ship_orders
from tests.factories import make_user
from tests.trade import make_order

pytestmark = pytest.mark.usefixtures("database")

AT_PLACES = ("Product", "Warehouse", "Location", "StockLevel", "StockMove", "ReorderPoint")
TEN = Decimal(10)


class Store:
    """Two warehouses with ten of a pump each; somebody who works in the near one, with pumps."""

    def __init__(self, session: Session) -> None:
        self.session = session
        role = session.scalars(select(Role).where(Role.name == "warehouse")).one()
        rights = {*rights_of(session, role), ("can_edit", "Product"), ("ship", "SalesOrder")}
        reach = {**scopes_of(role), **dict.fromkeys(AT_PLACES, DataScope.OWN)}
        write_rights(session, role, rights, reach)
        goods = ProductCategory(code="goods", name="goods")
        self.pumps = ProductCategory(code="pumps", name="pumps", parent=goods)
        self.rest = ProductCategory(code="rest", name="rest")
        self.pump = Product(name="Pump", category=self.pumps, purchase_price=TEN)
        self.bolt = Product(name="Bolt", category=self.rest, purchase_price=TEN)
        self.near, self.far = (Warehouse(code=name, name=name) for name in ("near", "far"))
        session.add_all([goods, self.rest, self.pump, self.bolt, self.near, self.far])
        session.flush()
        for warehouse in (self.near, self.far):
            for product in (self.pump, self.bolt):
                post_opening(session, product, warehouse, TEN, None, now=now_utc())
            session.add(ReorderPoint(product=self.pump, warehouse=warehouse, min_quantity=TEN))
        self.keeper = make_user(session, "warehouse", warehouses=[self.near], categories=[goods])
        session.commit()
        self.keys = {name: getattr(self, name).id for name in ("pump", "bolt", "near", "far")}

    def principal(self) -> Principal:
        return principal_for(self.keeper.id)


@pytest.fixture
def store(session: Session) -> Store:
    return Store(session)


def test_only_what_stands_at_the_own_places_is_seen(session: Session, store: Store) -> None:
    near = store.keys["near"]
    with acting_as(store.principal()):
        assert set(session.scalars(select(Warehouse.id))) == {near}
        assert set(session.scalars(select(StockLevel.warehouse_id))) == {near}
        assert set(session.scalars(select(ReorderPoint.warehouse_id))) == {near}
        assert set(session.scalars(select(Product.id))) == {store.keys["pump"]}
        outside = select(func.count(Location.id)).where(Location.warehouse_id.is_(None))
        assert session.scalar(outside) == 1
        inside = select(Location.warehouse_id).where(Location.warehouse_id.is_not(None))
        assert set(session.scalars(inside)) == {near}
        moves = select(func.count()).select_from(StockMove)
        assert session.scalar(moves) == 2
        assert session.scalar(select(moves.scalar_subquery())) == 2


def test_a_move_between_warehouses_is_seen_in_both(session: Session, store: Store) -> None:
    transfer_stock(session, store.pump, store.far, store.near, Decimal(1), now=now_utc())
    session.commit()
    with acting_as(store.principal()):
        assert session.scalar(select(func.count(StockMove.id))) == 3


def test_whoever_works_nowhere_sees_nothing_and_whoever_reaches_all_sees_it(
    session: Session, store: Store
) -> None:
    for reach, seen in ((DataScope.NONE, 0), (DataScope.OWN, 0), (DataScope.ALL, 4)):
        person = Principal(store.keeper.id, "x", scopes={"StockLevel": reach})
        with acting_as(person):
            assert session.scalar(select(func.count(StockLevel.id))) == seen


def test_places_given_and_taken_hold_from_the_next_request_on(
    session: Session, store: Store
) -> None:
    store.keeper.warehouses.append(store.far)
    session.commit()
    with acting_as(store.principal()):
        assert session.scalar(select(func.count(Warehouse.id))) == 2
    store.keeper.warehouses = []
    store.pumps.parent = store.rest
    session.commit()
    with acting_as(store.principal()):
        assert session.scalar(select(func.count(Warehouse.id))) == 0
        assert session.scalar(select(func.count(Product.id))) == 0


def _counts_elsewhere(store: Store) -> None:
    adjust_stock(store.session, store.pump, store.far, Decimal(3), now=now_utc())


def _takes_from_elsewhere(store: Store) -> None:
    transfer_stock(store.session, store.pump, store.far, store.near, TEN, now=now_utc())


def _sends_elsewhere(store: Store) -> None:
    transfer_stock(store.session, store.pump, store.near, store.far, TEN, now=now_utc())


def _moves_foreign_goods(store: Store) -> None:
    adjust_stock(store.session, store.bolt, store.near, Decimal(3), now=now_utc())


def _sets_a_foreign_reorder_point(store: Store) -> None:
    store.session.add(ReorderPoint(product=store.pump, warehouse=store.far, min_quantity=TEN))


def _opens_a_warehouse(store: Store) -> None:
    store.session.add(Warehouse(code="mine", name="mine"))


def _changes_a_foreign_product(store: Store) -> None:
    store.bolt.notes = "changed"


def _puts_a_product_into_a_foreign_category(store: Store) -> None:
    store.pump.category = store.rest


def _flushed(attempt: Callable[..., None], store: Store) -> None:
    attempt(store)
    store.session.flush()


@pytest.mark.parametrize(
    "attempt",
    [
        _counts_elsewhere,
        _takes_from_elsewhere,
        _sends_elsewhere,
        _moves_foreign_goods,
        _sets_a_foreign_reorder_point,
        _opens_a_warehouse,
        _changes_a_foreign_product,
        _puts_a_product_into_a_foreign_category,
    ],
    ids=lambda attempt: attempt.__name__,
)
def test_nothing_is_moved_or_changed_elsewhere(
    session: Session, store: Store, attempt: Callable[..., None]
) -> None:
    for row in (store.pump, store.bolt, store.near, store.far, store.rest):
        session.refresh(row)
    with acting_as(store.principal()):
        with pytest.raises(ScopeViolation):
            _flushed(attempt, store)
        session.rollback()
    levels = select(StockLevel.on_hand)
    assert set(session.scalars(levels)) == {TEN}


def test_work_at_the_own_place_goes_on(session: Session, store: Store) -> None:
    with acting_as(store.principal()):
        pump = session.scalars(select(Product)).one()
        near = session.scalars(select(Warehouse)).one()
        adjust_stock(session, pump, near, Decimal(4), now=now_utc())
        session.commit()
        with pytest.raises(ScopeViolation):
            session.execute(update(StockLevel).values(on_hand=0))


def _order(store: Store, warehouse: Warehouse) -> Any:
    order = make_order(store.session, warehouse, (store.bolt, 4))
    store.session.commit()
    return order


def test_an_order_of_foreign_goods_is_confirmed_and_names_them(
    session: Session, store: Store
) -> None:
    """Whoever sells need not work where the goods lie to have them reserved."""
    order = _order(store, store.far)
    session.expire_all()
    with acting_as(store.principal()):
        confirm_orders(session, [order], payment_days=0)
        session.commit()
        assert order.lines[0].product.name == "Bolt"
        assert order.warehouse.name == "far"
    far = select(StockLevel.reserved).where(
        StockLevel.warehouse_id == store.keys["far"], StockLevel.product_id == store.keys["bolt"]
    )
    assert session.scalar(far) == 4


def test_what_lies_elsewhere_is_not_sent(session: Session, store: Store) -> None:
    order = _order(store, store.far)
    confirm_orders(session, [order], payment_days=0)
    session.commit()
    session.expire_all()
    with acting_as(store.principal()):
        with pytest.raises(ScopeViolation):
            ship_orders(session, [order], now=now_utc(), today=now_utc().date())
        session.rollback()
    session.refresh(order)
    assert order.state is OrderState.CONFIRMED
