"""One block of a change set the other way round: restored, put back, taken away, in this order."""

from collections.abc import Iterator
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.interfaces import RelationshipDirection

from app.entities.system.bin import BinEntry
from app.entities.system.record import Attachment
from app.lowcode import audit, bin
from app.lowcode.belongings import folder, remove_after_commit
from app.lowcode.changesets.obstacles import portions
from app.lowcode.naming import entity_named
from app.lowcode.principal import system
from app.lowcode.restoring import restore_rows
from app.lowcode.snapshots import columns_of, typed
from app.rules.errors import DomainError


def put_back(session: Session, data: dict[str, Any]) -> dict[tuple[str, int], int]:
    """Undo what the block tells, and flush; the versions of the rows that are there again."""
    restored: dict[str, list[int]] = {}
    for entity, key, label, bin_key, snapshot in reversed(data["deleted"]):
        for part in _restore(session, entity, key, label, bin_key, snapshot):
            restored.setdefault(part["entity"], []).append(part["values"]["id"])
    rows = list(_changed(session, data["updated"]))
    for model, keys in _created(data):
        for some in portions(keys):
            _take_away(session, model, some)
    session.flush()
    versions = {(type(row).__name__, row.id): row.version for row in rows if _has_version(row)}
    for entity, keys in restored.items():
        table = inspect(_model(entity)).local_table
        found = select(table.c.id, table.c.version).where(table.c.id.in_(keys))
        versions |= {(entity, key): version for key, version in session.connection().execute(found)}
    return versions


def _has_version(row: Any) -> bool:
    return hasattr(row, "version")


def without(data: dict[str, Any], left: Any) -> dict[str, Any]:
    """The block without some rows, given as (entity, key)."""
    if not left:
        return data
    return {
        "created": {
            e: [k for k in keys if (e, k) not in left] for e, keys in data["created"].items()
        },
        "updated": [item for item in data["updated"] if (item[0], item[1]) not in left],
        "deleted": [item for item in data["deleted"] if (item[0], item[1]) not in left],
    }


def single_rows(data: dict[str, Any]) -> Iterator[tuple[tuple[str, int], dict[str, Any]]]:
    """The block as blocks of one row, in the order in which they can be undone."""
    empty: dict[str, Any] = {"created": {}, "updated": [], "deleted": []}
    for item in reversed(data["deleted"]):
        yield (item[0], item[1]), empty | {"deleted": [item]}
    for item in reversed(data["updated"]):
        yield (item[0], item[1]), empty | {"updated": [item]}
    for model, keys in _created(data):
        for key in reversed(keys):
            yield (model.__name__, key), empty | {"created": {model.__name__: [key]}}


def _model(entity: str) -> type[Any]:
    model = entity_named(entity)
    if model is None:
        raise DomainError("%(name)s was deleted by another version.", name=entity)
    return model


def _restore(
    session: Session, entity: str, key: int, label: str, bin_key: int | None, snapshot: Any
) -> list[dict[str, Any]]:
    """Make the row again with all that was one with it; what that was, as the bin keeps it."""
    if bin_key is not None:
        # Whoever made the set may undo it, also without the right to look into the bin.
        with system("undo"):
            entry = session.get_one(BinEntry, bin_key)
        parts: list[dict[str, Any]] = entry.data["rows"]
        bin.restore(session, [entry])
        return parts
    held = BinEntry(entity=entity, entity_id=key, label=label, data=snapshot)
    restored = restore_rows(session, held)
    audit.record(session, "restore", entity, key, label, restored.changes)
    return list(snapshot["rows"])


def _changed(session: Session, updated: list[list[Any]]) -> Iterator[Any]:
    """The changed rows, with their old values."""
    keys: dict[str, list[int]] = {}
    for entity, key, *_rest in updated:
        keys.setdefault(entity, []).append(key)
    rows = {(e, row.id): row for e, some in keys.items() for row in _load(session, _model(e), some)}
    for entity, key, _version, columns, links in reversed(updated):
        row = rows.get((entity, key))
        if row is None:
            raise DomainError("This record is not yours to change.")
        with session.no_autoflush:
            _put_values(row, columns)
            for name, others in links.items():
                target = inspect(type(row)).relationships[name].mapper.class_
                found = _load(session, target, others)
                if len(found) != len(others):
                    raise DomainError("This entry does not exist or is not yours to use.")
                setattr(row, name, found)
        yield row


def _put_values(row: Any, values: dict[str, Any]) -> None:
    columns = dict(columns_of(type(row)))
    for name, value in values.items():
        if name in columns:
            setattr(row, name, typed(columns[name], value))


def _load(session: Session, model: type[Any], keys: list[int]) -> list[Any]:
    return [
        row
        for some in portions(keys)
        for row in session.scalars(select(model).where(model.id.in_(some)))
    ]


def _created(data: dict[str, Any]) -> list[tuple[type[Any], list[int]]]:
    """New rows by entity: those that name others come before these."""
    tables = {table: place for place, table in enumerate(Model.metadata.sorted_tables)}
    models = [(_model(entity), keys) for entity, keys in data["created"].items()]
    return sorted(models, key=lambda item: -tables[inspect(item[0]).local_table])


def _take_away(session: Session, model: type[Any], keys: list[int]) -> None:
    """Delete new rows; what belongs to them is read for all of them at once."""
    owned = [
        selectinload(getattr(model, name))
        for name, relationship in inspect(model).relationships.items()
        if not relationship.viewonly
        and relationship.direction is not RelationshipDirection.MANYTOONE
    ]
    query = select(model).where(model.id.in_(keys)).options(*owned)
    for row in session.scalars(query).all():
        if row not in session.deleted:
            session.delete(row)
        if isinstance(row, Attachment):
            remove_after_commit(session, folder() / row.stored_name)
    session.flush()
