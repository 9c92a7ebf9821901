"""The way of a confirmed order: goods are reserved, leave the warehouse, or are given back.

Each function takes several orders, does all of them or raises, and holds row locks in one order:
first the orders by key, then the stock levels by product and warehouse.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.inventory import Location, StockMove
from app.entities.sales.order import SalesOrder, SalesOrderLine
from app.rules.errors import DomainError
from app.rules.orders import ORDER_MACHINE
from app.rules.stock import LocationKind, cost_of
from app.services.inventory import levels
from app.services.inventory.ledger import is_stocked, outside, place_of

_NOTHING = Decimal(0)


def confirm_orders(session: Session, orders: Iterable[SalesOrder], *, payment_days: int) -> None:
    """Agree on the orders: their goods are held for them, or DomainError says what is missing.

    Payment is due `payment_days` after the order's date where the order says nothing else.
    """
    locked = _lock(session, orders)
    with session.no_autoflush:  # one change of each order in the trail, not one per question
        for order in locked:
            order.state = ORDER_MACHINE.after("confirm", order.state)
            _check_complete(order)
            order.due_date = order.due_date or order.order_date + timedelta(days=payment_days)
            for line in order.lines:
                line.reserved_quantity = line.quantity if is_stocked(line.product) else _NOTHING
    levels.reserve(session, _held(locked))
    session.flush()


def ship_orders(
    session: Session, orders: Iterable[SalesOrder], *, now: datetime, today: date
) -> None:
    """Send the goods: what was reserved leaves the warehouse at moving average cost."""
    locked = _lock(session, orders)
    for order in locked:
        order.state = ORDER_MACHINE.after("ship", order.state)
        order.shipped_date = today
    by_key: dict[levels.Key, list[SalesOrderLine]] = defaultdict(list)
    for line in _reserved_lines(locked):
        by_key[_key(line)].append(line)
    places = {order.warehouse_id: place_of(session, order.warehouse) for order in locked
              if order.warehouse is not None}  # fmt: skip
    customers = outside(session, LocationKind.CUSTOMER)
    for key in sorted(by_key):
        session.add_all(_ship(session, key, by_key[key], places[key[1]], customers, now))
    levels.forget(session)
    session.flush()


def complete_orders(session: Session, orders: Iterable[SalesOrder]) -> None:
    """The customer has got everything: nothing is left to do."""
    for order in _lock(session, orders):
        order.state = ORDER_MACHINE.after("complete", order.state)
    session.flush()


def cancel_orders(session: Session, orders: Iterable[SalesOrder]) -> None:
    """Give up orders that have not left yet; what was held for them is available again."""
    locked = _lock(session, orders)
    for order in locked:
        order.state = ORDER_MACHINE.after("cancel", order.state)
        if order.paid_amount:
            raise DomainError(
                "%(order)s has payments. Take them off the order before it is cancelled.",
                order=order.code,
            )
    levels.release(session, _held(locked))
    for line in _reserved_lines(locked):
        line.reserved_quantity = _NOTHING
    session.flush()


def _lock(session: Session, orders: Iterable[SalesOrder]) -> list[SalesOrder]:
    """The orders with their lines as they are now, which nobody else changes meanwhile."""
    session.flush()
    locked = sorted(set(orders), key=lambda order: order.id)
    for order in locked:
        # Payments may still refer to the row: only its changes have to wait.
        session.refresh(order, with_for_update={"key_share": True})
    lines = select(SalesOrderLine).where(SalesOrderLine.order_id.in_([o.id for o in locked]))
    session.scalars(lines.execution_options(populate_existing=True)).all()
    return locked


def _check_complete(order: SalesOrder) -> None:
    if not order.lines:
        raise DomainError("%(order)s has no lines yet.", field="lines", order=order.code)
    if order.warehouse is None and any(is_stocked(line.product) for line in order.lines):
        raise DomainError(
            "%(order)s: choose the warehouse that the goods leave from.",
            field="warehouse",
            order=order.code,
        )


def _reserved_lines(orders: Sequence[SalesOrder]) -> list[SalesOrderLine]:
    return [line for order in orders for line in order.lines if line.reserved_quantity]


def _key(line: SalesOrderLine) -> levels.Key:
    warehouse_id = line.order.warehouse_id
    assert warehouse_id is not None  # noqa: S101 - nothing is reserved without one
    return line.product_id, warehouse_id


def _held(orders: Sequence[SalesOrder]) -> dict[levels.Key, Decimal]:
    held: dict[levels.Key, Decimal] = defaultdict(lambda: _NOTHING)
    for line in _reserved_lines(orders):
        held[_key(line)] += line.reserved_quantity
    return held


def _ship(
    session: Session,
    key: levels.Key,
    lines: Sequence[SalesOrderLine],
    place: Location,
    customers: Location,
    now: datetime,
) -> list[StockMove]:
    """The moves of all lines that take the same product from the same warehouse."""
    held = levels.take(
        session, key, sum((line.reserved_quantity for line in lines), _NOTHING), reserved=True
    )
    on_hand, value, moves = held.on_hand, held.value, []
    for line in lines:
        quantity, line.reserved_quantity = line.reserved_quantity, _NOTHING
        cost = cost_of(quantity, on_hand, value)
        on_hand, value = on_hand - quantity, value - cost
        moves.append(
            StockMove(
                product=line.product,
                from_location=place,
                to_location=customers,
                quantity=quantity,
                value_amount=cost,
                moved_on=now,
                order_line=line,
                reference=line.order.code,
            )
        )
    levels.devalue(session, key, held.value - value)
    return moves
