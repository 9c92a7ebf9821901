"""Statements: every charge and payment of the span once, and balances that carry on."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from app.entities.billing import Payment
from app.entities.customers import Customer
from app.rules.orders import PAYABLE, OrderState
from app.services.sales.statement import statement_of
from tests.papers import make_order, make_product

pytestmark = pytest.mark.usefixtures("database")


def test_opening_entries_and_closing_agree_with_a_count_by_hand(session: Session) -> None:
    chance = random.Random(7)  # noqa: S311 - no secret
    customer, other = Customer(name="Alpha"), Customer(name="Beta")
    session.add_all([customer, other])
    product = make_product(session)
    known: list[tuple[date, Decimal]] = []
    for _number in range(60):
        day = date(2026, 1, 1) + timedelta(days=chance.randrange(120))
        price = Decimal(chance.randint(1, 99_999)) / 100
        who = chance.choice([customer, customer, other])
        state = chance.choice(list(OrderState))
        line = {"product": product, "unit_price": price, "quantity": Decimal("1.5")}
        order = make_order(session, who, [line], state=state, order_date=day)
        if who is customer and state in PAYABLE:
            known.append((day, order.total_amount))
        if chance.random() < 0.5:
            paid_on = day + timedelta(days=chance.randrange(40))
            session.add(Payment(customer=who, received_date=paid_on, amount=price))
            known += [(paid_on, -price)] if who is customer else []
    session.flush()

    since, until = date(2026, 2, 1), date(2026, 3, 31)
    statement = statement_of(session, customer, since, until)

    assert statement.opening == sum(amount for day, amount in known if day < since)
    within = [amount for day, amount in known if since <= day <= until]
    assert sorted(e.charge - e.credit for e in statement.entries) == sorted(within)
    assert statement.closing == statement.opening + sum(within)
    balance = statement.opening
    for entry in statement.entries:
        balance += entry.charge - entry.credit
        assert entry.balance == balance
    assert [e.day for e in statement.entries] == sorted(e.day for e in statement.entries)


def test_orders_paid_in_full_are_not_listed_as_unpaid(session: Session) -> None:
    customer = Customer(name="Alpha")
    session.add(customer)
    make_order(session, customer, state=OrderState.DONE, paid_amount=Decimal(100))
    part = make_order(session, customer, state=OrderState.SHIPPED, paid_amount=Decimal(40))
    make_order(session, customer, state=OrderState.HISTORY)
    make_order(session, customer, state=OrderState.DRAFT)
    session.flush()
    statement = statement_of(session, customer, date(2026, 4, 1), date(2026, 4, 30))
    assert statement.unpaid == [part]
    assert statement.entries == []


def test_a_customer_without_orders_owes_nothing(session: Session) -> None:
    customer = Customer(name="Alpha")
    session.add(customer)
    session.flush()
    statement = statement_of(session, customer, date(2026, 1, 1), date(2026, 12, 31))
    assert (statement.opening, statement.closing) == (0, 0)
