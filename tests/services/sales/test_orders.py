"""What stands in an order: prices, totals, delivery, and what saving may do to its state."""

import random
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.entities.customers import Contact, Customer, CustomerAddress
from app.entities.sales.order import SalesOrder, SalesOrderLine
from app.rules.errors import DomainError
from app.rules.orders import OrderState
from app.services.sales.orders import check_state, over_credit, prepare_order
from tests.trade import TODAY, make_order, make_product, make_warehouse

pytestmark = pytest.mark.usefixtures("database")


def test_what_is_left_empty_is_filled(session: Session) -> None:
    order = SalesOrder(customer=Customer(name="示例客户"), order_date=TODAY)
    order.lines.append(SalesOrderLine(product=make_product(session), quantity=Decimal(3)))
    prepare_order(order, tax_rate=Decimal("0.13"))
    (line,) = order.lines
    assert (line.unit_price, line.discount_rate, line.tax_rate) == (
        Decimal("10.00"),
        0,
        Decimal("0.13"),
    )
    assert (order.net_amount, order.tax_amount, order.total_amount) == (
        Decimal("30.00"),
        Decimal("3.90"),
        Decimal("33.90"),
    )


def test_a_price_of_nothing_is_a_price(session: Session) -> None:
    order = make_order(session, None)
    order.lines.append(
        SalesOrderLine(product=make_product(session), quantity=Decimal(1), unit_price=Decimal(0))
    )
    prepare_order(order, tax_rate=Decimal(0))
    assert order.total_amount == 0


def test_history_is_not_taxed_anew(session: Session) -> None:
    order = make_order(session, None)
    order.state = OrderState.HISTORY
    order.lines.append(SalesOrderLine(product=make_product(session), quantity=Decimal(1)))
    prepare_order(order, tax_rate=Decimal("0.13"))
    assert (order.tax_amount, order.ship_name) == (0, "示例客户")


def test_the_freight_is_added_to_the_total_alone(session: Session) -> None:
    order = make_order(session, None, (make_product(session), 2), freight_amount=Decimal("4.20"))
    assert (order.net_amount, order.total_amount) == (Decimal("20.00"), Decimal("24.20"))


def test_goods_go_to_the_default_address_where_nothing_is_said(session: Session) -> None:
    customer = Customer(name="示例客户")
    customer.addresses = [
        CustomerAddress(street="甲路 1 号", city="南京市"),
        CustomerAddress(street="乙路 2 号", city="上海市", is_default=True),
    ]
    order = make_order(session, None, customer=customer)
    assert (order.ship_name, order.ship_city) == ("示例客户", "上海市")
    other = make_order(session, None, customer=customer, ship_city="苏州市")
    assert (other.ship_name, other.ship_city) == (None, "苏州市")


def test_the_contact_is_one_of_the_customers(session: Session) -> None:
    order = make_order(session, None)
    order.contact = Contact(customer=Customer(name="别家"), name="演示")
    with session.no_autoflush, pytest.raises(DomainError) as refused:
        prepare_order(order, tax_rate=Decimal(0))
    assert refused.value.field == "contact"


@pytest.mark.parametrize(
    ("before", "after", "from_file", "possible"),
    [
        (None, None, False, True),
        (None, OrderState.DRAFT, False, True),
        (None, OrderState.HISTORY, True, True),
        (None, OrderState.HISTORY, False, False),  # nobody types the past
        (None, OrderState.CONFIRMED, True, False),
        (OrderState.DRAFT, OrderState.DRAFT, False, True),
        (OrderState.DRAFT, OrderState.CONFIRMED, False, False),  # only the action reserves
        (OrderState.DRAFT, OrderState.HISTORY, True, False),
        (OrderState.HISTORY, OrderState.HISTORY, True, True),
        (OrderState.HISTORY, OrderState.DRAFT, True, False),
        (OrderState.CONFIRMED, OrderState.CONFIRMED, False, False),
        (OrderState.SHIPPED, OrderState.SHIPPED, True, False),
        (OrderState.DONE, OrderState.DONE, False, False),
        (OrderState.CANCELLED, OrderState.DRAFT, False, False),
    ],
)
def test_saving_leads_from_no_state_to_another(
    before: OrderState | None, after: OrderState | None, from_file: bool, possible: bool
) -> None:
    order = SalesOrder(state=after)
    if possible:
        check_state(order, before, from_file=from_file)
        assert order.state is (after or OrderState.DRAFT)
    else:
        with pytest.raises(DomainError):
            check_state(order, before, from_file=from_file)


def test_the_credit_limit_counts_what_is_owed_already(session: Session) -> None:
    customer = Customer(name="示例客户", credit_limit=Decimal("100.00"))
    product = make_product(session)
    owed = make_order(session, None, (product, 8), customer=customer)
    owed.state = OrderState.CONFIRMED
    session.flush()
    assert over_credit(session, make_order(session, None, (product, 2), customer=customer)) == 0
    more = make_order(session, None, (product, 3), customer=customer)
    assert over_credit(session, more) == Decimal("10.00")
    customer.credit_limit = None
    assert over_credit(session, more) == 0


def test_sums_are_the_same_in_the_database_as_in_the_orders(session: Session) -> None:
    """Three hundred random orders: no cent is lost between Python and SQL."""
    dice = random.Random(5)  # noqa: S311 - a sample, not a secret
    warehouse, customer = make_warehouse(session), Customer(name="示例客户")
    product, total = make_product(session), Decimal(0)
    for _ in range(300):
        order = SalesOrder(customer=customer, warehouse=warehouse, order_date=TODAY)
        for _ in range(dice.randint(1, 5)):
            order.lines.append(
                SalesOrderLine(
                    product=product,
                    quantity=Decimal(dice.randint(1, 10**6)).scaleb(-4),
                    unit_price=Decimal(dice.randint(0, 10**6)).scaleb(-2),
                    discount_rate=Decimal(dice.randint(0, 10**4)).scaleb(-4),
                    tax_rate=Decimal("0.13"),
                )
            )
        prepare_order(order, tax_rate=Decimal(0))
        total += order.total_amount
        session.add(order)
    session.flush()
    session.expire_all()
    sums = session.execute(
        select(
            func.sum(SalesOrder.total_amount),
            func.sum(SalesOrder.net_amount),
            func.sum(SalesOrder.tax_amount),
        )
    ).one()
    lines = session.execute(
        select(func.sum(SalesOrderLine.net_amount), func.sum(SalesOrderLine.tax_amount))
    ).one()
    assert (sums[0], sums[1] + sums[2]) == (total, total)
    assert tuple(lines) == tuple(sums[1:])
    assert total == Decimal("118405445.50")  # of this seed, on either database
