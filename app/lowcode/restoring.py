"""Making a deleted row again as it was, or saying exactly what is in the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_appbuilder import Model
from flask_babel import gettext as _
from sqlalchemy import Column, insert, inspect, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from app.entities.system.bin import BinEntry
from app.lowcode import search
from app.lowcode.audit.changes import as_json
from app.lowcode.fields import field_of
from app.lowcode.fields.base import humanize
from app.lowcode.links import links_of
from app.lowcode.naming import entity_named, title_of
from app.lowcode.snapshots import FORMAT, columns_of, link_tables, stored_values
from app.lowcode.unique import unique_columns
from app.rules.errors import DomainError

# Rows are inserted as rows of tables: as objects they would get new stamps, numbers and versions.


class Clash(DomainError):  # noqa: N818 - reads as what happened
    """Another row has by now what no two may have; with another value in `field` it could come
    back, None where that is a key of another record or stands in a line."""


@dataclass
class Restored:
    """What came back: the key of the row, what the trail says, and what could not come along."""

    model: type[Any]
    key: int
    label: str
    #: {column: [None, value]} of the row
    changes: dict[str, Any]
    #: labels of fields that are empty now, since what they named is gone
    emptied: list[str] = field(default_factory=list)


def restore_rows(
    session: Session, entry: BinEntry, instead: Mapping[str, Any] | None = None
) -> Restored:
    """Insert all that an entry holds, with the values `instead` by column in the row itself.

    DomainError names what makes that impossible, a Clash where another value would do.
    """
    if entry.data.get("format") != FORMAT:
        raise DomainError("%(name)s was deleted by another version.", name=entry.label)
    rows = [(_model_named(entry, row["entity"]), row["values"]) for row in entry.data["rows"]]
    model, values = rows[0]
    values = dict(values) | {
        name: as_json(value, inspect(model).columns[name].type)
        for name, value in (instead or {}).items()
    }
    rows[0] = (model, values)
    restored = Restored(model, entry.entity_id, entry.label, {})
    coming = {(inspect(m).local_table, v["id"]) for m, v in rows}
    for place, (m, v) in enumerate(rows):
        stored = stored_values(m, v)
        _check_key(session, m, stored, entry)
        _check_unique(session, m, stored, entry, is_record=place == 0)
        emptied = _without_lost(session, m, stored, coming, entry)
        if place == 0:
            restored.emptied = emptied
        # Whoever still has the row open as it was must be told that it moved.
        stored["version"] = (stored.get("version") or 0) + 1
        session.connection().execute(insert(inspect(m).local_table), [stored])
        search.refresh(session, m, [stored["id"]])
    for link in entry.data["links"]:
        _restore_link(session, link)
    if instead:
        _derive_again(session, model, entry.entity_id, instead)
    restored.changes = {name: [None, v] for name, v in values.items() if v is not None}
    return restored


def _model_named(entry: BinEntry, name: str) -> type[Any]:
    model = entity_named(name)
    if model is None:
        raise DomainError("%(name)s was deleted by another version.", name=entry.label)
    return model


def _check_key(session: Session, model: type[Any], stored: dict[str, Any], entry: BinEntry) -> None:
    if _find(session, model, {"id": stored["id"]}) is not None:
        raise DomainError(
            "%(name)s cannot be restored: its number %(key)s belongs to another record by now.",
            name=entry.label,
            key=stored["id"],
        )


def _derive_again(session: Session, model: type[Any], key: int, instead: Mapping[str, Any]) -> None:
    """What is worked out of a column follows its new value with the next flush."""
    row = session.get_one(model, key)
    for name in instead:
        flag_modified(row, name)
    session.flush()


def _check_unique(
    session: Session, model: type[Any], stored: dict[str, Any], entry: BinEntry, *, is_record: bool
) -> None:
    for columns in unique_columns(model):
        values = {column.name: stored.get(column.name) for column in columns}
        if None in values.values():
            continue
        taken = _find(session, model, values)
        if taken is not None:
            last = columns[-1]
            is_own = is_record and not last.foreign_keys
            raise Clash(
                "%(name)s cannot be restored: %(label)s %(value)s is in use by %(other)s. "
                "Change it there, or restore this one alone with another value.",
                field=inspect(model).get_property_by_column(last).key if is_own else None,
                name=entry.label,
                label=_label(model, last),
                value=stored[last.name],
                other=_shown(session, model, taken),
            )


def _without_lost(
    session: Session,
    model: type[Any],
    stored: dict[str, Any],
    coming: set[tuple[Any, int]],
    entry: BinEntry,
) -> list[str]:
    """Empties keys of rows that are gone; the labels of those fields. DomainError where a field
    may not be empty."""
    emptied = []
    for _name, column in columns_of(model):
        value = stored.get(column.name)
        if value is None or not column.foreign_keys:
            continue
        (key,) = column.foreign_keys
        target = key.column.table
        if (target, value) in coming:
            continue
        found = select(key.column).where(key.column == value)
        if session.connection().scalar(found) is not None:
            continue
        if not column.nullable:
            raise DomainError(
                "%(name)s cannot be restored: %(label)s “%(other)s” was deleted, too. "
                "Restore that first.",
                name=entry.label,
                label=_label(model, column),
                other=_deleted_label(session, target, value),
            )
        stored[column.name] = None
        emptied.append(_label(model, column))
    return emptied


def _restore_link(session: Session, link: dict[str, Any]) -> None:
    table = next((table for table in link_tables() if table.name == link["table"]), None)
    if table is None:
        return
    for column in table.columns:
        (key,) = column.foreign_keys
        wanted = select(key.column).where(key.column == link["values"][column.name])
        if session.connection().scalar(wanted) is None:
            return  # the other end is gone, and the link with it
    session.connection().execute(insert(table), [link["values"]])


def _find(session: Session, model: type[Any], values: dict[str, Any]) -> int | None:
    table = inspect(model).local_table
    same = [table.c[name] == value for name, value in values.items()]
    key: int | None = session.connection().scalar(select(table.c.id).where(*same).limit(1))
    return key


def _label(model: type[Any], column: Column[Any]) -> str:
    name = inspect(model).get_property_by_column(column).key
    links = links_of(model)
    return str(field_of(model, links[name].name if name in links else name).label)


def _shown(session: Session, model: type[Any], key: int) -> str:
    """The row in the way; no more than its kind where the acting person does not see it."""
    row = session.scalar(select(model).where(model.id == key))
    return repr(row) if row is not None else _(title_of(model))


def _deleted_label(session: Session, target: Any, key: int) -> str:
    """What the bin calls the row that is missing, else its kind and key."""
    for mapper in Model.registry.mappers:
        if mapper.local_table is target:
            held = select(BinEntry.label).where(
                BinEntry.entity == mapper.class_.__name__, BinEntry.entity_id == key
            )
            return session.scalar(held) or f"{_(title_of(mapper.class_))} {key}"
    return f"{humanize(target.name)} {key}"
