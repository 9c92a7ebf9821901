"""The WHERE clause of a person's rows: data scopes, shares, allowing rules, less denying ones."""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    case,
    false,
    func,
    inspect,
    or_,
    select,
    true,
)

from app.entities.base import SHARED
from app.entities.system.row_access import RecordShare
from app.entities.types import UTCDateTime, now_utc
from app.lowcode.principal import Principal
from app.rules.access import PLACE_SCOPES, Access, DataScope, RuleEffect

Clause = ColumnElement[bool]


def criterion(
    model: type[Any], principal: Principal, access: Access = Access.READ
) -> Clause | None:
    """Leaves the rows of `model` that `principal` may read (or change); None: all of them."""
    if principal.sees_all:
        return None
    clause = _given(model, principal, access)
    denied = [
        rule.clause
        for rule in principal.rules.get(model.__name__, ())
        if rule.effect is RuleEffect.DENY
        # Who may not read a row may not change it either.
        and (rule.operation is Access.READ or access is Access.WRITE)
    ]
    if not denied:
        return clause
    # CASE: what cannot be decided (an empty column) is not denied.
    allowed = case((or_(*denied), false()), else_=true())
    return allowed if clause is None else and_(clause, allowed)


def visible(model: type[Any], principal: Principal, access: Access = Access.READ) -> Clause:
    """The criterion with the rights on the screen: without them no row is read or changed."""
    needed = ("can_list", "can_show") if access is Access.READ else ("can_edit",)
    if not any(principal.can(right, model.__name__) for right in needed):
        return false()
    clause = criterion(model, principal, access) if hasattr(model, "scope") else None
    return true() if clause is None else clause


def offered_reaches(model: type[Any]) -> tuple[DataScope, ...]:
    """What a role may be given over the rows of an entity; empty where they are everybody's."""
    scope = getattr(model, "scope", SHARED)
    if scope.owner:
        return tuple(DataScope)
    return PLACE_SCOPES if scope.place else ()


def decides_about(model: type[Any]) -> type[Any]:
    """The entity whose data scope decides: the model's own or that of the parents above it."""
    while getattr(model, "scope", SHARED).parent:
        model = inspect(model).relationships[model.scope.parent].mapper.class_
    return model


def is_restricted(model: type[Any], principal: Principal) -> bool:
    """Are there rows of `model` that `principal` might not read or change?"""
    return getattr(model, "scope", SHARED) != SHARED or model.__name__ in principal.rules


def _given(model: type[Any], principal: Principal, access: Access) -> Clause | None:
    scope = model.scope
    if scope.parent:
        reached = _through(model, principal, access)
    elif scope.owner:
        reached = _by_people(model, principal)
    elif scope.place:
        reached = _by_place(model, principal)
    else:
        return None
    if reached is None:
        return None
    return or_(reached, *_beyond(model, principal, access))


def _through(model: type[Any], principal: Principal, access: Access) -> Clause | None:
    relationship = inspect(model).relationships[model.scope.parent]
    parent = relationship.mapper.class_
    inner = criterion(parent, principal, access)
    if inner is None:
        return None
    (local,) = relationship.local_columns
    key = getattr(model, inspect(model).get_property_by_column(local).key)
    # Uncorrelated: the statement around it may well select from the parent, too.
    return key.in_(select(parent.id).where(inner).correlate(None))


def _by_people(model: type[Any], principal: Principal) -> Clause | None:
    reaches = principal.reaches(model.__name__)
    if DataScope.ALL in reaches:
        return None
    return or_(false(), *(_REACHES[reach](model, principal) for reach in sorted(reaches)))


def _own(model: type[Any], principal: Principal) -> Clause:
    return getattr(model, model.scope.owner) == principal.user_id


def _below(model: type[Any], principal: Principal) -> Clause:
    return getattr(model, model.scope.owner).in_([principal.user_id, *principal.people_ids])


def _team_only(model: type[Any], principal: Principal) -> Clause:
    if principal.team_id is None:
        return _own(model, principal)
    return or_(_own(model, principal), getattr(model, model.scope.team) == principal.team_id)


def _team(model: type[Any], principal: Principal) -> Clause:
    team = getattr(model, model.scope.team)
    return or_(_own(model, principal), team.in_(principal.team_ids))


def _region(model: type[Any], principal: Principal) -> Clause:
    """By the row's own region; rows that say none (or never do) by the region of their team."""
    if principal.region_id is None:
        return _own(model, principal)
    by_team = getattr(model, model.scope.team).in_(principal.region_team_ids)
    region = getattr(model, "region_id", None)
    if region is not None:
        by_team = or_(region == principal.region_id, and_(region.is_(None), by_team))
    return or_(_own(model, principal), by_team)


_REACHES: dict[DataScope, Callable[[type[Any], Principal], Clause]] = {
    DataScope.OWN: _own,
    DataScope.BELOW: _below,
    DataScope.TEAM_ONLY: _team_only,
    DataScope.TEAM: _team,
    DataScope.REGION: _region,
}


def by_reach(row: type[Any], reach: DataScope, principal: Principal) -> Clause:
    """The rows of one reach; `row` has a scope and its columns, as an entity with owners has."""
    return _REACHES[reach](row, principal)


def holds(
    principal: Principal,
    entity: str,
    owner: int | None,
    team: int | None,
    region: int | None = None,
) -> bool:
    """The same in Python: would a row with these keys lie within the person's data scopes?"""
    reaches = principal.reaches(entity)
    if DataScope.ALL in reaches or (reaches and owner is not None and owner == principal.user_id):
        return True
    by_region = (
        team in principal.region_team_ids if region is None else region == principal.region_id
    )
    return (
        (DataScope.BELOW in reaches and owner in principal.people_ids)
        or (DataScope.TEAM_ONLY in reaches and team is not None and team == principal.team_id)
        or (DataScope.TEAM in reaches and team in principal.team_ids)
        or (DataScope.REGION in reaches and principal.region_id is not None and by_region)
    )


def _by_place(model: type[Any], principal: Principal) -> Clause | None:
    reaches = principal.reaches(model.__name__)
    if DataScope.ALL in reaches:
        return None
    if not reaches:
        return false()
    scope = model.scope
    keys = principal.places.get(scope.place, ())
    clauses = [_at(model, path, lambda column: column.in_(keys)) for path in scope.at]
    if scope.open_nowhere:
        nowhere = [_at(model, path, lambda column: column.is_(None)) for path in scope.at]
        clauses.append(and_(*nowhere))
    return or_(*clauses)


def _at(model: type[Any], path: str, test: Callable[[Any], Clause]) -> Clause:
    name, _dot, column = path.partition(".")
    if not column:
        return test(getattr(model, name))
    relationship = inspect(model).relationships[name]
    related = relationship.mapper.class_
    (local,) = relationship.local_columns
    key = getattr(model, inspect(model).get_property_by_column(local).key)
    return key.in_(select(related.id).where(test(getattr(related, column))).correlate(None))


def _beyond(model: type[Any], principal: Principal, access: Access) -> Iterator[Clause]:
    """What shares and allowing rules add to the data scopes."""
    if model.scope.owner and model.__name__ in principal.shared:
        shared = select(RecordShare.entity_id).where(*shared_with(principal, access))
        yield model.id.in_(shared.where(RecordShare.entity == model.__name__).correlate(None))
    for rule in principal.rules.get(model.__name__, ()):
        given = rule.operation is Access.WRITE or access is Access.READ
        if rule.effect is RuleEffect.ALLOW and given:
            yield func.coalesce(rule.clause, false())


def shared_with(principal: Principal, access: Access) -> Iterator[Clause]:
    """The shares that give `principal` a record to read, or to change, at this moment."""
    teams = RecordShare.team_id.in_(principal.team_line)
    yield or_(RecordShare.user_id == principal.user_id, teams)
    # Asked anew by every execution: criteria are kept longer than a share may last.
    now = bindparam("kehu_now", type_=UTCDateTime, callable_=lambda: now_utc(), unique=True)
    yield or_(RecordShare.until.is_(None), RecordShare.until > now)
    if access is Access.WRITE:
        yield RecordShare.access == Access.WRITE
