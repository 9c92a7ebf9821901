"""One target for each figure, month and person, team or company."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.entities.sales.target import Target
from app.entities.system.organization import Team
from app.rules.errors import DomainError
from app.rules.pipeline import TargetMetric
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
