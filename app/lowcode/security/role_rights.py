"""What each role gives: rights on screens, whose rows, which columns, and which roles its people
may grant."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    ViewMenu,
    assoc_permissionview_role,
)
from sqlalchemy import String, cast, literal, select, type_coerce, union_all

from app.entities.base import SHARED
from app.entities.system.access import FieldRight, RoleScope
from app.entities.system.user import role_grant
from app.extensions import db
from app.lowcode.links import links_of, shown_with
from app.lowcode.principal import DataScope
from app.rules.access import together
from app.rules.masking import FieldLevel, combined, least

#: (key, version) of a role: what it gives is read again only when its version has moved
RoleVersion = tuple[int, int]


@dataclass(frozen=True)
class RoleRights:
    """The rights of one role."""

    permissions: frozenset[tuple[str, str]] = frozenset()
    reaches: Mapping[str, DataScope] = field(default_factory=dict)
    grants: frozenset[int] = frozenset()
    #: (entity, column) → level, where it is less than writing
    levels: Mapping[tuple[str, str], FieldLevel] = field(default_factory=dict)


@dataclass(frozen=True)
class Rights:
    """The rights of several roles together: whatever one of them gives."""

    permissions: frozenset[tuple[str, str]]
    scopes: Mapping[str, frozenset[DataScope]]
    grants: frozenset[int]
    #: entity → column → level
    field_levels: Mapping[str, Mapping[str, FieldLevel]]

    @property
    def reaches(self) -> frozenset[DataScope]:
        """Every reach over some entity."""
        return frozenset().union(*self.scopes.values())


_MOST_KEPT = 1000
_of_role: dict[RoleVersion, RoleRights] = {}
_joined: dict[tuple[RoleVersion, ...], Rights] = {}


def rights_of_roles(roles: tuple[RoleVersion, ...]) -> Rights:
    """What these roles give together; one statement for all that are not known yet."""
    rights = _joined.get(roles)
    if rights is None:
        if len(_joined) >= _MOST_KEPT:
            _joined.clear()
        rights = _joined[roles] = join(each_of(roles).values())
    return rights


def each_of(roles: Iterable[RoleVersion]) -> dict[int, RoleRights]:
    """Key of the role → what it gives alone."""
    wanted = tuple(roles)
    if len(_of_role) >= _MOST_KEPT:
        _of_role.clear()
    known = {role: _of_role[role] for role in wanted if role in _of_role}
    missing = {role[0]: role for role in wanted if role not in known}
    if missing:
        for key, rights in _read(list(missing)).items():
            known[missing[key]] = _of_role[missing[key]] = rights
    return {key: known[key, version] for key, version in wanted}


def join(parts: Iterable[RoleRights]) -> Rights:
    """Roles add up: rights, grants, and the rows of each."""
    parts = list(parts)
    entities = {entity for part in parts for entity in part.reaches}
    permissions = frozenset[tuple[str, str]]().union(*(part.permissions for part in parts))
    return Rights(
        permissions=permissions,
        scopes=MappingProxyType(
            {
                entity: together(part.reaches.get(entity, DataScope.NONE) for part in parts)
                for entity in entities
            }
        ),
        grants=frozenset[int]().union(*(part.grants for part in parts)),
        field_levels=MappingProxyType(_with_owners_read(_levels(parts), permissions)),
    )


def _levels(parts: list[RoleRights]) -> dict[str, dict[str, FieldLevel]]:
    """The most permissive role counts, of those that open a screen which shows the column."""
    given = {
        (place, *column): level
        for place, part in enumerate(parts)
        for column, level in part.levels.items()
    }
    screens = {
        place: {screen for _permission, screen in part.permissions}
        for place, part in enumerate(parts)
    }
    return combined(given, screens, shown_with)


def _with_owners_read(
    levels: dict[str, dict[str, FieldLevel]], permissions: frozenset[tuple[str, str]]
) -> dict[str, dict[str, FieldLevel]]:
    """Who is responsible for a record is chosen by those alone who may assign it."""
    for mapper in Model.registry.mappers:
        entity, scope = mapper.class_.__name__, getattr(mapper.class_, "scope", SHARED)
        if scope.owner and ("can_assign", entity) not in permissions:
            columns, owner = levels.setdefault(entity, {}), links_of(mapper.class_)[scope.owner]
            columns[owner.name] = least(columns.get(owner.name, FieldLevel.READ), FieldLevel.READ)
    return levels


def forget_roles() -> None:
    """Empty the caches."""
    _of_role.clear()
    _joined.clear()


def _read(role_ids: list[int]) -> dict[int, RoleRights]:
    held = assoc_permissionview_role.c
    pairs = (
        select(held.role_id, literal("may"), Permission.name, ViewMenu.name)
        .join_from(
            assoc_permissionview_role, PermissionView, PermissionView.id == held.permission_view_id
        )
        .join(Permission, Permission.id == PermissionView.permission_id)
        .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
        .where(held.role_id.in_(role_ids))
    )
    scopes = select(
        RoleScope.role_id, literal("reach"), type_coerce(RoleScope.reach, String), RoleScope.entity
    ).where(RoleScope.role_id.in_(role_ids))
    grants = select(
        role_grant.c.role_id, literal("grant"), cast(role_grant.c.granted_id, String), literal("")
    ).where(role_grant.c.role_id.in_(role_ids))
    levels = select(
        FieldRight.role_id,
        literal("level"),
        type_coerce(FieldRight.level, String),
        FieldRight.entity + "." + FieldRight.field,
    ).where(FieldRight.role_id.in_(role_ids))
    found: dict[int, dict[str, list[Any]]] = {key: {} for key in role_ids}
    for role_id, kind, value, name in db.session.execute(union_all(pairs, scopes, grants, levels)):
        found[role_id].setdefault(kind, []).append((value, name))
    return {
        role_id: RoleRights(
            permissions=frozenset(parts.get("may", ())),
            reaches=MappingProxyType(
                {entity: DataScope(reach) for reach, entity in parts.get("reach", ())}
            ),
            grants=frozenset(int(key) for key, _nothing in parts.get("grant", ())),
            levels=MappingProxyType(
                {
                    tuple(column.split(".", 1)): FieldLevel(level)
                    for level, column in parts.get("level", ())
                }
            ),
        )
        for role_id, parts in found.items()
    }
