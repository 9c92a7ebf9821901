"""What changed in a row: column by column, old and new, as JSON."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import inspect

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
            yield name, [as_json(old), as_json(new)]
    for name, relationship in state.mapper.relationships.items():
        history = state.attrs[name].history if name in state.dict else None
        if history is None or relationship.secondary is None or not history.has_changes():
            continue
        after = [*history.unchanged, *history.added]
        before = [*history.unchanged, *history.deleted]
        yield name, [sorted(map(repr, before)), sorted(map(repr, after))]


def values_of(row: Any) -> dict[str, Any]:
    """Every value of a new or vanishing row that is not empty, by column."""
    names = inspect(row).mapper.column_attrs.keys()
    derived = getattr(row, "derived", {})
    return {
        name: as_json(getattr(row, name))
        for name in names
        if name not in SILENT and name not in derived and getattr(row, name) is not None
    }


def as_json(value: Any) -> Any:
    """A column's value as it stands in the trail."""
    match value:
        case Enum():
            return value.value
        case Decimal():
            return f"{value:f}"
        case datetime() | date():
            return value.isoformat()
        case _:
            return value
