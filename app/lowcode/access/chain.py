"""From a row up to the record that decides who reaches it, in keys alone.

What is read for the product must not stay in the session as records: whoever asks that session
for one by its key would get it without being asked who they are.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import object_session

from app.entities.base import SHARED
from app.lowcode.principal import system


def chain_of(row: Any) -> Iterator[tuple[type[Any], int]]:
    """(entity, key) of a saved row, then of each row above it that decides about it."""
    session: Any = object_session(row)
    model, (key, *_rest) = type(row), inspect(row).identity
    above = _key_above(model)
    parent = getattr(row, above[1]) if above else None
    yield model, key
    while above and parent is not None:
        model, key = above[0], parent
        yield model, key
        if above := _key_above(model):
            with session.no_autoflush, system("access"):
                parent = session.scalar(select(getattr(model, above[1])).where(model.id == key))


def _key_above(model: type[Any]) -> tuple[type[Any], str] | None:
    """The entity that decides about rows of `model`, and the attribute with its key."""
    name = getattr(model, "scope", SHARED).parent
    if name is None:
        return None
    mapper = inspect(model)
    relationship = mapper.relationships[name]
    (local,) = relationship.local_columns
    return relationship.mapper.class_, mapper.get_property_by_column(local).key
