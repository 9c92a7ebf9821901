"""Tickets take steps and keep their moments; ratings and answers stay together."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.entities.customers import Contact, Customer
from app.entities.support import Survey, SurveyResponse, Ticket
from app.entities.system.organization import Team
from app.rules.errors import DomainError
from app.rules.satisfaction import SurveyKind
from app.rules.support import TicketStatus
from app.services.support import (
    act_on_ticket,
    check_response,
    check_survey,
    check_ticket,
    forget_response,
    move_ticket,
    rate_ticket,
)
from tests.factories import make_user

NOW = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=3)


def ticket_of(session: Session, **values: Any) -> Ticket:
    ticket = Ticket(**{"subject": "示例", "customer": Customer(name="示例"), **values})
    session.add(ticket)
    session.commit()
    return ticket


def survey_of(session: Session, **values: Any) -> Survey:
    survey = Survey(name=f"示例 {session.scalar(select(func.count(Survey.id)))}", **values)
    session.add(survey)
    session.commit()
    return survey


def test_a_ticket_keeps_the_moments_of_its_steps(session: Session) -> None:
    ticket = ticket_of(session)
    act_on_ticket(ticket, "start", NOW)
    assert (ticket.status, ticket.first_response_on) == (TicketStatus.OPEN, NOW)
    ticket.solution = " 已更换电源 "
    act_on_ticket(ticket, "resolve", LATER)
    assert (ticket.first_response_on, ticket.resolved_on) == (NOW, LATER)
    assert ticket.solution == "已更换电源"
    act_on_ticket(ticket, "close", LATER)
    assert (ticket.status, ticket.closed_on) == (TicketStatus.CLOSED, LATER)


def test_reopening_counts_and_forgets_the_end(session: Session) -> None:
    ticket = ticket_of(session, status=TicketStatus.CLOSED, resolved_on=NOW, closed_on=NOW)
    act_on_ticket(ticket, "reopen", LATER)
    assert (ticket.resolved_on, ticket.closed_on, ticket.reopen_count) == (None, None, 1)


@pytest.mark.parametrize("solution", [None, "", "   "])
def test_nothing_is_resolved_without_a_solution(session: Session, solution: str | None) -> None:
    ticket = ticket_of(session, solution=solution)
    with pytest.raises(DomainError) as refused:
        act_on_ticket(ticket, "resolve", NOW)
    assert refused.value.field == "solution"
    assert (ticket.status, ticket.resolved_on) == (TicketStatus.NEW, None)


def test_a_moved_card_is_the_action_that_leads_there(session: Session) -> None:
    ticket = ticket_of(session, solution="已处理")
    ticket.status = TicketStatus.RESOLVED
    move_ticket(ticket, TicketStatus.NEW, NOW)
    assert (ticket.status, ticket.resolved_on) == (TicketStatus.RESOLVED, NOW)
    ticket.status = TicketStatus.WAITING
    with pytest.raises(DomainError):
        move_ticket(ticket, TicketStatus.RESOLVED, NOW)


def test_the_contact_of_a_ticket_is_the_customers(session: Session) -> None:
    elsewhere = Contact(name="演示", customer=Customer(name="示例乙"))
    ticket = ticket_of(session)
    ticket.contact = elsewhere
    with pytest.raises(DomainError) as refused:
        check_ticket(session, ticket)
    assert refused.value.field == "contact"


def test_the_team_of_a_ticket_is_the_assignees_unless_chosen(session: Session) -> None:
    first, second = Team(code="a", name="甲"), Team(code="b", name="乙")
    person = make_user(session, team=first)
    ticket, other = ticket_of(session, assignee=person), ticket_of(session, assignee=person)
    other.team = second
    check_ticket(session, ticket)
    check_ticket(session, other)
    assert (ticket.team, other.team) == (first, second)


def test_a_rating_is_one_answer_to_the_survey_for_tickets(session: Session) -> None:
    survey_of(session)
    survey = survey_of(session, is_for_tickets=True)
    ticket = ticket_of(session, status=TicketStatus.RESOLVED, assignee=make_user(session))
    rate_ticket(session, ticket, 2, "等了很久", NOW)
    session.commit()
    rate_ticket(session, ticket, 5, None, LATER)
    session.commit()
    answer = session.scalars(select(SurveyResponse)).one()
    assert (answer.survey, answer.customer, answer.agent, answer.answered_on) == (
        survey,
        ticket.customer,
        ticket.assignee,
        LATER,
    )
    assert (answer.csat, answer.comment, ticket.rating, ticket.rating_comment) == (5, None, 5, None)


@pytest.mark.parametrize("status", TicketStatus)
def test_a_ticket_is_rated_once_it_is_resolved(session: Session, status: TicketStatus) -> None:
    survey_of(session)
    ticket = ticket_of(session, status=status)
    if status in {TicketStatus.RESOLVED, TicketStatus.CLOSED}:
        rate_ticket(session, ticket, 4, None, NOW)
        assert ticket.rating == 4
    else:
        with pytest.raises(DomainError):
            rate_ticket(session, ticket, 4, None, NOW)


def test_without_a_survey_of_satisfaction_nothing_is_rated(session: Session) -> None:
    survey_of(session, kind=SurveyKind.NPS)
    survey_of(session, is_active=False)
    ticket = ticket_of(session, status=TicketStatus.RESOLVED)
    with pytest.raises(DomainError):
        rate_ticket(session, ticket, 4, None, NOW)


def test_one_survey_is_for_tickets(session: Session) -> None:
    old = survey_of(session, is_for_tickets=True)
    new = survey_of(session, is_for_tickets=True)
    check_survey(session, new)
    assert (old.is_for_tickets, new.is_for_tickets) == (False, True)
    new.kind = SurveyKind.NPS
    with pytest.raises(DomainError):
        check_survey(session, new)


def test_an_answer_about_a_ticket_shows_on_it_and_takes_its_agent(session: Session) -> None:
    team = Team(code="a", name="甲")
    ticket = ticket_of(session, assignee=make_user(session, team=team), team=team)
    answer = SurveyResponse(
        survey=survey_of(session), customer=ticket.customer, ticket=ticket, csat=3, comment="一般"
    )
    check_response(session, answer)
    assert (answer.agent, answer.team) == (ticket.assignee, team)
    assert (ticket.rating, ticket.rating_comment) == (3, "一般")
    forget_response(answer)
    assert (ticket.rating, ticket.rating_comment) == (None, None)


def test_an_answer_is_about_things_of_the_same_customer(session: Session) -> None:
    ticket = ticket_of(session)
    answer = SurveyResponse(
        survey=survey_of(session), customer=Customer(name="示例乙"), ticket=ticket, csat=3
    )
    with pytest.raises(DomainError) as refused:
        check_response(session, answer)
    assert refused.value.field == "ticket"
