"""Tickets on their way, and the ratings and answers that satisfaction is computed from."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.support import Survey, SurveyResponse, Ticket
from app.rules.errors import DomainError
from app.rules.satisfaction import AnswerMode, SurveyKind, check_answers
from app.rules.support import (
    RATED_TICKETS,
    TICKETS,
    TicketStatus,
    check_rating,
    check_solution,
)


def act_on_ticket(ticket: Ticket, action: str, now: datetime) -> None:
    """Do `action` of `rules.support.TICKETS` with a ticket; DomainError where it cannot be done.

    Resolving needs the solution in the ticket. `now` (aware) is kept as the moment of the step.
    """
    after = TICKETS.after(action, ticket.status)
    if after is TicketStatus.RESOLVED:
        ticket.solution = check_solution(ticket.solution)
        ticket.resolved_on = now
    if after is TicketStatus.CLOSED:
        ticket.closed_on = now
    if action == "reopen":
        ticket.resolved_on = ticket.closed_on = None
        ticket.reopen_count = (ticket.reopen_count or 0) + 1
    ticket.first_response_on = ticket.first_response_on or now
    ticket.status = after


def move_ticket(ticket: Ticket, before: TicketStatus, now: datetime) -> None:
    """A ticket whose status was changed from `before` takes the step that leads there."""
    wanted = ticket.status
    ticket.status = before
    act_on_ticket(ticket, TICKETS.action_between(before, wanted), now)


def check_past(ticket: Ticket) -> None:
    """What a file tells of a ticket's past fits its status; DomainError otherwise.

    A solution is not asked for: another system may have kept none.
    """
    if ticket.resolved_on is not None and ticket.status not in RATED_TICKETS:
        raise DomainError("Only a resolved ticket has a day of its solution.", field="resolved_on")
    if ticket.closed_on is not None and ticket.status is not TicketStatus.CLOSED:
        raise DomainError("Only a closed ticket has a day of closing.", field="closed_on")


def check_ticket(session: Session, ticket: Ticket) -> None:
    """Contact and order are the customer's; the team is the assignee's unless it was chosen."""
    with session.no_autoflush:
        _check_same_customer(ticket, "contact", "order")
        if ticket.team is None and ticket.assignee is not None:
            ticket.team = ticket.assignee.team


def _check_same_customer(row: Any, *names: str) -> None:
    for name in names:
        other = getattr(row, name)
        if other is not None and other.customer is not row.customer:
            raise DomainError("%(name)s belongs to another customer.", field=name, name=repr(other))


def rate_ticket(
    session: Session,
    ticket: Ticket,
    rating: int,
    comment: str | None,
    now: datetime,
    mode: AnswerMode = AnswerMode.PHONE,
) -> SurveyResponse:
    """The customer's rating from 1 to 5, kept as the ticket's one answer to the survey for tickets.

    A second rating replaces the first. DomainError before the ticket is resolved.
    """
    if ticket.status not in RATED_TICKETS:
        raise DomainError("A ticket is rated when it is resolved.")
    ticket.rating = check_rating(rating)
    ticket.rating_comment = comment or None
    with session.no_autoflush:  # a half-filled answer must not be written by a lazy load
        mine = SurveyResponse.ticket_id == ticket.id
        response: SurveyResponse = session.scalar(select(SurveyResponse).where(mine)) or (
            SurveyResponse(survey=survey_for_tickets(session), ticket=ticket)
        )
        response.customer, response.contact = ticket.customer, ticket.contact
        response.order = ticket.order
        response.agent, response.team = ticket.assignee, ticket.team
        response.mode, response.answered_on = mode, now
        response.csat, response.comment = ticket.rating, ticket.rating_comment
        session.add(response)
    return response


def survey_for_tickets(session: Session) -> Survey:
    """The active survey that ratings of tickets are answers to; DomainError without one."""
    survey: Survey | None = session.scalar(
        select(Survey)
        .where(Survey.is_active.is_(True), Survey.kind != SurveyKind.NPS)
        .order_by(Survey.is_for_tickets.desc(), Survey.id)
        .limit(1)
    )
    if survey is None:
        raise DomainError("No active survey asks for satisfaction. Make one under “Surveys” first.")
    return survey


def check_survey(session: Session, survey: Survey) -> None:
    """The survey for tickets asks for satisfaction, and a new one replaces the old one."""
    if not survey.is_for_tickets:
        return
    if survey.kind == SurveyKind.NPS:
        raise DomainError("The survey for tickets must ask for satisfaction.", field="kind")
    with session.no_autoflush:
        for other in session.scalars(select(Survey).where(Survey.is_for_tickets.is_(True))):
            if other is not survey:
                other.is_for_tickets = False


def check_response(session: Session, response: SurveyResponse) -> None:
    """Answers what the survey asks, about things of the same customer.

    Agent and team are those of the ticket unless they were chosen; the ticket shows the answer.
    """
    with session.no_autoflush:
        check_answers(response.survey.kind, response.csat, response.nps)
        _check_same_customer(response, "contact", "ticket", "order")
        ticket = response.ticket
        if ticket is not None:
            response.agent = response.agent or ticket.assignee
            response.team = response.team or ticket.team
            ticket.rating, ticket.rating_comment = response.csat, response.comment
        if response.team is None and response.agent is not None:
            response.team = response.agent.team


def forget_response(response: SurveyResponse) -> None:
    """Take the rating off the ticket of an answer that is about to be deleted."""
    if response.ticket is not None:
        response.ticket.rating = response.ticket.rating_comment = None
