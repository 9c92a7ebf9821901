"""The row boundary: every ORM read is narrowed to the acting person's rows, every write checked.

It works below the screens, so a list, an export, a picker and the API cannot differ.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from flask_appbuilder import Model
from sqlalchemy import ColumnClause, ColumnElement, Row, Select, Table, and_, inspect, select
from sqlalchemy.orm import ORMExecuteState, with_loader_criteria
from sqlalchemy.orm.interfaces import ORMOption, RelationshipDirection
from sqlalchemy.sql import visitors

from app.entities.base import SHARED
from app.extensions import PLANNED_ANEW, db
from app.lowcode import principal as acting
from app.lowcode.access.criteria import criterion, decides_about, is_restricted
from app.lowcode.principal import NoPrincipal, Principal
from app.rules.access import Access
from app.rules.errors import DomainError

__all__ = [
    "ScopeViolation",
    "columns_of",
    "criterion",
    "may_change",
    "narrow",
    "narrowed",
    "of_nobody",
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
#: execution option of statements that `narrowed` or `of_nobody` has dealt with
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
    return clause if limit is None else and_(limit, clause)


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


def narrowed(
    statement: Select[Any], tables: Iterable[Any], *, planned_anew: bool = True
) -> Select[Any]:
    """`statement` with the criteria of these tables alone, for whoever knows all that it names.

    `narrow` adds those of every entity there is, which costs as much as the rest of a statement.
    The rows it selects must be narrowed already, by `criterion` where they are chosen; `tables`
    are the others whose values it shows or orders by. `planned_anew`: it has conditions of people,
    and the best way to its rows depends on their values.
    """
    principal = acting.current()
    if not principal.sees_all:
        options = _options_for(principal).by_table
        statement = statement.options(*(options[t] for t in tables if t in options))
    return statement.execution_options(**{_DONE: True, PLANNED_ANEW: planned_anew})


def of_nobody(statement: Select[Any]) -> Select[Any]:
    """A statement that is kept and names no scoped rows: looked through here, not each time."""
    if _names_scoped_rows(statement):
        raise NoPrincipal("scoped rows would be read with no acting person")
    return statement.execution_options(**{_DONE: True})


def columns_of(
    statement: Select[Any], values: Mapping[str, Any] | None = None
) -> Sequence[Row[Any]]:
    """What a SELECT of columns finds among the rows that the acting person sees.

    Where `narrow` has nothing to add, nothing of it belongs to the unit of work either, through
    which it would take half as long again. What waits to be written is found as by any query.
    """
    if acting.current().sees_all:
        db.session.flush()
        return db.session.connection().execute(statement, values).all()
    return db.session.execute(statement, values).all()


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
