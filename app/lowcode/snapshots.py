"""A row with everything that is one with it, as JSON and back, value for value."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import Column, Date, Table, inspect, select
from sqlalchemy.orm import RelationshipProperty, Session
from sqlalchemy.orm.interfaces import RelationshipDirection

from app.entities.base import Entity
from app.entities.system.record import Attachment, Note
from app.entities.types import Money, Quantity, UTCDateTime

#: of what `take` writes; another number is refused by whoever reads it
FORMAT = 1

Values = dict[str, Any]


def take(session: Session, row: Any) -> dict[str, Any]:
    """What is needed to make `row` again: itself, its lines, notes, files, many-to-many links.

    `rows` are {"entity", "values"} in the order in which they can be inserted, the row first.
    """
    rows = [row, *parts_of(row), *belongings_of(session, row)]
    return {
        "format": FORMAT,
        "rows": [{"entity": type(r).__name__, "values": values_of(r)} for r in rows],
        "links": list(_links(session, row)),
    }


def parts_of(row: Any) -> Iterator[Any]:
    """The lines that live and die with a row, and theirs."""
    for name, relationship in inspect(type(row)).relationships.items():
        if _owns(relationship):
            for part in getattr(row, name):
                yield part
                yield from parts_of(part)


@cache
def whole_of(model: type[Any]) -> tuple[type[Any], Column[Any]] | None:
    """Where rows of `model` are lines of another entity: that one, and the key that names it."""
    for mapper in Model.registry.mappers:
        for relationship in mapper.relationships:
            if _owns(relationship) and relationship.mapper.class_ is model:
                (key,) = relationship.remote_side
                return mapper.class_, key
    return None


def is_binned(model: type[Any]) -> bool:
    """Do deleted rows of `model` go to the recycle bin? A line goes with its record."""
    return issubclass(model, Entity) and model.is_binned and whole_of(model) is None


def _owns(relationship: RelationshipProperty[Any]) -> bool:
    return (
        relationship.direction is RelationshipDirection.ONETOMANY
        and relationship.cascade.delete_orphan
    )


def belongings_of(session: Session, row: Any) -> list[Note | Attachment]:
    """The notes and files of a saved row."""
    key = inspect(row).identity[0]
    held: list[Note | Attachment] = []
    for model in (Note, Attachment):
        of_row = (model.entity == type(row).__name__, model.entity_id == key)
        held += session.scalars(select(model).where(*of_row).order_by(model.id))
    return held


def values_of(row: Any) -> Values:
    """Every stored column by attribute name."""
    return {name: plain(getattr(row, name)) for name, _column in columns_of(type(row))}


def columns_of(model: type[Any]) -> Iterator[tuple[str, Column[Any]]]:
    """(attribute name, column) of what is stored; expressions over columns are not."""
    mapper = inspect(model)
    for column in mapper.local_table.columns:
        yield mapper.get_property_by_column(column).key, column


def plain(value: Any) -> Any:
    """A value of a column as JSON; `typed` is the way back."""
    match value:
        case Enum():
            return value.value
        case Decimal():
            return str(value)
        case date():  # and moments
            return value.isoformat()
        case _:
            return value


def typed(column: Column[Any], value: Any) -> Any:
    """The opposite of what `take` did to a value of `column`."""
    if value is None:
        return None
    if isinstance(column.type, Money | Quantity):
        return Decimal(value)
    if isinstance(column.type, UTCDateTime):
        return datetime.fromisoformat(value)
    if isinstance(column.type, Date):
        return date.fromisoformat(value)
    return value


def stored_values(model: type[Any], values: Values) -> Values:
    """Column name → value for an INSERT; a column that is no longer there is left out."""
    return {
        column.name: typed(column, values[name])
        for name, column in columns_of(model)
        if name in values
    }


def _links(session: Session, row: Any) -> Iterator[dict[str, Any]]:
    """The rows of link tables that name `row`, from either side."""
    table, key = inspect(type(row)).local_table, inspect(row).identity[0]
    for link_table in link_tables():
        for column in link_table.columns:
            if column.references(table.c.id):
                held = select(link_table).where(column == key)
                for found in session.connection().execute(held).mappings():
                    yield {"table": link_table.name, "values": dict(found)}


def link_tables() -> Sequence[Table]:
    """Tables of keys alone, behind the many-to-many relationships."""
    mapped = {mapper.local_table for mapper in Model.registry.mappers}
    unmapped: Iterable[Table] = (t for t in Model.metadata.tables.values() if t not in mapped)
    return [table for table in unmapped if all(column.foreign_keys for column in table.columns)]
