"""The row boundary: every ORM read is narrowed to the acting person's rows, every write checked.

It works below the screens, so a list, an export, a picker and the API cannot differ.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from flask_appbuilder import Model
from sqlalchemy import ColumnClause, ColumnElement, Select, Table, and_, inspect, select
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.orm.interfaces import ORMOption, RelationshipDirection
from sqlalchemy.sql import visitors

from app.entities.base import SHARED
from app.entities.system.user import User
from app.extensions import db
from app.lowcode import principal as acting
from app.lowcode.access.criteria import criterion, decides_about, holds, is_restricted
from app.lowcode.links import Link, changed, key_after_flush, links_of, related
from app.lowcode.principal import DataScope, NoPrincipal, Principal
from app.lowcode.undo_mode import is_undoing
from app.rules.access import Access
from app.rules.errors import DomainError

__all__ = [
    "ScopeViolation",
    "criterion",
    "guard",
    "may_change",
    "narrow",
    "narrowed",
    "restricted_models",
    "scoped_models",
    "within_reach",
]


class ScopeViolation(DomainError):  # noqa: N818 - reads as what happened
    """A write would touch a row that the acting person may not reach."""


@dataclass(frozen=True)
class _Options:
    """What `narrow` adds to statements, and to those that follow a row to one other."""

    criteria: dict[type[Any], ColumnElement[bool]]
    by_table: dict[Any, ORMOption]
    everywhere: list[ORMOption]
    along_a_row: list[ORMOption]


_options: WeakKeyDictionary[Principal, _Options] = WeakKeyDictionary()
#: execution option of statements that `narrowed` has dealt with
_DONE = "kehu_narrowed"


def scoped_models() -> list[type[Any]]:
    """Every mapped class whose rows do not belong to everybody."""
    return [
        mapper.class_
        for mapper in Model.registry.mappers
        if getattr(mapper.class_, "scope", SHARED) != SHARED
    ]


def restricted_models(principal: Principal) -> list[type[Any]]:
    """The scoped ones and, beside them, those that a rule for the person is about."""
    return [
        mapper.class_
        for mapper in Model.registry.mappers
        if is_restricted(mapper.class_, principal)
    ]


def within_reach(model: type[Any], clause: ColumnElement[bool]) -> ColumnElement[bool]:
    """`clause` on the end of a relationship, for rows of `model` that the acting person sees.

    For EXISTS: the criteria of `narrow` reach joins and subqueries, but not `has()` and `any()`;
    and for statements that are `narrowed`.
    """
    principal = acting.current()
    limit = None if principal.sees_all else _options_for(principal).criteria.get(model)
    return clause if limit is None else and_(clause, limit)


def may_change(row: Any) -> bool:
    """May the acting person change this row, which they see?

    Asks the database only where some rows are theirs to read alone.
    """
    model, principal = type(row), acting.current()
    decisive = {model.__name__, decides_about(model).__name__}
    if principal.sees_all or not decisive & (principal.shared | principal.rules.keys()):
        return True
    clause = criterion(model, principal, Access.WRITE)
    if clause is None:
        return True
    return db.session.scalar(select(model.id).where(model.id == row.id, clause)) is not None


def _options_for(principal: Principal) -> _Options:
    options = _options.get(principal)
    if options is None:
        found, criteria = [], {}
        for model in restricted_models(principal):
            clause = criterion(model, principal)
            if clause is not None:
                # Propagated, it holds for joined eager loads and for later loads of the rows.
                option = with_loader_criteria(
                    model,
                    clause,
                    include_aliases=True,
                    propagate_to_loaders=not model.scope.place,
                )
                found.append((model, option))
                criteria[model] = clause
        options = _options[principal] = _Options(
            criteria,
            {inspect(model).local_table: option for model, option in found},
            [option for _model, option in found],
            [option for model, option in found if not model.scope.place],
        )
    return options


def narrowed(statement: Select[Any], tables: Iterable[Any]) -> Select[Any]:
    """`statement` with the criteria of these tables alone, for whoever knows all that it names.

    `narrow` adds those of every entity there is, which costs as much as the rest of a statement.
    The rows it selects must be narrowed already, by `criterion` where they are chosen; `tables`
    are the others whose values it shows or orders by.
    """
    principal = acting.current()
    if not principal.sees_all:
        options = _options_for(principal).by_table
        statement = statement.options(*(options[t] for t in tables if t in options))
    return statement.execution_options(**{_DONE: True})


def narrow(state: ORMExecuteState) -> None:
    """`do_orm_execute`: add the acting person's criteria; refuse scoped rows when nobody acts."""
    if state.is_column_load or state.execution_options.get(_DONE):
        return
    principal = acting.current_or_none()
    if principal is not None and principal.sees_all:
        return
    if principal is None:
        if _names_scoped_rows(state.statement):
            raise NoPrincipal("scoped rows were read with no acting person")
        return
    if state.is_insert or state.is_update or state.is_delete:
        if is_restricted(state.bind_mapper.class_, principal):
            raise ScopeViolation("Records that belong to people are changed one by one.")
        return
    options = _options_for(principal)
    chosen = options.along_a_row if _leads_to_one(state) else options.everywhere
    state.statement = state.statement.options(*chosen)


def _leads_to_one(state: ORMExecuteState) -> bool:
    """Is a row read because one that the person sees names it?

    The goods and the warehouse that stand in a document are known to whoever sees the document:
    places narrow what is browsed, chosen and changed.
    """
    if not state.is_relationship_load:
        return False
    path: Any = state.loader_strategy_path
    relationship = path.prop if path is not None else None
    return getattr(relationship, "direction", None) is RelationshipDirection.MANYTOONE


def _names_scoped_rows(statement: Any) -> bool:
    """Does a table of scoped rows stand anywhere in it, in a subquery or as a bare column?"""
    tables = {inspect(model).local_table for model in scoped_models()}
    return any(
        element in tables if isinstance(element, Table) else getattr(element, "table", 0) in tables
        for element in visitors.iterate(statement)
        if isinstance(element, Table | ColumnClause)
    )


def guard(session: Session) -> None:
    """`before_flush`: owners are filled, and rows and foreign keys outside the scope refused."""
    principal = acting.current_or_none()
    touched = [*session.new, *(row for row in session.dirty if session.is_modified(row))]
    if not is_undoing(session):
        for row in touched:
            _fill_owner(session, row, principal)
    if principal is not None and principal.sees_all:
        return
    with session.no_autoflush:
        for row in (*touched, *session.deleted):
            if principal is None:
                if getattr(row, "scope", SHARED) != SHARED:
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
    clause = criterion(model, principal, Access.WRITE) if hasattr(model, "scope") else None
    if clause is None:
        return
    if row not in session.new:
        # The criterion is SQL on the row as it is stored: nobody lets themself in by what they set.
        known = session.scalar(select(model.id).where(model.id == row.id, clause))
        if known is None:
            raise ScopeViolation("This record is not yours to change.")
    if row not in session.deleted:
        if model.scope.owner:
            _check_owner(row, principal)
        elif model.scope.place:
            _check_place(row, principal)


def _check_owner(row: Any, principal: Principal) -> None:
    """Wherever a record goes, it stays within the reach of who moves it."""
    model, links = type(row), links_of(type(row))
    names = [model.scope.owner, model.scope.team, "region_id"]
    deciding = [links[name] for name in names if name in links]
    if inspect(row).persistent and not any(changed(row, link) for link in deciding):
        return
    owner, team, *regions = (key_after_flush(row, link) for link in deciding)
    if not holds(principal, model.__name__, owner, team, *regions):
        raise ScopeViolation("You may not give this record to that person.", field="owner")


def _check_place(row: Any, principal: Principal) -> None:
    """New rows and such that are carried elsewhere stay at places of the person."""
    scope, links = type(row).scope, links_of(type(row))
    if DataScope.ALL in principal.reaches(type(row).__name__):
        return
    places = principal.places.get(scope.place, ())
    for path in scope.at:
        if "." in path:
            continue  # the related row stands at a place itself: `_check_targets`
        place = key_after_flush(row, links[path]) if path in links else getattr(row, path)
        if place not in places and not (place is None and scope.open_nowhere):
            raise ScopeViolation("This entry does not exist or is not yours to use.", field=path)


def _check_targets(session: Session, row: Any, principal: Principal) -> None:
    """Every changed foreign key must point at a row the person can see."""
    own_scope = getattr(row, "scope", SHARED)
    for link in links_of(type(row)).values():
        if not hasattr(link.target, "scope") or not changed(row, link):
            continue
        # What belongs to a record is part of it: whoever adds to it changes it.
        access = Access.WRITE if link.name == own_scope.parent else Access.READ
        clause = criterion(link.target, principal, access)
        if clause is None:
            continue
        target = related(row, link)
        if target is not None and target in session.new:
            continue  # checked as a row of its own
        key = key_after_flush(row, link)
        if key is None:
            continue
        if session.scalar(select(link.target.id).where(link.target.id == key, clause)) is None:
            raise ScopeViolation(
                "This entry does not exist or is not yours to use.", field=link.name
            )
