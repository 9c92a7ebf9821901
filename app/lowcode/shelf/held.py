"""The shelf of the acting person: read once, and again when anybody's shelf has changed.

Lists and the sidebar ask here on every page; a page takes no statement for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import g
from sqlalchemy import ColumnElement, or_, select, true

from app.entities.system.user import User
from app.entities.system.views import Favourite, SavedView, ViewDefault, ViewPin
from app.extensions import db
from app.lowcode.principal import Principal, current
from app.rules.views import Audience

#: Shelves kept per process; each is a few kilobytes.
_MOST_KEPT = 1000


@dataclass(frozen=True, slots=True)
class HeldView:
    """A saved view that the person may open."""

    id: int
    entity: str
    name: str
    state: str
    audience: Audience
    team_id: int | None
    role_id: int | None
    maker: str
    #: made by the person
    is_own: bool
    #: shared with somebody else: administrators see those, too
    is_foreign: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """Everything one person keeps, by what they may see of it."""

    views: Mapping[int, HeldView] = field(default_factory=dict)
    #: entity → view that its list opens with; None is the plain list
    defaults: Mapping[str, int | None] = field(default_factory=dict)
    #: the entities of `defaults` that the person chose for themself
    own_defaults: frozenset[str] = frozenset()
    #: (role, entity) → the same for everybody of a role
    role_defaults: Mapping[tuple[int, str], int] = field(default_factory=dict)
    #: keys of views in the sidebar, oldest first
    pins: tuple[int, ...] = ()
    #: (entity, key) of records, newest first
    favourites: tuple[tuple[str, int], ...] = ()

    def of(self, entity: str) -> list[HeldView]:
        """The views of one list by name."""
        found = (view for view in self.views.values() if view.entity == entity)
        return sorted(found, key=lambda view: (view.name.casefold(), view.id))

    def default_of(self, entity: str) -> HeldView | None:
        """The view that the list opens with; None for the plain one."""
        key = self.defaults.get(entity)
        return self.views.get(key) if key is not None else None


_EMPTY = Shelf()
_shelves: dict[tuple[Any, ...], Shelf] = {}


def my_shelf() -> Shelf:
    """The acting person's; empty outside of requests."""
    identity, actor = g.get("identity"), current()
    if identity is None or not identity.shelves or actor.user_id is None:
        return _EMPTY
    roles = my_roles()
    key = (actor.user_id, identity.shelves, tuple(roles), actor.team_id, actor.team_line)
    shelf = _shelves.get(key)
    if shelf is None:
        if len(_shelves) >= _MOST_KEPT:
            _shelves.clear()
        shelf = _shelves[key] = _read(actor, actor.user_id, list(roles))
    return shelf


def my_roles() -> dict[int, str]:
    """Key → name of the acting person's roles, in the order they count."""
    identity = g.get("identity")
    return {key: name for key, name, _version in identity.roles} if identity else {}


def _read(actor: Principal, user_id: int, roles: list[int]) -> Shelf:
    views = _views(actor, user_id, roles)
    defaults, own, by_role = _defaults(user_id, roles, views)
    pins = select(ViewPin.view_id).where(ViewPin.user_id == user_id).order_by(ViewPin.id)
    favourites = (
        select(Favourite.entity, Favourite.entity_id)
        .where(Favourite.user_id == user_id)
        .order_by(Favourite.id.desc())
    )
    return Shelf(
        views=views,
        defaults=defaults,
        own_defaults=own,
        role_defaults=by_role,
        pins=tuple(key for key in db.session.scalars(pins) if key in views),
        favourites=tuple((entity, key) for entity, key in db.session.execute(favourites)),
    )


def _views(actor: Principal, user_id: int, roles: list[int]) -> dict[int, HeldView]:
    for_them = is_for(user_id, roles, _teams(actor))
    # Whoever looks after the product looks after what is shared in it.
    seen = or_(for_them, SavedView.audience != Audience.PERSONAL) if actor.sees_all else for_them
    columns = (
        SavedView.id, SavedView.entity, SavedView.name, SavedView.state, SavedView.audience,
        SavedView.team_id, SavedView.role_id, User.name,
    )  # fmt: skip
    rows = db.session.execute(
        select(*columns, SavedView.user_id == user_id, for_them)
        .join(User, User.id == SavedView.user_id)
        .where(seen)
        .order_by(SavedView.id)
    )
    return {row[0]: HeldView(*row[:7], row[7] or "", bool(row[8]), not row[9]) for row in rows}


def is_for(user_id: int, roles: list[int], teams: list[int]) -> ColumnElement[bool]:
    """The criterion of views that somebody made, or that are shared with them."""
    return or_(
        SavedView.user_id == user_id,
        SavedView.audience == Audience.EVERYBODY,
        SavedView.team_id.in_(teams),
        SavedView.role_id.in_(roles),
    )


def _teams(actor: Principal) -> list[int]:
    return sorted({*actor.team_line, *([actor.team_id] if actor.team_id else [])})


def _defaults(
    user_id: int, roles: list[int], views: Mapping[int, HeldView]
) -> tuple[dict[str, int | None], frozenset[str], dict[tuple[int, str], int]]:
    """What lists open with: the person's own choice, else that of the first role with one."""
    wanted = or_(
        ViewDefault.user_id == user_id,
        true() if current().sees_all else ViewDefault.role_id.in_(roles),
    )
    own: dict[str, int | None] = {}
    by_role: dict[tuple[int, str], int] = {}
    columns = (ViewDefault.entity, ViewDefault.view_id, ViewDefault.user_id, ViewDefault.role_id)
    for entity, view_id, person, role in db.session.execute(select(*columns).where(wanted)):
        if person == user_id:
            own[entity] = view_id
        elif role is not None and view_id in views:
            by_role[role, entity] = view_id
    inherited: dict[str, int | None] = {}
    for role in roles:
        for (holder, entity), view_id in by_role.items():
            if holder == role:
                inherited.setdefault(entity, view_id)
    return inherited | own, frozenset(own), by_role
