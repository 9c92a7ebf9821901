"""Payments: what an order was paid is what payments were allocated to it, never more than owed."""

from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from app.entities.billing import Payment, PaymentAllocation
from app.entities.customers import Customer
from app.entities.sales.order import SalesOrder
from app.rules.billing import PaymentMethod
from app.rules.errors import DomainError
from app.rules.orders import PAYABLE, OrderState
from app.services.billing import allocate_payment, register_payment, release_payment
from tests.trade import TODAY, make_order, make_product

pytestmark = pytest.mark.usefixtures("database")


def owed(
    session: Session, customer: Customer, pieces: int, state: OrderState = OrderState.CONFIRMED
) -> SalesOrder:
    """An order over 10.00 for each piece."""
    order = make_order(session, None, (make_product(session), pieces), customer=customer)
    order.state = state
    session.flush()
    return order


def pay(session: Session, order: SalesOrder, amount: str) -> Payment:
    return register_payment(
        session, order, Decimal(amount), received_date=TODAY, method=PaymentMethod.CASH
    )


@pytest.fixture
def customer(session: Session) -> Customer:
    customer = Customer(name="示例客户")
    session.add(customer)
    session.flush()
    return customer


def test_an_order_is_paid_in_parts_and_never_beyond_its_total(
    session: Session, customer: Customer
) -> None:
    order = owed(session, customer, 10)
    pay(session, order, "60.00")
    session.commit()
    assert (order.paid_amount, order.balance_amount) == (Decimal("60.00"), Decimal("40.00"))
    with pytest.raises(DomainError) as refused:
        pay(session, order, "40.01")
    assert refused.value.arguments["balance"] == Decimal("40.00")
    session.rollback()
    pay(session, order, "40.00")
    session.commit()
    assert order.balance_amount == 0


@pytest.mark.parametrize("state", OrderState)
def test_only_what_is_owed_can_be_paid(
    session: Session, customer: Customer, state: OrderState
) -> None:
    order = owed(session, customer, 1, state)
    if state in PAYABLE:
        pay(session, order, "10.00")
        assert order.paid_amount == Decimal("10.00")
    else:
        with pytest.raises(DomainError):
            pay(session, order, "10.00")


def test_a_payment_is_spread_anew_when_it_is_changed(session: Session, customer: Customer) -> None:
    first, second = owed(session, customer, 5), owed(session, customer, 5)
    payment = pay(session, first, "50.00")
    with session.no_autoflush:
        payment.allocations[0].amount = Decimal("20.00")
        payment.allocations.append(PaymentAllocation(order=second, amount=Decimal("25.00")))
        assert allocate_payment(session, payment) == Decimal("5.00")
    session.flush()
    assert (first.paid_amount, second.paid_amount) == (Decimal("20.00"), Decimal("25.00"))
    with session.no_autoflush:
        payment.allocations[:] = payment.allocations[1:]
        allocate_payment(session, payment)
    session.flush()
    assert (first.paid_amount, second.paid_amount) == (0, Decimal("25.00"))


def test_a_deleted_payment_is_taken_off_its_orders(session: Session, customer: Customer) -> None:
    order = owed(session, customer, 5)
    payment = pay(session, order, "30.00")
    release_payment(session, payment)
    session.delete(payment)
    session.flush()
    assert order.paid_amount == 0


@pytest.mark.parametrize("wrong", ["another customer", "twice", "too much", "nothing"])
def test_a_payment_that_cannot_be_is_refused(
    session: Session, customer: Customer, wrong: str
) -> None:
    order = owed(session, customer, 10)
    stranger = owed(session, Customer(name="别家"), 10)
    parts = {
        "another customer": [(stranger, "10.00")],
        "twice": [(order, "10.00"), (order, "10.00")],
        "too much": [(order, "100.00")],
        "nothing": [(order, "0.00")],
    }[wrong]
    payment = Payment(customer=customer, amount=Decimal("50.00"), received_date=TODAY)
    payment.allocations = [PaymentAllocation(order=o, amount=Decimal(a)) for o, a in parts]
    with session.no_autoflush, pytest.raises(DomainError) as refused:
        allocate_payment(session, payment)
    assert refused.value.field == "allocations"
    session.rollback()
    assert order.paid_amount == 0
