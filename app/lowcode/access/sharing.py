"""Sharing one record with a person or a team, beyond what their roles reach (read or write)."""

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from app.entities.system.organization import Team
from app.entities.system.row_access import RecordShare
from app.entities.system.user import User
from app.entities.types import now_utc
from app.lowcode.naming import entity_named
from app.lowcode.principal import Principal, current, system
from app.lowcode.scope import ScopeViolation, criterion
from app.lowcode.settings import company_zone
from app.rules.access import Access
from app.rules.errors import InvalidInput


def can_be_shared(model: type[Any]) -> bool:
    """Records that belong to people; what belongs to such a record follows it."""
    scope = getattr(model, "scope", None)
    return bool(scope is not None and scope.owner)


def shares_of(session: Session, row: Any) -> list[RecordShare]:
    """The shares of a record that the acting person sees, oldest first; ended ones too."""
    held = select(RecordShare).where(*_of(row)).order_by(RecordShare.id)
    return list(session.scalars(held))


def share(
    session: Session,
    row: Any,
    subject: User | Team,
    access: Access = Access.READ,
    until: date | None = None,
    *,
    notes: str | None = None,
) -> RecordShare:
    """Show a record to a person or team up to the end of the day `until`; flushes.

    A second share with the same one changes the first. Needs the right `can_share` on the
    record's screen; DomainError for what the acting person does not hold themself.
    """
    is_person = isinstance(subject, User)
    column = RecordShare.user_id if is_person else RecordShare.team_id
    found = session.scalar(select(RecordShare).where(*_of(row), column == subject.id))
    if found is None:
        found = RecordShare(entity=type(row).__name__, entity_id=row.id)
        found.user_id, found.team_id = (subject.id, None) if is_person else (None, subject.id)
        # The trail names whom it is shared with: by the row, which a key alone does not load yet.
        found.user, found.team = (subject, None) if is_person else (None, subject)
        session.add(found)
    found.access, found.until, found.notes = access, _end_of(until), notes
    session.flush()
    return found


def unshare(session: Session, held: RecordShare) -> None:
    """Take a share back; flushes."""
    session.delete(held)
    session.flush()


def check_share(session: Session, held: RecordShare) -> None:
    """`before_flush`: nobody gives or takes what they do not hold; ScopeViolation otherwise."""
    model = entity_named(held.entity)
    if model is None or not can_be_shared(model):
        raise InvalidInput("These records cannot be shared.", field="entity")
    ended = held.until is not None and held.until <= now_utc()
    if ended and held not in session.deleted and inspect(held).attrs.until.history.has_changes():
        raise InvalidInput("The day is over already.", field="until")
    actor = current()
    if actor.sees_all:
        return
    if not actor.can("can_share", held.entity):
        raise ScopeViolation("You may not share these records.")
    access = Access.READ if held in session.deleted else held.access or Access.READ
    if not _holds(session, actor, model, held.entity_id, access):
        raise ScopeViolation("Nobody shares more than they hold themself.", field="access")


def _holds(session: Session, actor: Principal, model: type[Any], key: int, access: Access) -> bool:
    if access is Access.WRITE and not actor.can("can_edit", model.__name__):
        return False
    clause = criterion(model, actor, access)
    found = select(model.id).where(model.id == key)
    with session.no_autoflush, system("sharing"):
        return session.scalar(found if clause is None else found.where(clause)) is not None


def _of(row: Any) -> tuple[Any, ...]:
    return RecordShare.entity == type(row).__name__, RecordShare.entity_id == row.id


def _end_of(day: date | None) -> datetime | None:
    """The last moment of a day by the company's clock."""
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=1), time(), company_zone()) - timedelta(seconds=1)
