"""Targets: one for each figure, month and person, team or company."""

from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.entities.base import Entity
from app.entities.sales.target import Target
from app.rules.errors import DomainError
from app.rules.pipeline import TargetMetric


def check_target(session: Session, target: Target) -> None:
    """Puts the month on its first day; DomainError for a second target of the same thing."""
    if target.user is not None and target.team is not None:
        raise DomainError("A target is for a person or for a team, not for both.", field="team")
    target.period = target.period.replace(day=1)
    with session.no_autoflush:
        same = session.scalars(
            select(Target).where(
                Target.metric == (target.metric or TargetMetric.WON_AMOUNT),
                Target.period == target.period,
                _is(Target.user_id, target.user),
                _is(Target.team_id, target.team),
            )
        )
        if any(row is not target for row in same):
            raise DomainError("There is a target for this already.", field="period")


def _is(column: Any, row: Entity | None) -> ColumnElement[bool]:
    clause: ColumnElement[bool] = column.is_(None) if row is None else column == row.id
    return clause
