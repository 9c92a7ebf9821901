"""The related rows that a statement shows something of, each joined once."""

from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import aliased

from app.lowcode.fields import ResolvedPath
from app.lowcode.fields.relations import RelationField, TagsField


class Joins:
    """Outer joins of an entity's statement to what its paths lead to."""

    def __init__(self, model: type[Any]) -> None:
        self._entities: dict[tuple[str, ...], Any] = {(): model}
        self._attributes: list[Any] = []
        self.tables: set[Any] = set()

    def expressions(self, resolved: ResolvedPath) -> list[Any]:
        """What of the database a path stands for: nothing for tags, key and label of a relation."""
        hops = tuple(hop.name for hop in resolved.hops)
        if isinstance(resolved.field, TagsField):
            return []
        if isinstance(resolved.field, RelationField):
            row = self._entity((*hops, resolved.field.name))
            return [row.id, getattr(row, resolved.field.target.label_column)]
        return [getattr(self._entity(hops), resolved.field.name)]

    def _entity(self, hops: tuple[str, ...]) -> Any:
        if hops not in self._entities:
            attribute = getattr(self._entity(hops[:-1]), hops[-1])
            target = attribute.property.mapper
            self._entities[hops] = alias = aliased(target.class_)
            self._attributes.append(attribute.of_type(alias))
            self.tables.add(target.local_table)
        return self._entities[hops]

    def added_to(self, statement: Select[Any]) -> Select[Any]:
        for attribute in self._attributes:
            statement = statement.outerjoin(attribute)
        return statement
