"""The sales of a span of days, by who sold, who bought and what: sums of the orders and lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from app.entities.catalog import Product
from app.entities.customers import Customer
from app.entities.sales.order import SalesOrder, SalesOrderLine
from app.entities.system.user import User
from app.rules.amounts import total
from app.rules.orders import OrderState

NOTHING = Decimal("0.00")
#: drafts are not agreed yet, cancelled orders not any more; history was sold once
COUNTED = tuple(
    state for state in OrderState if state not in {OrderState.DRAFT, OrderState.CANCELLED}
)


@dataclass(frozen=True)
class Part:
    """What one person sold, one customer bought or one product brought in; key None is nobody."""

    key: int | None
    label: str
    #: orders; of a product the orders it stands in
    orders: int
    net: Decimal


@dataclass(frozen=True)
class Sales:
    """Every list of parts adds up to `net`."""

    orders: int
    net: Decimal
    tax: Decimal
    freight: Decimal
    total: Decimal
    by_owner: list[Part]
    by_customer: list[Part]
    by_product: list[Part]


def sales_between(session: Session, since: date, until: date) -> Sales:
    """The counted orders of the days from `since` to `until`, both included; the largest first."""
    where = (SalesOrder.state.in_(COUNTED), SalesOrder.order_date.between(since, until))
    sums = select(
        func.count(SalesOrder.id),
        func.sum(SalesOrder.net_amount),
        func.sum(SalesOrder.tax_amount),
        func.sum(SalesOrder.freight_amount),
        func.sum(SalesOrder.total_amount),
    ).where(*where)
    count, net, tax, freight, all_in = session.execute(sums).one()
    return Sales(
        orders=count,
        net=net or NOTHING,
        tax=tax or NOTHING,
        freight=freight or NOTHING,
        total=all_in or NOTHING,
        by_owner=_parts(session, _per(SalesOrder.owner_id, User, where)),
        by_customer=_parts(session, _per(SalesOrder.customer_id, Customer, where)),
        by_product=_parts(session, _per_product(where)),
    )


def net_by_span(session: Session, borders: Sequence[date]) -> list[Decimal]:
    """Net sales of each span between two `borders` (ascending, the last one excluded)."""
    branches = [(SalesOrder.order_date < end, place) for place, end in enumerate(borders[1:])]
    span = case(*branches, else_=len(branches))
    statement = (
        select(span, func.sum(SalesOrder.net_amount))
        .where(
            SalesOrder.state.in_(COUNTED),
            SalesOrder.order_date >= borders[0],
            SalesOrder.order_date < borders[-1],
        )
        .group_by(span)
    )
    found: dict[int, Decimal] = dict(session.execute(statement).all())
    return [found.get(place, NOTHING) for place in range(len(branches))]


def _per(key: Any, target: type[Any], where: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """Key, name, number of orders and net amount per row of `target`.

    A customer out of reach may have ordered from somebody within: the order counts, its name is
    not told.
    """
    order = SalesOrder
    statement: Select[Any] = select(
        key, target.name, func.count(order.id), func.sum(order.net_amount)
    )
    return (
        statement.select_from(SalesOrder)
        .outerjoin(target, target.id == key)
        .where(*where)
        .group_by(key, target.name)
    )


def _per_product(where: Sequence[ColumnElement[bool]]) -> Select[Any]:
    line = SalesOrderLine
    orders = func.count(line.order_id.distinct())
    columns: list[Any] = [line.product_id, Product.name, orders, func.sum(line.net_amount)]
    return (
        select(*columns)
        .select_from(line)
        .join(line.order)
        .join(line.product)
        .where(*where)
        .group_by(line.product_id, Product.name)
    )


def _parts(session: Session, statement: Select[Any]) -> list[Part]:
    found = session.execute(statement).all()
    parts = [Part(key, name or "", orders, net) for key, name, orders, net in found]
    return sorted(parts, key=lambda part: (-part.net, part.label, part.key or 0))


def rest_of(parts: Sequence[Part], most: int) -> tuple[list[Part], Part | None]:
    """The first `most` parts, and all others as one (its key None), where there are others."""
    shown, others = list(parts[:most]), parts[most:]
    if not others:
        return shown, None
    return shown, Part(None, "", sum(part.orders for part in others), total(p.net for p in others))
