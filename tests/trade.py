"""A small shop for tests of orders and stock: a customer, a warehouse, products with stock."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.catalog import Product
from app.entities.customers import Customer
from app.entities.inventory import StockLevel, StockMove, Warehouse
from app.entities.purchasing import PurchaseOrder, PurchaseOrderLine, Supplier
from app.entities.sales.order import SalesOrder, SalesOrderLine
from app.rules.stock import LocationKind
from app.services.inventory.ledger import post_opening
from app.services.purchasing import prepare_purchase
from app.services.sales.orders import prepare_order

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)
TODAY = date(2026, 3, 5)


def make_warehouse(session: Session, code: str = "main") -> Warehouse:
    warehouse = Warehouse(code=code, name=f"仓库 {code}")
    session.add(warehouse)
    session.flush()
    return warehouse


def make_product(
    session: Session,
    warehouse: Warehouse | None = None,
    stock: Decimal | int = 0,
    value: Decimal | int | None = None,
    **values: Any,
) -> Product:
    """A product at 10.00, with `stock` pieces worth `value` in the warehouse."""
    values = {"name": "示例产品", "sale_price": Decimal("10.00"), **values}
    product = Product(**values)
    session.add(product)
    session.flush()
    if warehouse is not None and stock:
        worth = None if value is None else Decimal(value)
        post_opening(session, product, warehouse, Decimal(stock), worth, now=NOW)
    return product


def make_order(
    session: Session,
    warehouse: Warehouse | None,
    *lines: tuple[Product, Decimal | int],
    customer: Customer | None = None,
    **values: Any,
) -> SalesOrder:
    """A draft without tax: (product, quantity) by line."""
    order = SalesOrder(
        customer=customer or Customer(name="示例客户"),
        warehouse=warehouse,
        order_date=TODAY,
        **values,
    )
    for product, quantity in lines:
        order.lines.append(SalesOrderLine(product=product, quantity=Decimal(quantity)))
    prepare_order(order, tax_rate=Decimal(0))
    session.add(order)
    session.flush()
    return order


def make_purchase(
    session: Session, warehouse: Warehouse, *lines: tuple[Product, Decimal | int, str]
) -> PurchaseOrder:
    """A draft: (product, quantity, price) by line."""
    order = PurchaseOrder(
        supplier=Supplier(name="示例供应商"), warehouse=warehouse, order_date=TODAY
    )
    for product, quantity, price in lines:
        line = PurchaseOrderLine(
            product=product, quantity=Decimal(quantity), unit_price=Decimal(price)
        )
        order.lines.append(line)
    prepare_purchase(order)
    session.add(order)
    session.flush()
    return order


def level_of(session: Session, product: Product, warehouse: Warehouse) -> StockLevel:
    return session.scalars(
        select(StockLevel).where(StockLevel.product == product, StockLevel.warehouse == warehouse)
    ).one()


def rebuilt(session: Session) -> dict[tuple[int, int], tuple[Decimal, Decimal]]:
    """(on hand, value) by product and warehouse, added up from the ledger alone."""
    sums: dict[tuple[int, int], tuple[Decimal, Decimal]] = {}
    for move in session.scalars(select(StockMove)):
        for location, sign in ((move.from_location, -1), (move.to_location, 1)):
            if location.kind is LocationKind.INTERNAL:
                key = move.product_id, location.warehouse_id or 0
                on_hand, value = sums.get(key, (Decimal(0), Decimal(0)))
                sums[key] = (on_hand + sign * move.quantity, value + sign * move.value_amount)
    return sums


def check_books(session: Session) -> None:
    """What must hold at every moment: levels are the sum of moves, reservations those of lines."""
    session.expire_all()
    held: dict[tuple[int, int], Decimal] = {}
    for line in session.scalars(select(SalesOrderLine).where(SalesOrderLine.reserved_quantity > 0)):
        key = line.product_id, line.order.warehouse_id or 0
        held[key] = held.get(key, Decimal(0)) + line.reserved_quantity
    ledger = rebuilt(session)
    for level in session.scalars(select(StockLevel)):
        key = level.product_id, level.warehouse_id
        on_hand, value = ledger.pop(key, (Decimal(0), Decimal(0)))
        assert (level.on_hand, level.value_amount) == (on_hand, value)
        assert level.reserved == held.pop(key, Decimal(0))
        assert 0 <= level.reserved <= level.on_hand
        assert level.available == level.on_hand - level.reserved
    assert ledger == {}
    assert held == {}
