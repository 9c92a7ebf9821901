"""The SELECT behind a list: just the columns it shows, and the rows as values by path."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, inspect, select
from sqlalchemy.orm import aliased

from app.extensions import db
from app.lowcode import field_rights
from app.lowcode.fields import Field, ResolvedPath, resolve
from app.lowcode.fields.relations import Ref, RelationField, TagsField


class Selection:
    """A SELECT of just the columns a list shows in some order, related labels by outer join.

    Nothing in it depends on who asks: `selection` keeps them.
    """

    def __init__(
        self, model: type[Any], paths: Sequence[str], sort: Sequence[tuple[str, bool]]
    ) -> None:
        self.model = model
        self.paths = [resolve(model, path) for path in paths]
        self._aliases: dict[tuple[str, ...], Any] = {(): model}
        self._joins: list[tuple[Any, Any]] = []
        has_version = "version" in inspect(model).column_attrs
        columns: list[Any] = [model.id, model.version if has_version else model.id]
        #: path → (first column's position, 2 for a related row, 1 for a value, 0 for tags)
        self._slots: dict[str, tuple[int, int]] = {}
        for resolved in self.paths:
            expressions = self._expressions(resolved)
            self._slots[resolved.path] = (len(columns), len(expressions))
            columns += expressions
        order = self._order(sort)  # may add joins
        statement = select(*columns).select_from(model)
        for attribute, _alias in self._joins:
            statement = statement.outerjoin(attribute)
        self.statement: Select[Any] = statement.order_by(*order)

    def _entity(self, hops: tuple[str, ...]) -> Any:
        """The (aliased) entity at the end of some hops, joined once."""
        if hops not in self._aliases:
            parent = self._entity(hops[:-1])
            attribute = getattr(parent, hops[-1])
            alias = aliased(attribute.property.mapper.class_)
            self._joins.append((attribute.of_type(alias), alias))
            self._aliases[hops] = alias
        return self._aliases[hops]

    def _expressions(self, resolved: ResolvedPath) -> list[Any]:
        hops = tuple(hop.name for hop in resolved.hops)
        if isinstance(resolved.field, TagsField):
            return []
        if isinstance(resolved.field, RelationField):
            row = self._entity((*hops, resolved.field.name))
            return [row.id, getattr(row, resolved.field.target.label_column)]
        return [getattr(self._entity(hops), resolved.field.name)]

    def _order(self, sort: Sequence[tuple[str, bool]]) -> list[Any]:
        clauses = []
        for path, down in sort:
            expression = self._expressions(resolve(self.model, path))[-1]
            nullable = not hasattr(expression, "nullable") or expression.nullable
            directed = expression.desc() if down else expression.asc()
            clauses.append(directed.nulls_last() if nullable else directed)
        # Equal rows keep one order from page to page.
        down = bool(sort and sort[0][1])
        return [*clauses, self.model.id.desc() if down else self.model.id.asc()]

    def read(self, rows: Sequence[Any]) -> list["ListedRow"]:
        """Raw rows as values by path; tags of all rows in one query."""
        tags = {
            resolved.path: _tags_of(resolved.field, [row[0] for row in rows])
            for resolved in self.paths
            if isinstance(resolved.field, TagsField)
        }
        return [ListedRow(row[0], row[1], self._values(row, tags)) for row in rows]

    def _values(self, row: Any, tags: dict[str, dict[int, list[Ref]]]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for path, (start, width) in self._slots.items():
            if width == 0:
                values[path] = tags[path].get(row[0], [])
            elif width == 2:
                values[path] = None if row[start] is None else Ref(row[start], row[start + 1])
            else:
                values[path] = row[start]
        if field_rights.is_limited():
            values = {p: field_rights.shown(self.model, p, v) for p, v in values.items()}
        return values

    @property
    def fields(self) -> list[tuple[str, Field]]:
        return [(resolved.path, resolved.field) for resolved in self.paths]


@lru_cache(maxsize=500)
def selection(
    model: type[Any], paths: tuple[str, ...], sort: tuple[tuple[str, bool], ...]
) -> Selection:
    """The one `Selection` of these columns in this order."""
    return Selection(model, paths, sort)


@dataclass(frozen=True)
class ListedRow:
    id: int
    version: int
    values: dict[str, Any]


def _tags_of(field: TagsField, keys: list[int]) -> dict[int, list[Ref]]:
    found: dict[int, list[Ref]] = {}
    if not keys:
        return found
    target = aliased(field.target)  # it may be the entity itself: roles that grant roles
    label, color = getattr(target, field.target.label_column), getattr(target, "color", None)
    statement = (
        select(field.model.id, target.id, label, *([color] if color else []))
        .join(getattr(field.model, field.name).of_type(target))
        .where(field.model.id.in_(keys))
        .order_by(label)
    )
    for owner, *parts in db.session.execute(statement):
        found.setdefault(owner, []).append(Ref(*parts))
    return found
