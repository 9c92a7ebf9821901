"""Payments of customers, and the orders they were paid for."""

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.entities.base import Entity, through
from app.entities.customers import Customer
from app.entities.sales.order import SalesOrder
from app.entities.types import ChoiceType, Money
from app.rules.billing import PaymentMethod


class Payment(Entity):
    scope = through("customer")
    is_large = True
    sorted_by = ("amount", "method")
    label_column = "code"
    code_column = "code"
    number_sequence = "payment"

    code: Mapped[str] = mapped_column(String(32), unique=True, info={"label": "Payment number"})
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    received_date: Mapped[date] = mapped_column(index=True, info={"label": "Received on"})
    amount: Mapped[Decimal] = mapped_column(Money, info={"mask": "amount"})
    method: Mapped[PaymentMethod] = mapped_column(
        ChoiceType(PaymentMethod),
        default=PaymentMethod.BANK_TRANSFER,
        info={"label": "Payment method"},
    )
    #: what stands on the bank statement
    reference: Mapped[str | None] = mapped_column(
        String(100), index=True, info={"help": "What stands on the bank statement."}
    )
    notes: Mapped[str | None] = mapped_column(Text, info={"format": "multiline"})

    customer: Mapped[Customer] = relationship()
    allocations: Mapped[list["PaymentAllocation"]] = relationship(
        back_populates="payment", cascade="all, delete-orphan", order_by="PaymentAllocation.id"
    )

    __table_args__ = (CheckConstraint("amount > 0", name="amount_positive"),)


class PaymentAllocation(Entity):
    """The part of a payment that pays one order."""

    scope = through("payment")
    label_column = "order_id"

    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), index=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("sales_order.id"), index=True)
    amount: Mapped[Decimal] = mapped_column(Money, info={"mask": "amount"})

    payment: Mapped[Payment] = relationship(back_populates="allocations")
    order: Mapped[SalesOrder] = relationship()

    __table_args__ = (
        UniqueConstraint("payment_id", "order_id"),
        CheckConstraint("amount > 0", name="amount_positive"),
    )

    def __repr__(self) -> str:
        return repr(self.order)
