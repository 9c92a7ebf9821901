"""Payments and the orders they pay: never more than came in, never more than is owed."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, inspect, literal, select, update
from sqlalchemy.orm import Session

from app.entities.billing import Payment, PaymentAllocation
from app.entities.sales.order import SalesOrder
from app.entities.types import Money
from app.rules.billing import PaymentMethod, check_payment
from app.rules.errors import DomainError, InvalidInput
from app.rules.orders import PAYABLE

_orders: Any = SalesOrder.__table__
_allocations: Any = PaymentAllocation.__table__
_NONE = Decimal(0)


def allocate_payment(session: Session, payment: Payment) -> Decimal:
    """Bring the paid amounts of orders in line with the payment's allocations as they stand.

    To be called before a new or changed payment is flushed. Returns what of it is not allocated.
    Raises DomainError where an order gets more than it owes, is another customer's, or cannot be
    paid in its state.
    """
    _check_allocations(payment)
    _reuse(payment)
    rest = check_payment(payment.amount, (part.amount for part in payment.allocations))
    change = Counter({part.order.id: part.amount for part in payment.allocations})
    change.subtract(_allocated(session, payment))
    _pay(session, change)
    return rest


def release_payment(session: Session, payment: Payment) -> None:
    """Take a payment that is about to be deleted off its orders."""
    change: Counter[int] = Counter()
    change.subtract(_allocated(session, payment))
    _pay(session, change)


def return_payment(session: Session, payment: Payment) -> None:
    """Give a restored payment to its orders again; DomainError where one is paid by now."""
    _pay(session, Counter(_allocated(session, payment)))


def register_payment(
    session: Session,
    order: SalesOrder,
    amount: Decimal,
    *,
    received_date: date,
    method: PaymentMethod,
    reference: str | None = None,
) -> Payment:
    """A payment of the order's customer that pays this order; flushed."""
    payment = Payment(
        customer=order.customer,
        amount=amount,
        received_date=received_date,
        method=method,
        reference=reference,
    )
    payment.allocations.append(PaymentAllocation(order=order, amount=amount))
    with session.no_autoflush:
        allocate_payment(session, payment)
    session.add(payment)
    session.flush()
    return payment


def _check_allocations(payment: Payment) -> None:
    if payment.amount is None:
        raise InvalidInput("The amount must be more than 0.", field="amount")
    orders = [part.order for part in payment.allocations]
    if None in orders or any(part.amount is None for part in payment.allocations):
        raise InvalidInput("Choose an order and an amount in every line.", field="allocations")
    if len(set(orders)) < len(orders):
        raise InvalidInput("An order stands in the list twice.", field="allocations")
    stranger = next((o for o in orders if o.customer is not payment.customer), None)
    if stranger is not None:
        raise InvalidInput(
            "%(order)s is an order of another customer.", field="allocations", order=stranger.code
        )


def _reuse(payment: Payment) -> None:
    """An order that was taken out and put in again keeps its row: each stands there once."""
    removed: list[PaymentAllocation] = inspect(payment).attrs.allocations.history.deleted
    gone = {part.order: part for part in removed}
    for place, part in enumerate(payment.allocations):
        if part.id is None and part.order in gone:
            known = gone[part.order]
            known.amount = part.amount
            payment.allocations[place] = known


def _allocated(session: Session, payment: Payment) -> dict[int, Decimal]:
    """What the database says the payment pays, by order."""
    if payment.id is None:
        return {}
    statement = (
        select(_allocations.c.order_id, func.sum(_allocations.c.amount))
        .where(_allocations.c.payment_id == payment.id)
        .group_by(_allocations.c.order_id)
    )
    allocated: dict[int, Decimal] = {}
    for key, amount in session.connection().execute(statement):
        allocated[key] = amount
    return allocated


def _pay(session: Session, change: Counter[int]) -> None:
    """One conditional UPDATE per order, in the order of their keys."""
    for key, amount in sorted(change.items()):
        if not amount:
            continue
        paid = _orders.c.paid_amount + literal(amount, Money)
        done = session.connection().execute(
            update(_orders)
            .where(
                _orders.c.id == key,
                _orders.c.state.in_(PAYABLE),
                paid >= literal(_NONE, Money),
                paid <= _orders.c.total_amount,
            )
            .values(paid_amount=paid)
        )
        order = session.get_one(SalesOrder, key)
        session.expire(order, ["paid_amount"])
        if not done.rowcount:
            _refuse(order)


def _refuse(order: SalesOrder) -> None:
    if order.state not in PAYABLE:
        raise DomainError(
            "%(order)s cannot be paid in its present state.", field="allocations", order=order.code
        )
    raise DomainError(
        "%(order)s: only %(balance)s is still to be paid.",
        field="allocations",
        order=order.code,
        balance=order.total_amount - order.paid_amount,
    )


def unpaid_orders(orders: Iterable[SalesOrder]) -> list[SalesOrder]:
    """Those of the orders for which something is owed."""
    return [
        order
        for order in orders
        if order.state in PAYABLE and order.paid_amount < order.total_amount
    ]
