"""What a customer was charged and paid, day by day, with the balance after each line."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.entities.billing import Payment
from app.entities.customers import Customer
from app.entities.sales.order import SalesOrder
from app.rules.amounts import total
from app.rules.orders import PAYABLE

NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Entry:
    """One order (a charge) or one payment (a credit); `balance` is what is owed after it."""

    day: date
    document: SalesOrder | Payment
    charge: Decimal
    credit: Decimal
    balance: Decimal


@dataclass(frozen=True)
class Statement:
    """From `since` to `until`, both included. Balances are owed by the customer, or paid ahead."""

    customer: Customer
    since: date
    until: date
    opening: Decimal
    entries: list[Entry]
    #: orders of any time that are not paid in full, the oldest first
    unpaid: list[SalesOrder]

    @property
    def charged(self) -> Decimal:
        return total(entry.charge for entry in self.entries)

    @property
    def paid(self) -> Decimal:
        return total(entry.credit for entry in self.entries)

    @property
    def closing(self) -> Decimal:
        return total((self.opening, self.charged, -self.paid))


def statement_of(session: Session, customer: Customer, since: date, until: date) -> Statement:
    """Orders that somebody owes for and payments, in the order of their days."""
    charges = select(SalesOrder).where(
        SalesOrder.customer_id == customer.id, SalesOrder.state.in_(PAYABLE)
    )
    credits = select(Payment).where(Payment.customer_id == customer.id)
    charged = charges.where(SalesOrder.order_date < since)
    paid = credits.where(Payment.received_date < since)
    opening = total(
        (
            _sum(session, charged.with_only_columns(func.sum(SalesOrder.total_amount))),
            -_sum(session, paid.with_only_columns(func.sum(Payment.amount))),
        )
    )
    orders = session.scalars(charges.where(SalesOrder.order_date.between(since, until)))
    payments = session.scalars(credits.where(Payment.received_date.between(since, until)))
    unpaid = session.scalars(
        charges.where(
            SalesOrder.paid_amount < SalesOrder.total_amount, SalesOrder.order_date <= until
        ).order_by(SalesOrder.order_date, SalesOrder.id)
    )
    entries = _entries(opening, list(orders), list(payments))
    return Statement(customer, since, until, opening, entries, list(unpaid))


def payable_orders(session: Session, customer: Customer) -> int:
    """How many orders of the customer stand on its statements."""
    statement = select(func.count(SalesOrder.id)).where(
        SalesOrder.customer_id == customer.id, SalesOrder.state.in_(PAYABLE)
    )
    return session.scalar(statement) or 0


def _sum(session: Session, statement: Select[tuple[Decimal | None]]) -> Decimal:
    return session.scalar(statement) or NOTHING


def _entries(opening: Decimal, orders: list[SalesOrder], payments: list[Payment]) -> list[Entry]:
    """Charges before credits on the same day, then by number."""
    dated: list[tuple[date, int, str, SalesOrder | Payment]] = [
        *((order.order_date, 0, order.code, order) for order in orders),
        *((payment.received_date, 1, payment.code, payment) for payment in payments),
    ]
    dated.sort(key=lambda entry: entry[:3])
    balance, entries = opening, []
    for day, _kind, _code, document in dated:
        charge = document.total_amount if isinstance(document, SalesOrder) else NOTHING
        credit = document.amount if isinstance(document, Payment) else NOTHING
        balance = total((balance, charge, -credit))
        entries.append(Entry(day, document, charge, credit, balance))
    return entries
