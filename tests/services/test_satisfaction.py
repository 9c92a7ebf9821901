"""Satisfaction counted by the database equals a count by hand, on both databases."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.entities.customers import Customer
from app.entities.support import Survey, SurveyResponse, Ticket
from app.entities.system.organization import Team
from app.lowcode.principal import DataScope, Principal, acting_as
from app.rules.satisfaction import Tally, tally
from app.rules.support import TicketType
from app.services import satisfaction
from app.services.satisfaction import Group, Wanted
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("database")

SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
BORDERS = [datetime(2026, month, 1, tzinfo=UTC) for month in range(1, 8)]
Rows = list[SurveyResponse]


@pytest.fixture
def rows(session: Session) -> Rows:
    """Three hundred answers within and around the span, about everything and nothing."""
    dice = random.Random(80)  # noqa: S311 - sample rows, not secrets
    teams = [Team(code=f"t{n}", name=f"示例团队 {n}") for n in range(2)]
    session.add_all(teams)
    session.flush()
    agents = [make_user(session, team=dice.choice(teams), name=f"演示 {n}") for n in range(3)]
    owners = [make_user(session), make_user(session)]
    customers = [Customer(name=f"示例 {n}", owner=dice.choice(owners)) for n in range(6)]
    surveys = [Survey(name=f"示例问卷 {n}") for n in range(2)]
    answers = []
    for _ in range(300):
        customer, agent = dice.choice(customers), dice.choice([*agents, None])
        kind = dice.choice([*TicketType, None, None])
        csat, nps = dice.choice([None, 1, 2, 3, 4, 5, 5]), dice.choice([None, *range(11)])
        answers.append(
            SurveyResponse(
                survey=dice.choice(surveys),
                customer=customer,
                ticket=Ticket(subject="示例", customer=customer, type=kind) if kind else None,
                agent=agent,
                team=agent.team if agent else None,
                answered_on=SINCE + timedelta(hours=dice.randrange(-800, 5200)),
                csat=csat if csat or nps is not None else 3,
                nps=nps,
                comment=dice.choice(["差", "好", "", None]),
            )
        )
    # the borders themselves: a month begins with its first moment
    answers[0].answered_on, answers[1].answered_on = BORDERS[2], UNTIL
    session.add_all(answers)
    session.commit()
    return answers


def counted(rows: Rows, fits: Callable[[SurveyResponse], Any]) -> Tally:
    inside = [row for row in rows if SINCE <= row.answered_on < UNTIL and fits(row)]
    return tally([(row.csat, row.nps) for row in inside])


def test_months(session: Session, rows: Rows) -> None:
    found = satisfaction.monthly(session, Wanted(SINCE, UNTIL), BORDERS)
    assert found == [
        counted(rows, lambda row, m=m: row.answered_on.month == m) for m in range(1, 7)
    ]
    assert sum(found, Tally()) == counted(rows, lambda row: True)


def by_key(groups: list[Group]) -> dict[Any, Tally]:
    return {group.key: group.tally for group in groups}


def test_agents_teams_and_types(session: Session, rows: Rows) -> None:
    wanted = Wanted(SINCE, UNTIL)
    keys: dict[Any, Callable[[SurveyResponse], Any]] = {
        satisfaction.by_agent: lambda row: row.agent_id,
        satisfaction.by_team: lambda row: row.team_id,
        satisfaction.by_ticket_type: lambda row: row.ticket.type if row.ticket else None,
    }
    for divide, key_of in keys.items():
        expected = {
            key: counted(rows, lambda row, key=key, key_of=key_of: key_of(row) == key)
            for key in {key_of(row) for row in rows}
        }
        assert by_key(divide(session, wanted)) == expected


@pytest.mark.parametrize("column", ["survey_id", "agent_id", "team_id", "ticket_type"])
def test_every_narrowing_counts_its_answers(session: Session, rows: Rows, column: str) -> None:
    def value_of(row: SurveyResponse) -> Any:
        if column == "ticket_type":
            return row.ticket.type if row.ticket else None
        return getattr(row, column)

    for value in {value_of(row) for row in rows} - {None}:
        wanted = Wanted(SINCE, UNTIL, **{column: value})
        found = satisfaction.monthly(session, wanted, BORDERS)
        assert sum(found, Tally()) == counted(rows, lambda row, v=value: value_of(row) == v)


def test_the_worst_comments_come_first(session: Session, rows: Rows) -> None:
    found = satisfaction.worst(session, Wanted(SINCE, UNTIL), limit=500)
    bad = [
        row
        for row in rows
        if SINCE <= row.answered_on < UNTIL
        and row.comment
        and ((row.csat or 9) <= 2 or (row.nps is not None and row.nps <= 6))
    ]
    assert {row.id for row in found} == {row.id for row in bad}
    order = [(row.csat or 9, 99 if row.nps is None else row.nps) for row in found]
    assert order == sorted(order)
    assert [row.id for row in found[:3]] == [
        row.id for row in satisfaction.worst(session, Wanted(SINCE, UNTIL), limit=3)
    ]


def test_somebody_counts_the_answers_of_their_own_customers(session: Session, rows: Rows) -> None:
    owner = rows[0].customer.owner_id
    person = Principal(owner, "own", scopes={"Customer": DataScope.OWN})
    expected = counted(rows, lambda row: row.customer.owner_id == owner)
    by_type = {
        key: counted(
            rows,
            lambda row, key=key: (
                row.customer.owner_id == owner and (row.ticket.type if row.ticket else None) == key
            ),
        )
        for key in {
            row.ticket.type if row.ticket else None
            for row in rows
            if row.customer.owner_id == owner and SINCE <= row.answered_on < UNTIL
        }
    }
    with acting_as(person):
        wanted = Wanted(SINCE, UNTIL)
        assert sum(satisfaction.monthly(session, wanted, BORDERS), Tally()) == expected
        assert by_key(satisfaction.by_ticket_type(session, wanted)) == by_type
    assert 0 < expected.responses < counted(rows, lambda row: True).responses
