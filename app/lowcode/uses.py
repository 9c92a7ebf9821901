"""What still refers to a row, for the refusal to delete it."""

from collections.abc import Iterator
from typing import Any

from flask_appbuilder import Model
from flask_babel import gettext as _
from sqlalchemy import Column, Select, func, inspect, select
from sqlalchemy.orm import Mapper, Session

from app.lowcode import principal
from app.lowcode.naming import plural_of
from app.lowcode.snapshots import link_tables, whole_of

#: whoever made or last changed a row; it is refused as well, but says little
_STAMPS = frozenset({"created_by_id", "changed_by_id", "created_by_fk", "changed_by_fk"})


def refusal(session: Session, row: Any) -> str:
    """Why `row` cannot be deleted: what uses it, as far as the acting person sees that."""
    label, key = repr(row), row.id
    uses = [
        f"{_(plural_of(model))} {count}" for model, count in visible_uses(session, type(row), key)
    ]
    if not uses:
        return _("%(name)s is still used by other records.", name=label)
    return _("%(name)s is still used: %(uses)s.", name=label, uses=", ".join(uses))


def visible_uses(session: Session, model: type[Any], key: int) -> list[tuple[type[Any], int]]:
    """(entity, number of its rows that name the row), the acting person's rows only.

    A line counts as the record it stands in.
    """
    actor = principal.current()
    counts: dict[type[Any], int] = {}
    for mapper, column in _references(model):
        line = mapper.class_
        user, own_key = whole_of(line) or (line, mapper.local_table.c.id)
        if not actor.can("can_list", user.__name__):
            continue
        named, counted = (
            getattr(line, mapper.get_property_by_column(c).key) for c in (column, own_key)
        )
        found = session.scalar(select(func.count(counted.distinct())).where(named == key))
        if found:
            counts[user] = counts.get(user, 0) + found
    for user, linked in _linked(model, key):
        if actor.can("can_list", user.__name__):
            found = session.scalar(select(func.count(user.id)).where(user.id.in_(linked)))
            if found:
                counts[user] = counts.get(user, 0) + found
    return sorted(counts.items(), key=lambda use: -use[1])


def _linked(model: type[Any], key: int) -> Iterator[tuple[type[Any], Select[Any]]]:
    """(entity, keys of its rows) at the other ends of many-to-many links that hold the row."""
    entities = {mapper.local_table: mapper.class_ for mapper in Model.registry.mappers}
    for table in link_tables():
        for column in table.columns:
            (target,) = column.foreign_keys
            if target.column.table is not inspect(model).local_table or target.ondelete:
                continue
            for other in table.columns:
                (end,) = other.foreign_keys
                if other is not column and end.column.table in entities:
                    yield entities[end.column.table], select(other).where(column == key)


def _references(model: type[Any]) -> Iterator[tuple[Mapper[Any], Column[Any]]]:
    """Foreign keys of other rows that would be left without their target.

    A row's own lines go with it.
    """
    target = inspect(model)
    own = {
        relationship.mapper
        for relationship in target.relationships
        if relationship.cascade.delete_orphan
    }
    for mapper in Model.registry.mappers:
        if mapper in own or not hasattr(mapper.class_, "scope"):
            continue
        for column in mapper.local_table.columns:
            keys = [key for key in column.foreign_keys if key.column.table is target.local_table]
            if keys and not keys[0].ondelete and column.name not in _STAMPS:
                yield mapper, column
