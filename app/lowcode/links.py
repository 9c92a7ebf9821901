"""Many-to-one relationships of a row that is not flushed yet: what will its keys be?"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import inspect
from sqlalchemy.orm import PassiveFlag
from sqlalchemy.orm.attributes import get_history, instance_dict, instance_state
from sqlalchemy.orm.interfaces import RelationshipDirection


@dataclass(frozen=True)
class Link:
    """One many-to-one relationship: its name, the attribute of its key, the entity behind it."""

    name: str
    key: str
    target: type[Any]


@cache
def links_of(model: type[Any]) -> Mapping[str, Link]:
    """The links of an entity by the attribute of their key."""
    mapper = inspect(model)
    links = {}
    for name, relationship in mapper.relationships.items():
        if relationship.direction is not RelationshipDirection.MANYTOONE or relationship.viewonly:
            continue
        (local,) = relationship.local_columns
        key = mapper.get_property_by_column(local).key
        links[key] = Link(name, key, relationship.mapper.class_)
    return MappingProxyType(links)


def shown_with(entity: str) -> frozenset[str]:
    """The screens that show an entity's columns, by its name: its own, and those of the records
    that it is an inline line of."""
    return frozenset({entity, *_records_of_lines().get(entity, ())})


@cache
def _records_of_lines() -> dict[str, set[str]]:
    """Line entity → entities whose record it is a part of."""
    found: dict[str, set[str]] = {}
    for mapper in Model.registry.mappers:
        for relationship in mapper.relationships.values():
            if relationship.cascade.delete_orphan:
                name = relationship.mapper.class_.__name__
                found.setdefault(name, set()).add(mapper.class_.__name__)
    return found


def changed(row: Any, link: Link) -> bool:
    """Was the row pointed elsewhere since it was loaded, by object or by key?"""
    return is_set(row, link.name) or is_set(row, link.key)


def is_set(row: Any, name: str) -> bool:
    """Was the attribute given another value since the row was loaded? Loads nothing."""
    # Most were not: a history is made only of what was set, and by itself (`inspect(row).attrs`
    # makes an object of every attribute there is).
    if name not in instance_state(row).committed_state:
        return False
    return get_history(row, name, PassiveFlag.PASSIVE_NO_INITIALIZE).has_changes()


def related(row: Any, link: Link) -> Any:
    """The row that was set by object since loading; None where the key alone says it."""
    held = instance_dict(row)
    return held[link.name] if link.name in held and is_set(row, link.name) else None


def key_after_flush(row: Any, link: Link) -> Any:
    """The key as the flush will write it; None also for a related row that has no key yet.

    A related object set since loading wins over the key, whichever was set first: that is what
    the flush does. An object that was merely loaded says nothing once the key was changed.
    """
    held = instance_dict(row)
    if link.name in held and is_set(row, link.name):
        target = held[link.name]
        return None if target is None else target.id
    return getattr(row, link.key)
