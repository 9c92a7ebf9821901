"""Which orders are to leave the house."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.entities.catalog import Product
from app.entities.inventory import Warehouse
from app.entities.sales.order import SalesOrder, SalesOrderLine
from app.rules.orders import OrderState


def orders_to_ship(session: Session, warehouse: Warehouse | None, most: int) -> list[SalesOrder]:
    """At most `most` confirmed orders with their lines, those wanted first at the front."""
    lines = selectinload(SalesOrder.lines).joinedload(SalesOrderLine.product)
    statement = (
        select(SalesOrder)
        .where(SalesOrder.state == OrderState.CONFIRMED)
        .options(lines.joinedload(Product.unit), joinedload(SalesOrder.customer))
        .order_by(SalesOrder.required_date.asc().nulls_last(), SalesOrder.order_date, SalesOrder.id)
        .limit(most)
    )
    if warehouse is not None:
        statement = statement.where(SalesOrder.warehouse_id == warehouse.id)
    return list(session.scalars(statement))
