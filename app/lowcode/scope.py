"""The row boundary: every ORM read is narrowed to the acting person's rows, every write checked.

It works below the screens, so a list, an export, a picker and the API cannot differ.
"""

from typing import Any
from weakref import WeakKeyDictionary

from flask_appbuilder import Model
from sqlalchemy import ColumnElement, false, inspect, or_, select
from sqlalchemy.orm import Mapper, ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.orm.interfaces import ORMOption, RelationshipDirection

from app.entities.base import SHARED
from app.entities.system.user import User
from app.lowcode import principal as acting
from app.lowcode.principal import DataScope, NoPrincipal, Principal
from app.rules.errors import DomainError


class ScopeViolation(DomainError):
    """A write would touch a row that the acting person may not reach."""


_options: WeakKeyDictionary[Principal, list[ORMOption]] = WeakKeyDictionary()


def scoped_models() -> list[type[Any]]:
    """Every mapped class whose rows do not belong to everybody."""
    return [
        mapper.class_
        for mapper in Model.registry.mappers
        if getattr(mapper.class_, "scope", SHARED) != SHARED
    ]


def criterion(model: type[Any], principal: Principal) -> ColumnElement[bool] | None:
    """The WHERE clause that leaves `principal`'s rows of `model`; None when that is all of them."""
    scope = model.scope
    if scope.parent:
        relationship = inspect(model).relationships[scope.parent]
        parent = relationship.mapper.class_
        inner = criterion(parent, principal)
        if inner is None:
            return None
        (local,) = relationship.local_columns
        key = getattr(model, inspect(model).get_property_by_column(local).key)
        return key.in_(select(parent.id).where(inner))
    if scope == SHARED:
        return None
    match principal.scope_of(model.__name__):
        case DataScope.ALL:
            return None
        case DataScope.NONE:
            return false()
        case DataScope.OWN:
            return getattr(model, scope.owner) == principal.user_id
        case DataScope.TEAM:
            return or_(
                getattr(model, scope.owner) == principal.user_id,
                getattr(model, scope.team).in_(principal.team_ids),
            )


def _options_for(principal: Principal) -> list[ORMOption]:
    options = _options.get(principal)
    if options is None:
        pairs = ((model, criterion(model, principal)) for model in scoped_models())
        options = [
            with_loader_criteria(model, clause, include_aliases=True)
            for model, clause in pairs
            if clause is not None
        ]
        _options[principal] = options
    return options


def narrow(state: ORMExecuteState) -> None:
    """`do_orm_execute`: add the acting person's criteria; refuse scoped rows when nobody acts."""
    if state.is_column_load:
        return
    principal = acting.current_or_none()
    if principal is None:
        if any(_is_scoped(mapper) for mapper in state.all_mappers):
            raise NoPrincipal("scoped rows were read with no acting person")
        return
    if not principal.sees_all:
        state.statement = state.statement.options(*_options_for(principal))


def _is_scoped(mapper: Mapper[Any]) -> bool:
    return getattr(mapper.class_, "scope", SHARED) != SHARED


def guard(session: Session) -> None:
    """`before_flush`: owners are filled, and rows and foreign keys outside the scope refused."""
    principal = acting.current_or_none()
    touched = [*session.new, *(row for row in session.dirty if session.is_modified(row))]
    for row in touched:
        _fill_owner(session, row, principal)
    if principal is not None and principal.sees_all:
        return
    with session.no_autoflush:
        for row in (*touched, *session.deleted):
            if principal is None:
                if _is_scoped(inspect(row).mapper):
                    raise NoPrincipal("scoped rows were written with no acting person")
                continue
            _check_row(session, row, principal)
            _check_targets(session, row, principal)


def _fill_owner(session: Session, row: Any, principal: Principal | None) -> None:
    """New rows belong to their maker; the team follows the owner unless it was chosen."""
    scope = getattr(row, "scope", SHARED)
    if not scope.owner:
        return
    if row in session.new and getattr(row, scope.owner) is None and row.owner is None:
        setattr(row, scope.owner, principal.user_id if principal else None)
    state = inspect(row)
    owner_changed = (
        state.attrs[scope.owner].history.has_changes() or state.attrs["owner"].history.has_changes()
    )
    team_changed = (
        state.attrs[scope.team].history.has_changes() or state.attrs["team"].history.has_changes()
    )
    if owner_changed and not team_changed:
        with session.no_autoflush:
            key = getattr(row, scope.owner)
            owner = row.owner or (session.get(User, key) if key else None)
        if owner is not None:
            row.team_id = owner.team_id


def _check_row(session: Session, row: Any, principal: Principal) -> None:
    model = type(row)
    clause = criterion(model, principal) if hasattr(model, "scope") else None
    if clause is None:
        return
    if row not in session.new:
        known = session.scalar(select(model.id).where(model.id == row.id))
        if known is None:
            raise ScopeViolation("This record is not yours to change.")
    if model.scope.owner and row not in session.deleted:
        owner = row.owner.id if row.owner is not None else getattr(row, model.scope.owner)
        reach = principal.scope_of(model.__name__)
        if owner != principal.user_id and not (
            reach is DataScope.TEAM and row.team_id in principal.team_ids
        ):
            raise ScopeViolation("You may not give this record to that person.", field="owner")


def _check_targets(session: Session, row: Any, principal: Principal) -> None:
    """Every changed foreign key must point at a row the person can see."""
    state = inspect(row)
    for name, relationship in state.mapper.relationships.items():
        if relationship.direction is not RelationshipDirection.MANYTOONE:
            continue
        target = relationship.mapper.class_
        if not hasattr(target, "scope") or criterion(target, principal) is None:
            continue
        (local,) = relationship.local_columns
        key = state.mapper.get_property_by_column(local).key
        if not (state.attrs[key].history.has_changes() or state.attrs[name].history.has_changes()):
            continue
        related = state.dict.get(name)
        if related is not None and related in session.new:
            continue
        value = related.id if related is not None else getattr(row, key)
        if value is not None and (
            session.scalar(select(target.id).where(target.id == value)) is None
        ):
            raise ScopeViolation("This entry does not exist or is not yours to use.", field=name)
