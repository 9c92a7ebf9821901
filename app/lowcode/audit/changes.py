"""What changed in a row: column by column, old and new, as JSON."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

from sqlalchemy import inspect

from app.entities.types import Money, Quantity
from app.lowcode.links import changed, key_after_flush, links_of, related

#: Columns that say nothing to a reader or must never be copied into the trail.
SILENT = frozenset(
    {
        "id",
        "version",
        "created_on",
        "changed_on",
        "created_by_id",
        "changed_by_id",
        "created_by_fk",
        "changed_by_fk",
        "password",
        "login_count",
        "last_login",
        "fail_login_count",
    }
)


#: what most columns hold, and JSON as well
PLAIN = frozenset({str, int, bool, type(None)})


def changes_of(row: Any) -> Iterator[tuple[str, list[Any]]]:
    """(column, [old, new]) of what really changed since the row was loaded.

    The new value of a key is the related row itself where that has no key before the flush.
    """
    state = inspect(row)
    derived = getattr(row, "derived", {})
    links = links_of(type(row))
    for name in state.mapper.column_attrs.keys():  # noqa: SIM118 - a collection of its own
        if name in SILENT or name in derived:
            continue
        history, link = state.attrs[name].history, links.get(name)
        if not (history.has_changes() or (link and changed(row, link))):
            continue
        old = new = getattr(row, name)
        if history.has_changes():
            old = history.deleted[0] if history.deleted else None
        if link:
            new = key_after_flush(row, link) or related(row, link)
        if old != new:
            kind = state.mapper.column_attrs[name].columns[0].type
            yield name, [as_json(old, kind), as_json(new, kind)]
    for name, relationship in state.mapper.relationships.items():
        history = state.attrs[name].history if name in state.dict else None
        if history is None or relationship.secondary is None or not history.has_changes():
            continue
        after = [*history.unchanged, *history.added]
        before = [*history.unchanged, *history.deleted]
        yield name, [sorted(map(repr, before)), sorted(map(repr, after))]


@dataclass(frozen=True)
class _Told:
    """What the trail tells of a row: columns with their types, many-to-many relationships."""

    columns: tuple[tuple[str, Any], ...]
    lists: tuple[str, ...]


@cache
def _told(model: type[Any]) -> _Told:
    mapper = inspect(model)
    derived = getattr(model, "derived", {})
    columns = [
        (name, attribute.columns[0].type)
        for name, attribute in mapper.column_attrs.items()
        if name not in SILENT and name not in derived
    ]
    lists = [
        name
        for name, relationship in mapper.relationships.items()
        if relationship.secondary is not None and not relationship.viewonly
    ]
    return _Told(tuple(columns), tuple(lists))


def values_of(row: Any, *, is_new: bool = False) -> dict[str, Any]:
    """Every value of a new or vanishing row that is not empty, by column; tags and the like too.

    Of a new row only those that were set are looked at: nothing else can have tags.
    """
    held = inspect(row).dict
    told = _told(type(row))
    # What a new row was never given is empty: asking the row would be asking the database.
    given = held.get if is_new else lambda name: getattr(row, name)
    values = {
        name: value if type(value) in PLAIN else as_json(value, kind)
        for name, kind in told.columns
        if (value := given(name)) is not None
    }
    for name in told.lists:
        values[name] = sorted(map(repr, given(name) or ()))
    return {name: value for name, value in values.items() if value != []}


def as_json(value: Any, kind: Any = None) -> Any:
    """A column's value as it stands in the trail; `kind` is the column's type."""
    if type(value) in PLAIN:
        return value
    match value:
        case Enum():
            return value.value
        case Decimal():
            return f"{kind.as_stored(value) if isinstance(kind, Money | Quantity) else value:f}"
        case datetime() | date():
            return value.isoformat()
        case _:
            return value
