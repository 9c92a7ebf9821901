"""Who may change accounts and rights, whichever door the change comes through.

Roles, rules and reach are in the hands of administrators. Accounts are, too, and beside them in
the hands of whoever may edit people: within the roles that their own roles may grant, and never
their own account. The checks stand below every screen: forms, bulk actions, imports, the API and
jobs flush through the same session.
"""

from typing import Any

from sqlalchemy import event, func, inspect, select
from sqlalchemy.orm import Session

from app.entities.catalog import ProductCategory
from app.entities.system.access import FieldRight, RoleScope
from app.entities.system.organization import Team
from app.entities.system.row_access import AccessRule, AccessRuleSubject, RecordShare
from app.entities.system.user import ApiKey, Role, User
from app.entities.types import now_utc
from app.extensions import db
from app.lowcode.access.rules import check_rule
from app.lowcode.access.sharing import check_share
from app.lowcode.audit import refusals
from app.lowcode.principal import Principal, current, current_or_none
from app.lowcode.security.company_shape import widens_own_reach
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


#: Of an account: what opens it, what it may do, and where it stands in the company. Relations are
#: named with their key: either may be set.
_DECIDING = {
    "active": (), "roles": (), "password": (), "username": (), "email": (),
    "team": ("team_id",), "region": ("region_id",), "reports_to": ("reports_to_id",),
    "warehouses": (), "categories": (),
}  # fmt: skip
#: what makes a role what it is
_OF_ROLES: dict[type[Any], tuple[str, ...]] = {
    Role: ("name", "permissions", "grants"),
    RoleScope: ("entity", "reach", "role_id"),
    FieldRight: ("entity", "field", "level", "role_id"),
}
#: what a person may change of the own account without asking anybody
_PERSONAL = frozenset({"password", "email"})
#: rights on the screen of people that allow changing something of another's account
_EDITING = {
    "password": ("can_edit", "reset_password"),
    "active": ("can_edit", "activate", "deactivate"),
}


def _before_flush(session: Session, *_unused: Any) -> None:
    with refusals.noticed():
        for row in (*session.new, *session.dirty, *session.deleted):
            _check(session, row)


def _check(session: Session, row: Any) -> None:
    match row:
        case User():
            _check_user(session, row)
        case Role() | RoleScope() | FieldRight():
            _check_role(session, row)
        case AccessRule() if row not in session.deleted:
            _check_administrator(current())
            check_rule(row)
        case AccessRule() | AccessRuleSubject():
            _check_administrator(current())
        case RecordShare():
            check_share(session, row)
        case Team() | ProductCategory():
            _check_shape(session, row)
        case ApiKey() if row in session.new and row.user_id != current().user_id:
            _check_administrator(current())


def _check_shape(session: Session, row: Any) -> None:
    actor = current_or_none()
    if actor is None or actor.sees_all:
        return
    if field := widens_own_reach(session, row, actor):
        raise EscalationRefused(
            "This would widen what you reach yourself. Ask an administrator.", field=field
        )


def _check_user(session: Session, user: Any) -> None:
    is_gone, is_new = user in session.deleted, user in session.new
    changed = {name for name, keys in _DECIDING.items() if is_gone or _changed(user, name, *keys)}
    if is_new:
        # What the person may do; an account without it opens nothing.
        changed = {name for name in ("roles", "password") if getattr(user, name)}
    if not changed:
        return
    actor = current()
    is_self = user.id is not None and user.id == actor.user_id
    if not (is_self and changed <= _PERSONAL):
        _check_may_edit(actor, user, changed, is_new=is_new, is_gone=is_gone)
    if is_new:
        return
    if is_self and (is_gone or user.active is False):
        raise EscalationRefused("You cannot deactivate or delete your own account.")
    if changed & {"active", "roles"} and ADMINISTRATOR in {role.name for role in _roles(user)}:
        session.info[_CHECK] = True


def _check_may_edit(
    actor: Principal, user: Any, changed: set[str], *, is_new: bool, is_gone: bool
) -> None:
    """Administrators; else whoever edits people whose roles, before and after, they may grant."""
    if actor.sees_all:
        return
    if is_new or is_gone:
        is_allowed = actor.can("can_add" if is_new else "can_delete", "User")
    else:
        rights = [_EDITING.get(name, ("can_edit",)) for name in changed]
        is_allowed = all(any(actor.can(right, "User") for right in names) for names in rights)
    if not is_allowed:
        _check_administrator(actor)
    if user.id is not None and user.id == actor.user_id:
        raise EscalationRefused("Nobody changes the own roles or the own place in the company.")
    roles = _roles(user)
    if any(role.id not in actor.grants or role.name == ADMINISTRATOR for role in roles):
        raise EscalationRefused("This account has roles that you may not grant.", field="roles")


def _roles(user: Any) -> list[Any]:
    """The roles of a person as they are and as they were."""
    return [*user.roles, *inspect(user).attrs["roles"].history.deleted]


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
    if not (is_gone or is_new or _changed(row, *_OF_ROLES[type(row)])):
        return
    if role is None or role in session.new:
        _check_administrator(current())
        return
    check_may_change(role)
    if any(granted.name == ADMINISTRATOR for granted in role.grants):
        raise EscalationRefused("Only administrators make administrators.", field="grants")
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
