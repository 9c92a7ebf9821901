"""Suppliers' files, and purchase orders from the draft to goods on the shelf."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from app.entities.inventory import StockMove
from app.entities.purchasing import PurchaseOrder, PurchaseOrderLine, Supplier
from app.rules.amounts import line_amount, total
from app.rules.countries import Country
from app.rules.errors import DomainError, InvalidInput
from app.rules.identity import check_tax_number
from app.rules.purchasing import PURCHASE_MACHINE, PurchaseState
from app.rules.stock import LocationKind
from app.services.inventory import levels
from app.services.inventory.ledger import is_stocked, outside, place_of

_NONE = Decimal(0)


def check_supplier(supplier: Supplier) -> None:
    """Puts the tax number in its registered form; raises InvalidInput where it cannot be one."""
    if supplier.tax_number:
        supplier.tax_number = check_tax_number(supplier.tax_number, supplier.country or Country.CN)


def price_of(line: PurchaseOrderLine) -> Decimal:
    """The price of a line: its own, else what the product usually costs."""
    if line.unit_price is not None:
        return line.unit_price
    return (line.product.purchase_price if line.product else None) or _NONE


def amount_of(line: PurchaseOrderLine) -> Decimal:
    """What a line comes to, in cents."""
    return line_amount(line.quantity, price_of(line))


def prepare_purchase(order: PurchaseOrder) -> None:
    """Price every line and add up; InvalidInput where that cannot be."""
    for place, line in enumerate(order.lines, start=1):
        line.position = place
        if line.product is None:
            raise InvalidInput("Line %(number)s: choose a product.", field="lines", number=place)
        if not is_stocked(line.product):
            raise InvalidInput("Services are not kept in stock.", field="lines")
        if line.quantity is None or line.quantity <= 0:
            raise InvalidInput("The quantity must be more than 0.", field="lines")
        line.unit_price = price_of(line)
        if line.unit_price < 0:
            raise InvalidInput("The price must not be negative.", field="lines")
        line.amount = amount_of(line)
    order.total_amount = total(line.amount for line in order.lines)


def check_editable(state: PurchaseState) -> None:
    """Raises DomainError for the state of an order that the supplier has got already."""
    if state is not PurchaseState.DRAFT:
        raise DomainError(
            "A purchase order that was sent is not changed any more. Cancel it and make a new one."
        )


def check_state(order: PurchaseOrder, before: PurchaseState | None, *, from_file: bool) -> None:
    """What saving may do to the state: nothing, since only actions lead from one to another.

    `before` is the stored state, None for a new order: that is a draft, or of a file one that was
    sent already. Raises DomainError.
    """
    order.state = order.state or PurchaseState.DRAFT
    if before is not None:
        check_editable(before)
    allowed = {PurchaseState.DRAFT}
    if before is None and from_file:
        allowed.add(PurchaseState.ORDERED)
    if order.state not in allowed:
        raise DomainError("This is not possible in the present state.", field="state")


def place_purchases(session: Session, orders: Iterable[PurchaseOrder]) -> None:
    """Send the orders to their suppliers: the goods are on their way."""
    for order in _lock(session, orders):
        order.state = PURCHASE_MACHINE.after("order", order.state)
        if not order.lines:
            raise DomainError("%(order)s has no lines yet.", field="lines", order=order.code)
    session.flush()


def receive_purchases(
    session: Session, orders: Iterable[PurchaseOrder], *, now: datetime, today: date
) -> None:
    """Take in everything that was ordered, at the price it was ordered for."""
    locked = _lock(session, orders)
    for order in locked:
        order.state = PURCHASE_MACHINE.after("receive", order.state)
        order.received_date = today
    lines = [line for order in locked for line in order.lines]
    suppliers = outside(session, LocationKind.SUPPLIER)
    # In the order in which every other document takes the levels.
    for line in sorted(lines, key=_key):
        quantity = line.quantity - line.received_quantity
        if not quantity:
            continue
        value = line_amount(quantity, line.unit_price)
        levels.put(session, _key(line), quantity, value)
        line.received_quantity = line.quantity
        session.add(
            StockMove(
                product=line.product,
                from_location=suppliers,
                to_location=place_of(session, line.order.warehouse),
                quantity=quantity,
                value_amount=value,
                moved_on=now,
                purchase_line=line,
                reference=line.order.code,
            )
        )
    levels.forget(session)
    session.flush()


def cancel_purchases(session: Session, orders: Iterable[PurchaseOrder]) -> None:
    """Give up orders whose goods have not come."""
    for order in _lock(session, orders):
        order.state = PURCHASE_MACHINE.after("cancel", order.state)
    session.flush()


def _key(line: PurchaseOrderLine) -> levels.Key:
    return line.product_id, line.order.warehouse_id


def _lock(session: Session, orders: Iterable[PurchaseOrder]) -> list[PurchaseOrder]:
    """The orders as they are now, which nobody else changes meanwhile."""
    session.flush()
    locked = sorted(set(orders), key=lambda order: order.id)
    for order in locked:
        session.refresh(order, with_for_update={"key_share": True})
    return locked
