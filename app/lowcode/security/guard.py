"""Rights change by an administrator's hand alone, whichever door the change comes through.

The checks stand below every screen: forms, bulk actions, imports, the API and jobs flush through
the same session.
"""

from typing import Any

from sqlalchemy import event, func, inspect, select
from sqlalchemy.orm import Session

from app.entities.system.access import RoleScope
from app.entities.system.user import ApiKey, Role, User
from app.entities.types import now_utc
from app.extensions import db
from app.lowcode.principal import Principal, current
from app.rules.access import ADMINISTRATOR
from app.rules.errors import DomainError

_CHECK = "kehu_check_administrators"


class EscalationRefused(DomainError):  # noqa: N818 - reads as what happened
    """Somebody tried to give or take rights who may not."""


def install() -> None:
    """Attach to the product's session factory; once per process."""
    factory = db.session.session_factory
    if not event.contains(factory, "before_flush", _before_flush):
        event.listen(factory, "before_flush", _before_flush)
        event.listen(factory, "after_flush", _after_flush)
        event.listen(factory, "after_soft_rollback", _forget)


def _before_flush(session: Session, *_unused: Any) -> None:
    for row in (*session.new, *session.dirty, *session.deleted):
        match row:
            case User():
                _check_user(session, row)
            case Role() | RoleScope():
                _check_role(session, row)
            case ApiKey() if row in session.new and row.user_id != current().user_id:
                _check_administrator(current())


def _check_user(session: Session, user: Any) -> None:
    is_gone, is_new = user in session.deleted, user in session.new
    changed = {name for name in ("active", "roles", "password") if is_gone or _changed(user, name)}
    if is_new:
        changed = {name for name in ("roles", "password") if getattr(user, name)}
    if not changed:
        return
    actor = current()
    if changed != {"password"} or user.id is None or user.id != actor.user_id:
        _check_administrator(actor)
    if is_new:
        return
    if user.id == actor.user_id and (is_gone or user.active is False):
        raise EscalationRefused("You cannot deactivate or delete your own account.")
    was = {role.name for role in (*user.roles, *inspect(user).attrs["roles"].history.deleted)}
    if changed != {"password"} and ADMINISTRATOR in was:
        session.info[_CHECK] = True


def _changed(row: Any, *names: str) -> bool:
    return any(inspect(row).attrs[name].history.has_changes() for name in names)


def _check_role(session: Session, row: Any) -> None:
    is_gone, is_new = row in session.deleted, row in session.new
    role = row if isinstance(row, Role) else row.role
    if row is role and _changed(role, "user"):
        # The other end of a person's roles: what is appended here does not show there yet.
        _check_administrator(current())
        if role.name == ADMINISTRATOR:
            session.info[_CHECK] = True
    names = ("name", "permissions") if row is role else ("entity", "reach", "role_id")
    if not (is_gone or is_new or _changed(row, *names)):
        return
    if role is None or role in session.new:
        _check_administrator(current())
        return
    check_may_change(role)
    if role in session.deleted:
        if row is role and role.user:
            raise EscalationRefused("People still have this role; give them another one first.")
        return
    # A change of rights is a change of the role: its version moves, and cached rights with it.
    role.changed_on = now_utc()


def check_may_change(role: Any) -> None:
    """May the acting person change this role's rights? EscalationRefused otherwise."""
    _check_administrator(current())
    if ADMINISTRATOR in {role.name, *inspect(role).attrs["name"].history.deleted}:
        raise EscalationRefused("The administrator role cannot be changed.")


def _check_administrator(actor: Principal) -> None:
    if not actor.sees_all:
        raise EscalationRefused("Only an administrator may change accounts and rights.")


def _after_flush(session: Session, *_unused: Any) -> None:
    if not session.info.pop(_CHECK, False):
        return
    with session.no_autoflush:
        # Two administrators who demote each other at the same moment wait for one another here.
        role_id = session.scalar(
            select(Role.id).where(Role.name == ADMINISTRATOR).with_for_update()
        )
        left = select(func.count(User.id)).where(User.roles.any(Role.id == role_id), User.active)
        if role_id is not None and not session.scalar(left):
            raise EscalationRefused("At least one active administrator must remain.")


def _forget(session: Session, *_unused: Any) -> None:
    # Savepoints too: what a refused flush was about must not be told of the next one.
    session.info.pop(_CHECK, None)
