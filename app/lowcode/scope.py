"""The row boundary: every ORM read is narrowed to the acting person's rows, every write checked.

It works below the screens, so a list, an export, a picker and the API cannot differ.
"""

from typing import Any
from weakref import WeakKeyDictionary

from flask_appbuilder import Model
from sqlalchemy import ColumnClause, ColumnElement, Table, and_, false, inspect, or_, select
from sqlalchemy.orm import Mapper, ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.orm.interfaces import ORMOption
from sqlalchemy.sql import visitors

from app.entities.base import SHARED
from app.entities.system.user import User
from app.lowcode import principal as acting
from app.lowcode.links import Link, changed, key_after_flush, links_of, related
from app.lowcode.principal import DataScope, NoPrincipal, Principal
from app.rules.errors import DomainError


class ScopeViolation(DomainError):  # noqa: N818 - reads as what happened
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
        # Uncorrelated: the statement around it may well select from the parent, too.
        return key.in_(select(parent.id).where(inner).correlate(None))
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


def within_reach(model: type[Any], clause: ColumnElement[bool]) -> ColumnElement[bool]:
    """`clause` on the end of a relationship, for rows of `model` that the acting person sees.

    For EXISTS: the criteria of `narrow` reach joins and subqueries, but not `has()` and `any()`.
    """
    limit = criterion(model, acting.current()) if hasattr(model, "scope") else None
    return clause if limit is None else and_(clause, limit)


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
    if principal is not None and principal.sees_all:
        return
    if principal is None:
        if _names_scoped_rows(state.statement):
            raise NoPrincipal("scoped rows were read with no acting person")
        return
    if state.is_insert or state.is_update or state.is_delete:
        if _is_scoped(state.bind_mapper):
            raise ScopeViolation("Records that belong to people are changed one by one.")
        return
    state.statement = state.statement.options(*_options_for(principal))


def _names_scoped_rows(statement: Any) -> bool:
    """Does a table of scoped rows stand anywhere in it, in a subquery or as a bare column?"""
    tables = {inspect(model).local_table for model in scoped_models()}
    return any(
        element in tables if isinstance(element, Table) else getattr(element, "table", 0) in tables
        for element in visitors.iterate(statement)
        if isinstance(element, Table | ColumnClause)
    )


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
    links = links_of(type(row))
    owner, team = links[scope.owner], links[scope.team]
    is_new = row in session.new
    if is_new and not key_after_flush(row, owner) and related(row, owner) is None and principal:
        _point(session, row, owner, principal.user_id)
    is_chosen = changed(row, team) and not (is_new and key_after_flush(row, team) is None)
    if changed(row, owner) and not is_chosen:
        key = key_after_flush(row, owner)
        person = related(row, owner) or (session.get(User, key) if key else None)
        if person is not None:
            _point(session, row, team, person.team_id)


def _point(session: Session, row: Any, link: Link, key: int | None) -> None:
    """By object: an emptied choice of a form would else win over the key."""
    setattr(row, link.name, session.get(link.target, key) if key else None)


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
        links = links_of(model)
        owner = key_after_flush(row, links[model.scope.owner])
        team = key_after_flush(row, links[model.scope.team])
        reach = principal.scope_of(model.__name__)
        if (owner is None or owner != principal.user_id) and not (
            reach is DataScope.TEAM and team in principal.team_ids
        ):
            raise ScopeViolation("You may not give this record to that person.", field="owner")


def _check_targets(session: Session, row: Any, principal: Principal) -> None:
    """Every changed foreign key must point at a row the person can see."""
    for link in links_of(type(row)).values():
        if not hasattr(link.target, "scope") or criterion(link.target, principal) is None:
            continue
        if not changed(row, link):
            continue
        target = related(row, link)
        if target is not None and target in session.new:
            continue  # checked as a row of its own
        key = key_after_flush(row, link)
        if key is not None and (
            session.scalar(select(link.target.id).where(link.target.id == key)) is None
        ):
            raise ScopeViolation(
                "This entry does not exist or is not yours to use.", field=link.name
            )
