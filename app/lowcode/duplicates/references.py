"""Everything in the database that names a row of an entity: keys, lines, notes, files, shares."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import Column, inspect

from app.lowcode.unique import unique_columns

#: what was, stays with the row that it was about
_PAST = frozenset({"AuditEntry", "BinEntry", "OwnershipChange"})


@dataclass(frozen=True)
class Reference:
    """One attribute that holds keys of rows of an entity."""

    model: type[Any]
    attribute: str
    #: {attribute: value} of the rows of which that is true, where it may be the key of anything
    only: tuple[tuple[str, str], ...] = ()

    def where(self, keys: list[int]) -> list[Any]:
        """The conditions of rows that name one of `keys`."""
        same = [getattr(self.model, name) == value for name, value in self.only]
        return [getattr(self.model, self.attribute).in_(keys), *same]

    @property
    def unique_sets(self) -> list[list[str]]:
        """The sets of attributes, this one among them, of which no two rows may hold the same."""
        mapper = inspect(self.model)
        sets = [
            [mapper.get_property_by_column(column).key for column in columns]
            for columns in unique_columns(self.model)
        ]
        return [names for names in sets if self.attribute in names]


@cache
def references_to(model: type[Any]) -> tuple[Reference, ...]:
    """Every one of them but many-to-many links; lines of the record count, too."""
    table = inspect(model).local_table
    found = []
    for mapper in Model.registry.mappers:
        if mapper.class_.__name__ in _PAST:
            continue
        found += [
            Reference(mapper.class_, mapper.get_property_by_column(column).key)
            for column in mapper.local_table.columns
            if _names(column, table)
        ]
        if {"entity", "entity_id"} <= set(mapper.column_attrs.keys()):
            of_model = (("entity", model.__name__),)
            found.append(Reference(mapper.class_, "entity_id", of_model))
    return tuple(sorted(found, key=lambda one: (one.model.__name__, one.attribute)))


def _names(column: Column[Any], table: Any) -> bool:
    return any(key.column.table is table for key in column.foreign_keys)
