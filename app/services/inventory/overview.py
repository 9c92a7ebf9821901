"""What the warehouses hold, added up by product and by warehouse."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import ColumnElement, Integer, cast, func, select
from sqlalchemy.orm import Session

from app.entities.catalog import Product
from app.entities.inventory import StockLevel, Warehouse


@dataclass(frozen=True)
class Sums:
    """Figures of some levels: quantities in the product's unit, value in the company's currency."""

    on_hand: Decimal
    reserved: Decimal
    available: Decimal
    on_order: Decimal
    value: Decimal
    #: levels at or below their reorder level
    low: int


@dataclass(frozen=True)
class ProductStock:
    """One product over all its warehouses, and in each of them."""

    id: int
    name: str
    code: str
    sums: Sums
    by_warehouse: dict[int, Sums] = field(default_factory=dict)


@dataclass(frozen=True)
class WarehouseStock:
    """One warehouse: how many products it holds, how many run low, what all of it is worth."""

    id: int
    name: str
    products: int
    low: int
    value: Decimal


def count_products(session: Session, where: ColumnElement[bool]) -> int:
    """How many products have a level among those that `where` leaves."""
    statement = select(func.count(func.distinct(StockLevel.product_id))).where(where)
    return session.scalar(statement) or 0


def stock_by_product(
    session: Session, where: ColumnElement[bool], *, limit: int, offset: int = 0
) -> list[ProductStock]:
    """The levels that `where` leaves, by product in the order of their names."""
    statement = (
        select(Product.id, Product.name, Product.code, *_sums())
        .select_from(StockLevel)
        .join(StockLevel.product)
        .where(where)
        .group_by(Product.id, Product.name, Product.code)
        .order_by(Product.name, Product.id)
        .limit(limit)
        .offset(offset)
    )
    products = [
        ProductStock(key, name, code, Sums(*figures))
        for key, name, code, *figures in session.execute(statement)
    ]
    known = {product.id: product for product in products}
    levels = (
        select(StockLevel.product_id, StockLevel.warehouse_id, *_sums())
        .where(where, StockLevel.product_id.in_(known))
        .group_by(StockLevel.product_id, StockLevel.warehouse_id)
    )
    for product_id, warehouse_id, *figures in session.execute(levels):
        known[product_id].by_warehouse[warehouse_id] = Sums(*figures)
    return products


def stock_by_warehouse(session: Session, where: ColumnElement[bool]) -> list[WarehouseStock]:
    """The levels that `where` leaves, by warehouse in the order of the company."""
    statement = (
        select(
            Warehouse.id,
            Warehouse.name,
            func.count(StockLevel.id).filter(StockLevel.on_hand > 0),
            _low(),
            func.sum(StockLevel.value_amount),
        )
        .select_from(StockLevel)
        .join(StockLevel.warehouse)
        .where(where)
        .group_by(Warehouse.id, Warehouse.name, Warehouse.position)
        .order_by(Warehouse.position, Warehouse.id)
    )
    return [WarehouseStock(*row) for row in session.execute(statement)]


def _sums() -> Sequence[ColumnElement[Decimal]]:
    columns = (StockLevel.on_hand, StockLevel.reserved, StockLevel.available)
    return [
        *(func.sum(column) for column in columns),
        func.sum(StockLevel.on_order),
        func.sum(StockLevel.value_amount),
        _low(),
    ]


def _low() -> ColumnElement[int]:
    return func.sum(cast(StockLevel.is_low, Integer))
