"""Satisfaction counted in the database: by month, agent, team and type of ticket."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from app.entities.support import SurveyResponse, Ticket
from app.entities.system.organization import Team
from app.entities.system.user import User
from app.rules.satisfaction import DETRACTOR, PROMOTER, SATISFIED, Tally
from app.rules.support import TicketType

#: from here down a comment is worth reading first
WORST_CSAT, WORST_NPS = 2, DETRACTOR


@dataclass(frozen=True)
class Wanted:
    """Which answers count: given since `since` and before `until` (aware), narrowed by the rest."""

    since: datetime
    until: datetime
    survey_id: int | None = None
    agent_id: int | None = None
    team_id: int | None = None
    ticket_type: TicketType | None = None

    def condition(self) -> ColumnElement[bool]:
        parts: list[ColumnElement[bool]] = [
            SurveyResponse.answered_on >= self.since,
            SurveyResponse.answered_on < self.until,
        ]
        for column, key in (
            (SurveyResponse.survey_id, self.survey_id),
            (SurveyResponse.agent_id, self.agent_id),
            (SurveyResponse.team_id, self.team_id),
        ):
            parts += [] if key is None else [column == key]
        if self.ticket_type is not None:
            # By subquery and not by a join: every statement here keeps one row per answer.
            typed = select(Ticket.id).where(Ticket.type == self.ticket_type)
            parts.append(SurveyResponse.ticket_id.in_(typed))
        return and_(*parts)


@dataclass(frozen=True)
class Group:
    """The answers about one agent, team or type; key None are those about none."""

    key: Any
    label: str
    tally: Tally


def monthly(session: Session, wanted: Wanted, borders: Sequence[datetime]) -> list[Tally]:
    """One tally per span between two `borders` (aware, ascending)."""
    branches = [(SurveyResponse.answered_on < end, place) for place, end in enumerate(borders[1:])]
    span = case(*branches, else_=len(branches))
    statement = _counted(span).where(
        wanted.condition(),
        SurveyResponse.answered_on >= borders[0],
        SurveyResponse.answered_on < borders[-1],
    )
    found = dict(_read(session, statement.group_by(span)))
    return [found.get(place, Tally()) for place in range(len(branches))]


def by_agent(session: Session, wanted: Wanted) -> list[Group]:
    """Tallies by who served the customer, by name."""
    return _by_row(session, wanted, SurveyResponse.agent_id, User)


def by_team(session: Session, wanted: Wanted) -> list[Group]:
    """Tallies by the team that served the customer, by name."""
    return _by_row(session, wanted, SurveyResponse.team_id, Team)


def by_ticket_type(session: Session, wanted: Wanted) -> list[Group]:
    """Tallies by the type of the ticket that was answered about; key None are other answers."""
    statement = _counted(Ticket.type).outerjoin(SurveyResponse.ticket).where(wanted.condition())
    found = dict(_read(session, statement.group_by(Ticket.type)))
    order = [*TicketType, None]
    return [Group(key, key.label if key else "", found[key]) for key in order if key in found]


def worst(session: Session, wanted: Wanted, limit: int = 10) -> list[SurveyResponse]:
    """The commented answers of the least satisfied people, the worst and newest first."""
    statement = (
        select(SurveyResponse)
        .where(
            wanted.condition(),
            SurveyResponse.comment.is_not(None),
            SurveyResponse.comment != "",
            or_(SurveyResponse.csat <= WORST_CSAT, SurveyResponse.nps <= WORST_NPS),
        )
        .order_by(
            SurveyResponse.csat.asc().nulls_last(),
            SurveyResponse.nps.asc().nulls_last(),
            SurveyResponse.answered_on.desc(),
            SurveyResponse.id.desc(),
        )
        .limit(limit)
    )
    return list(session.scalars(statement))


def _by_row(session: Session, wanted: Wanted, column: Any, target: type[Any]) -> list[Group]:
    found = dict(_read(session, _counted(column).where(wanted.condition()).group_by(column)))
    names = select(target.id, target.name).where(target.id.in_([k for k in found if k is not None]))
    groups = [Group(key, name, found[key]) for key, name in session.execute(names)]
    groups.sort(key=lambda group: (group.label, group.key))
    return groups + ([Group(None, "", found[None])] if None in found else [])


def _counted(key: Any) -> Select[Any]:
    csat, nps = SurveyResponse.csat, SurveyResponse.nps
    return select(
        key,
        func.count(SurveyResponse.id),
        func.count(csat),
        func.coalesce(func.sum(csat), 0),
        func.count(case((csat >= SATISFIED, 1))),
        func.count(nps),
        func.count(case((nps >= PROMOTER, 1))),
        func.count(case((nps <= DETRACTOR, 1))),
    ).select_from(SurveyResponse)


def _read(session: Session, statement: Select[Any]) -> list[tuple[Any, Tally]]:
    return [(key, Tally(*map(int, counts))) for key, *counts in session.execute(statement)]
