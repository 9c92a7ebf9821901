"""From a key of a user to the Principal that acts: one statement for the person, one for rights."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from itertools import groupby
from typing import Any

from flask_login import UserMixin
from sqlalchemy import ColumnElement, Select, select

from app.entities.system.user import Role, User, assoc_user_role
from app.extensions import db
from app.lowcode.access.epoch import EPOCH, SHELVES
from app.lowcode.principal import DataScope, Principal
from app.lowcode.scope import of_nobody
from app.lowcode.security.role_rights import Rights, forget_roles, rights_of_roles
from app.lowcode.security.standing import NOWHERE, Standing, standing_of
from app.rules.access import ADMINISTRATOR
from app.rules.errors import DomainError

#: Nobody is signed in: no rights at all.
ANONYMOUS = Principal(None, "")
#: Principals kept per process; each is a few kilobytes.
_MOST_KEPT = 1000


class InactiveAccount(DomainError):  # noqa: N818 - reads as what happened
    """Something is to be done for somebody who may no longer do anything."""


@dataclass(frozen=True)
class Account(UserMixin):  # type: ignore[misc] - the library says nothing of its types
    """What each request asks of an account; who changes it reads its row: `row_of`."""

    id: int
    username: str
    name: str | None
    active: bool
    must_change_password: bool
    team_id: int | None
    region_id: int | None
    locale: str | None
    timezone: str | None
    theme: str | None
    density: str | None

    @property
    def is_active(self) -> bool:
        return self.active


@dataclass(frozen=True)
class Identity:
    """A user and the (key, name, version) of each role."""

    user: Account
    roles: tuple[tuple[int, str, int], ...]
    #: what is known of where people stand is good while this number stays
    epoch: int = 0
    #: the same for what people keep on their shelves
    shelves: int = 0
    #: columns of the session or API key that led here
    proof: Any = None
    #: the one role that is left of the person's
    role_id: int | None = None

    def limited_to(self, role_id: int) -> "Identity | None":
        """The same person with this role alone; None where it is none of theirs."""
        roles = tuple(role for role in self.roles if role[0] == role_id)
        return replace(self, roles=roles, role_id=role_id) if roles else None


_standings: dict[tuple[Any, ...], Standing] = {}
_principals: dict[tuple[Any, ...], Principal] = {}


def principal_for(
    user_id: int, address: str | None = None, role_id: int | None = None
) -> Principal:
    """The Principal of a user, for jobs and commands; InactiveAccount when there is none (left).

    `role_id`: with this role alone, as a key for programs acts.
    """
    identity = find_identity(user_id)
    if identity is not None and role_id is not None:
        identity = identity.limited_to(role_id)
    if identity is None or not identity.user.active:
        raise InactiveAccount("This account is no longer active.")
    return principal_of(identity, address)


def row_of(account: Account) -> Any:
    """The row of an account, to be changed."""
    return db.session.scalars(of_nobody(select(User).where(User.id == account.id))).one()


def find_identity(user_id: int) -> Identity | None:
    """The user with all roles, in one statement."""
    return _find(_PEOPLE.where(User.id == user_id))


def find_identities(*conditions: ColumnElement[bool]) -> list[Identity]:
    """Many users with all their roles, by name, in one statement."""
    rows = db.session.execute(
        _PEOPLE.where(*conditions).order_by(None).order_by(User.name, User.id, Role.id)
    ).all()
    by_user = [list(group) for _key, group in groupby(rows, key=lambda row: row[0])]
    return [_identity(group) for group in by_user]


def holders(
    proof: type[Any], columns: Sequence[Any], *conditions: ColumnElement[bool]
) -> Select[Any]:
    """The statement for `find_holder`, to be kept: its conditions name their values."""
    people = _PEOPLE.join(proof, proof.user_id == User.id).add_columns(*columns)
    return of_nobody(people.where(*conditions))


def find_holder(statement: Select[Any], **values: Any) -> Identity | None:
    """The user of a session or an API key, and what its columns hold, in the same statement."""
    # Nothing of it belongs to the unit of work, through which it would take half as long again.
    rows = db.session.connection().execute(statement, values).all()
    return _identity(rows) if rows else None


_ACCOUNT = [getattr(User, field.name) for field in fields(Account)]
_OF_ROLE = len(_ACCOUNT)
_PEOPLE = (
    select(*_ACCOUNT, Role.id, Role.name, Role.version, EPOCH, SHELVES)
    .outerjoin(assoc_user_role, assoc_user_role.c.user_id == User.id)
    .outerjoin(Role, Role.id == assoc_user_role.c.role_id)
    .order_by(Role.id)
)


def _find(people: Select[Any]) -> Identity | None:
    rows = db.session.execute(people).all()
    return _identity(rows) if rows else None


def _identity(rows: Sequence[Any]) -> Identity:
    first = rows[0]
    roles = tuple(tuple(row[_OF_ROLE : _OF_ROLE + 3]) for row in rows if row[_OF_ROLE])
    epoch, shelves = first[_OF_ROLE + 3 : _OF_ROLE + 5]
    return Identity(Account(*first[:_OF_ROLE]), roles, epoch or 0, shelves or 0, first)


def principal_of(identity: Identity, address: str | None = None) -> Principal:
    """The same object as long as nothing it is made of has changed."""
    user, roles = identity.user, identity.roles
    is_administrator = any(name == ADMINISTRATOR for _key, name, _version in roles)
    rights = rights_of_roles(tuple((key, version) for key, _name, version in roles))
    standing = NOWHERE if is_administrator else _standing_of(identity, rights.reaches)
    key = (user.id, user.name, standing, roles, identity.role_id, address)
    principal = _principals.get(key)
    if principal is None:
        if len(_principals) >= _MOST_KEPT:
            _principals.clear()
        principal = _principals[key] = make_principal(identity, rights, standing, address)
    return principal


def make_principal(
    identity: Identity, rights: Rights, standing: Standing, address: str | None = None
) -> Principal:
    """A person with given rights and a given standing, for whoever asks "what if"."""
    user, roles = identity.user, identity.roles
    return Principal(
        user_id=user.id,
        name=user.name or user.username,
        permissions=rights.permissions,
        scopes=rights.scopes,
        team_id=user.team_id,
        team_ids=standing.team_ids,
        team_line=standing.team_line,
        people_ids=standing.people_ids,
        region_id=user.region_id,
        region_team_ids=standing.region_team_ids,
        places=standing.places,
        shared=standing.shared,
        rules=standing.rules,
        field_levels=rights.field_levels,
        roles=tuple(name for _key, name, _version in roles),
        role_id=identity.role_id,
        grants=rights.grants,
        is_administrator=any(name == ADMINISTRATOR for _key, name, _version in roles),
        address=address,
    )


def _standing_of(identity: Identity, reaches: frozenset[DataScope]) -> Standing:
    """Read again only when the epoch of access or the person's own roles have moved."""
    user, role_ids = identity.user, tuple(key for key, _name, _version in identity.roles)
    key = (user.id, user.team_id, user.region_id, role_ids, reaches, identity.epoch)
    standing = _standings.get(key)
    if standing is None or not standing.holds:
        if len(_standings) >= _MOST_KEPT:
            _standings.clear()
        standing = _standings[key] = standing_of(user, role_ids, reaches)
    return standing


def forget_rights() -> None:
    """Empty the caches: needed only where the database itself was exchanged under the process."""
    forget_roles()
    _standings.clear()
    _principals.clear()
