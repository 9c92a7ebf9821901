"""From a key of a user to the Principal that acts: one statement for the person, one for rights."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    ViewMenu,
    assoc_permissionview_role,
)
from sqlalchemy import String, literal, select, type_coerce, union_all

from app.entities.system.access import RoleScope
from app.entities.system.organization import Team
from app.entities.system.user import Role, User, assoc_user_role
from app.extensions import db
from app.lowcode.principal import DataScope, Principal
from app.rules.access import ADMINISTRATOR
from app.rules.errors import DomainError

#: Nobody is signed in: no rights at all.
ANONYMOUS = Principal(None, "")
#: Principals kept per process; each is a few kilobytes.
_MOST_KEPT = 1000


class InactiveAccount(DomainError):  # noqa: N818 - reads as what happened
    """Something is to be done for somebody who may no longer do anything."""


@dataclass(frozen=True)
class Identity:
    """A user and the (key, name, version) of each role."""

    user: Any
    roles: tuple[tuple[int, str, int], ...]


@dataclass(frozen=True)
class _Rights:
    permissions: frozenset[tuple[str, str]]
    scopes: MappingProxyType[str, DataScope]


_rights: dict[tuple[tuple[int, int], ...], _Rights] = {}
_principals: dict[tuple[Any, ...], Principal] = {}


def principal_for(user_id: int, address: str | None = None) -> Principal:
    """The Principal of a user, for jobs and commands; InactiveAccount when there is none (left)."""
    identity = find_identity(user_id)
    if identity is None or not identity.user.active:
        raise InactiveAccount("This account is no longer active.")
    return principal_of(identity, address)


def find_identity(user_id: int) -> Identity | None:
    """The user with all roles, in one statement."""
    rows = db.session.execute(
        select(User, Role.id, Role.name, Role.version)
        .outerjoin(assoc_user_role, assoc_user_role.c.user_id == User.id)
        .outerjoin(Role, Role.id == assoc_user_role.c.role_id)
        .where(User.id == user_id)
        .order_by(Role.id)
    ).all()
    if not rows:
        return None
    return Identity(
        rows[0][0], tuple((key, name, version) for _, key, name, version in rows if key)
    )


def principal_of(identity: Identity, address: str | None = None) -> Principal:
    """The same object as long as nothing it is made of has changed."""
    user, roles = identity.user, identity.roles
    is_administrator = any(name == ADMINISTRATOR for _key, name, _version in roles)
    rights = _rights_of(tuple((key, version) for key, _name, version in roles))
    needs_team = user.team_id is not None and DataScope.TEAM in rights.scopes.values()
    team_ids = teams_below(user.team_id) if needs_team and not is_administrator else ()
    key = (user.id, user.name, user.team_id, team_ids, roles, address)
    principal = _principals.get(key)
    if principal is None:
        if len(_principals) >= _MOST_KEPT:
            _principals.clear()
        principal = _principals[key] = Principal(
            user_id=user.id,
            name=user.name or user.username,
            permissions=rights.permissions,
            scopes=rights.scopes,
            team_ids=team_ids,
            team_id=user.team_id,
            roles=tuple(name for _key, name, _version in roles),
            is_administrator=is_administrator,
            address=address,
        )
    return principal


def forget_rights() -> None:
    """Empty the caches: needed only where the database itself was exchanged under the process."""
    _rights.clear()
    _principals.clear()


def _rights_of(roles: tuple[tuple[int, int], ...]) -> _Rights:
    """What these roles give together; read again only when one of their versions moved."""
    rights = _rights.get(roles)
    if rights is None:
        if len(_rights) >= _MOST_KEPT:
            _rights.clear()
        rights = _rights[roles] = _read_rights([key for key, _version in roles])
    return rights


def _read_rights(role_ids: list[int]) -> _Rights:
    if not role_ids:
        return _Rights(frozenset(), MappingProxyType({}))
    pairs = (
        select(literal("may"), Permission.name, ViewMenu.name)
        .join(PermissionView, PermissionView.permission_id == Permission.id)
        .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
        .join(
            assoc_permissionview_role,
            assoc_permissionview_role.c.permission_view_id == PermissionView.id,
        )
        .where(assoc_permissionview_role.c.role_id.in_(role_ids))
    )
    scopes = select(literal("reach"), type_coerce(RoleScope.reach, String), RoleScope.entity).where(
        RoleScope.role_id.in_(role_ids)
    )
    permissions: set[tuple[str, str]] = set()
    reach: dict[str, DataScope] = {}
    for kind, value, name in db.session.execute(union_all(pairs, scopes)):
        if kind == "may":
            permissions.add((value, name))
        else:
            reach[name] = max(
                reach.get(name, DataScope.NONE), DataScope(value), key=lambda scope: scope.rank
            )
    return _Rights(frozenset(permissions), MappingProxyType(reach))


def teams_below(team_id: int) -> tuple[int, ...]:
    """The team itself and every team under it, at any depth."""
    below = select(Team.id).where(Team.id == team_id).cte("below", recursive=True)
    below = below.union(select(Team.id).where(Team.parent_id == below.c.id))
    return tuple(sorted(db.session.scalars(select(below.c.id))))
