"""One target for each figure, month and person, team or company."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.entities.customers import Customer
from app.entities.sales.deal import Deal
from app.entities.sales.order import SalesOrder
from app.entities.sales.pipeline import Pipeline
from app.entities.sales.target import Target
from app.entities.system.organization import Team
from app.rules.errors import DomainError
from app.rules.orders import OrderState
from app.rules.pipeline import TargetMetric
from app.services.sales.funnel import funnel_of
from app.services.sales.monthly import sales_between
from app.services.sales.targets import check_target
from tests.factories import make_user


def target(**values: Any) -> Target:
    return Target(
        **{
            "metric": TargetMetric.WON_AMOUNT,
            "period": date(2026, 11, 21),
            "amount": Decimal(1),
            **values,
        }
    )


def test_any_day_of_a_month_means_the_month(session: Session) -> None:
    row = target()
    check_target(session, row)
    assert row.period == date(2026, 11, 1)


def test_the_same_thing_has_no_second_target(session: Session) -> None:
    user, team = make_user(session), Team(code="t", name="一队")
    session.add(team)
    for values in ({}, {"user": user}, {"team": team}, {"metric": TargetMetric.NEW_CUSTOMERS}):
        first = target(**values)
        check_target(session, first)
        session.add(first)
        session.flush()
        check_target(session, first)  # saving it again is no second one
        with pytest.raises(DomainError) as refused:
            check_target(session, target(period=date(2026, 11, 2), **values))
        assert refused.value.field == "period"
    check_target(session, target(period=date(2026, 12, 1)))


def test_a_target_is_for_a_person_or_a_team(session: Session) -> None:
    both = target(user=make_user(session), team=Team(code="t", name="一队"))
    with pytest.raises(DomainError) as refused:
        check_target(session, both)
    assert refused.value.field == "team"


# what was reached -----------------------------------------------------------------
@pytest.mark.usefixtures("database")
def test_what_was_reached_is_what_funnel_and_report_say(
    session: Session, pipeline: Pipeline, new_deal: Callable[..., Deal], stage: Callable[..., Any]
) -> None:
    team = Team(code="t", name="一队")
    me, other = make_user(session, team=team), make_user(session)
    customer = Customer(name="示例公司", owner=me, cooperation_since=date(2026, 11, 30))
    session.add_all([customer, Customer(name="b", owner=me, cooperation_since=date(2026, 12, 1))])
    for owner, amount, day in [(me, 100, 1), (me, 50, 30), (other, 7, 15)]:
        won = new_deal(customer=customer, owner=owner, amount=Decimal(amount))
        won.stage, won.closed_date = stage("won"), date(2026, 11, day)
    earlier = new_deal(customer=customer, owner=me, amount=Decimal(999))
    earlier.stage, earlier.closed_date = stage("won"), date(2026, 10, 31)
    new_deal(customer=customer, owner=me, amount=Decimal(555))  # still open
    for owner, net, state in [
        (me, "12.50", OrderState.DONE),
        (other, "1.25", OrderState.CONFIRMED),
        (me, "400", OrderState.DRAFT),
        (me, "800", OrderState.CANCELLED),
    ]:
        session.add(
            SalesOrder(
                customer=customer, owner=owner, state=state, order_date=date(2026, 11, 9),
                net_amount=Decimal(net), total_amount=Decimal(net),
            )
        )  # fmt: skip
    metric = TargetMetric
    rows = [
        (target(metric=metric.WON_AMOUNT, user=me, amount=Decimal(300)), 150),
        (target(metric=metric.WON_AMOUNT, team=team), 150),
        (target(metric=metric.WON_AMOUNT), 157),
        (target(metric=metric.ORDERS_AMOUNT, user=me), "12.50"),
        (target(metric=metric.ORDERS_AMOUNT), "13.75"),
        (target(metric=metric.NEW_CUSTOMERS, user=me), 1),
        (target(metric=metric.NEW_CUSTOMERS, user=other), 0),
        (target(metric=metric.WON_AMOUNT, user=other, amount=Decimal(0)), 7),
    ]
    session.add_all([row for row, _reached in rows])
    session.commit()
    assert [row.achieved for row, _reached in rows] == [Decimal(reached) for _row, reached in rows]
    assert rows[0][0].achieved_share == Decimal("0.5")
    assert rows[-1][0].achieved_share is None
    month = sales_between(session, date(2026, 11, 1), date(2026, 11, 30))
    assert rows[4][0].achieved == month.net
    closed = Deal.closed_date.between(date(2026, 11, 1), date(2026, 11, 30))
    shown = funnel_of(session, pipeline, closed, today=date(2026, 11, 30), least_days=1)
    assert rows[2][0].achieved == shown.won.amount
