"""Sales of a span of days: each division adds up to the whole."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from app.entities.sales.order import SalesOrder
from app.lowcode.principal import DataScope, Principal, acting_as
from app.rules.orders import OrderState
from app.services.sales.monthly import net_by_span, rest_of, sales_between
from tests.factories import make_user
from tests.papers import make_order, make_product

pytestmark = pytest.mark.usefixtures("database")
MARCH = (date(2026, 3, 1), date(2026, 3, 31))


@pytest.fixture
def orders(session: Session) -> list[SalesOrder]:
    """Forty orders from February to April, in every state, of three people and of nobody."""
    chance = random.Random(11)  # noqa: S311 - no secret
    people = [make_user(session), make_user(session), None]
    products = [make_product(session, f"Product {number}") for number in range(4)]
    made = []
    for number in range(40):
        lines = [
            {
                "product": product,
                "unit_price": Decimal(chance.randint(1, 9_999)) / 100,
                "quantity": Decimal(chance.randint(1, 9)),
                "discount_rate": chance.choice([Decimal(0), Decimal("0.15")]),
            }
            for product in chance.choices(products, k=chance.randint(0, 3))
        ]
        made.append(
            make_order(
                session,
                f"Customer {number % 7}",
                lines,
                state=chance.choice(list(OrderState)),
                order_date=date(2026, 2, 15) + timedelta(days=chance.randrange(60)),
                freight_amount=Decimal("12.5"),
                owner=chance.choice(people),
            )
        )
    return made


def _counted(orders: list[SalesOrder]) -> list[SalesOrder]:
    away = {OrderState.DRAFT, OrderState.CANCELLED}
    return [o for o in orders if o.state not in away and MARCH[0] <= o.order_date <= MARCH[1]]


def test_the_whole_is_the_sum_of_the_orders_that_count(
    session: Session, orders: list[SalesOrder]
) -> None:
    sales, counted = sales_between(session, *MARCH), _counted(orders)
    assert sales.orders == len(counted) > 0
    assert sales.net == sum(order.net_amount for order in counted)
    assert sales.freight == Decimal("12.50") * len(counted)
    assert sales.total == sum(order.total_amount for order in counted)


@pytest.mark.parametrize("division", ["by_owner", "by_customer", "by_product"])
def test_every_division_adds_up_to_the_whole(
    session: Session, orders: list[SalesOrder], division: str
) -> None:
    sales = sales_between(session, *MARCH)
    parts = getattr(sales, division)
    assert sum(part.net for part in parts) == sales.net
    assert [part.net for part in parts] == sorted((p.net for p in parts), reverse=True)
    shown, others = rest_of(parts, 1)
    assert others is not None
    assert shown[0].net + others.net == sales.net


def test_orders_are_divided_by_who_sold_them(session: Session, orders: list[SalesOrder]) -> None:
    expected: dict[int | None, Decimal] = {}
    for order in _counted(orders):
        key = order.owner.id if order.owner else None
        expected[key] = expected.get(key, Decimal(0)) + order.net_amount
    sales = sales_between(session, *MARCH)
    assert {part.key: part.net for part in sales.by_owner} == expected


def test_spans_of_days_add_up_too(session: Session, orders: list[SalesOrder]) -> None:
    borders = [date(2026, 3, 1), date(2026, 3, 11), date(2026, 3, 21), date(2026, 4, 1)]
    assert sum(net_by_span(session, borders)) == sales_between(session, *MARCH).net


def test_a_month_without_orders_is_nothing(session: Session) -> None:
    sales = sales_between(session, *MARCH)
    assert (sales.orders, sales.net, sales.by_product) == (0, 0, [])


def test_everybody_gets_the_sums_of_their_own_orders(session: Session) -> None:
    seller = make_user(session)
    theirs = make_order(session, "Theirs", state=OrderState.DONE, owner=make_user(session))
    mine = make_order(session, "Mine", state=OrderState.DONE, owner=seller)
    # An order of one's own from a customer of somebody else: it counts, the name is not told.
    lent = make_order(session, theirs.customer, state=OrderState.DONE, owner=seller)
    own = {"SalesOrder": DataScope.OWN, "Customer": DataScope.OWN, "Product": DataScope.ALL}
    mine.customer.owner, theirs.customer.owner = seller, theirs.owner
    session.commit()
    with acting_as(Principal(seller.id, "seller", scopes=own)):
        sales = sales_between(session, *MARCH)
    assert sales.orders == 2
    assert sales.net == mine.net_amount + lent.net_amount
    assert {part.label for part in sales.by_customer} == {"Mine", ""}
    assert sum(part.net for part in sales.by_product) == sales.net
