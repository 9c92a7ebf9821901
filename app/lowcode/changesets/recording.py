"""Writing down what a change set changes: one block per flush, in the flush's own transaction.

A block is {"created": {entity: [key, …]}, "updated": [[entity, key, version, {column: old value},
{relationship: [old keys]}], …], "deleted": [[entity, key, label, key in the bin, snapshot], …]};
the version is the one after the change, a snapshot stands only for what the bin does not take.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event, insert, inspect, update
from sqlalchemy.orm import Session, scoped_session

from app.entities.base import Entity
from app.entities.system.bin import BinEntry
from app.entities.system.changes import ChangeBlock, ChangeSet
from app.entities.types import now_utc
from app.extensions import db
from app.lowcode.snapshots import columns_of, plain, take, whole_of
from app.rules.changes import ChangeKind

_ACTIVE = "kehu_change_set"
_GONE = "kehu_change_set_gone"
_KEPT = frozenset({"id", "version"})
_sets: Any = ChangeSet.__table__
_blocks: Any = ChangeBlock.__table__


def install() -> None:
    """Attach to the product's session factory; once per process, after all that changes rows."""
    factory = db.session.session_factory
    if event.contains(factory, "before_flush", _before_flush):
        return
    event.listen(factory, "before_flush", _load_stamps, insert=True)
    event.listen(factory, "before_flush", _before_flush)
    event.listen(factory, "after_flush", _after_flush)
    event.listen(factory, "after_soft_rollback", _forget)


@contextmanager
def record(
    session: Session | scoped_session[Any],
    kind: ChangeKind,
    *,
    resource: str,
    label: str,
    key: int | None = None,
) -> Iterator[int]:
    """What is flushed inside belongs to one change set, whose key this gives.

    `resource` names the screen it happens on, `label` says to people what it was. `key`: go on
    with a set that exists, as jobs do after each commit. Inside another set all belongs to that.
    Flushes at the end; the caller commits.
    """
    if isinstance(session, scoped_session):
        session = session()
    outer = session.info.get(_ACTIVE)
    if outer is not None:
        yield outer
        return
    if key is None:
        made = ChangeSet(kind=kind, resource=resource, label=label[:200])
        session.add(made)
        session.flush()
        key = made.id
    session.info[_ACTIVE] = key
    try:
        yield key
        session.flush()
    finally:
        session.info.pop(_ACTIVE, None)


def note(
    session: Session, model: type[Any], key: int, version: int | None, before: dict[str, Any]
) -> None:
    """Add a row that a statement of its own has changed: `before` are its old values by attribute,
    `version` its present one, None for rows without. Nothing happens outside of a set."""
    if _ACTIVE in session.info:
        block = _Block()
        told = {name: plain(value) for name, value in before.items()}
        block.updated.append([model.__name__, key, version, told, {}])
        block.counts["changed"] = int(whole_of(model) is None)
        block.write(session)


@dataclass
class _Block:
    """What one flush changed."""

    created: dict[str, list[int]] = field(default_factory=dict)
    updated: list[list[Any]] = field(default_factory=list)
    deleted: list[list[Any]] = field(default_factory=list)
    counts: dict[str, int] = field(
        default_factory=lambda: {"created": 0, "changed": 0, "deleted": 0}
    )

    def count(self, name: str, row: Any) -> None:
        """A line counts as its record."""
        self.counts[name] += whole_of(type(row)) is None

    def write(self, session: Session) -> None:
        if not (self.created or self.updated or self.deleted):
            return
        key, connection = session.info[_ACTIVE], session.connection()
        data = {"created": self.created, "updated": self.updated, "deleted": self.deleted}
        values = {"change_set_id": key, "created_on": now_utc(), "is_undone": False, "data": data}
        connection.execute(insert(_blocks).values(**values))
        sums = {name: _sets.c[name] + count for name, count in self.counts.items() if count}
        if sums:
            connection.execute(update(_sets).where(_sets.c.id == key).values(**sums))


def _is_kept(row: Any) -> bool:
    return isinstance(row, Entity) and row.is_undoable


def _load_stamps(session: Session, *_unused: Any) -> None:
    """Before anything sets them anew: an expired row does not remember what it forgot."""
    if _ACTIVE not in session.info:
        return
    with session.no_autoflush:
        for row in (*session.dirty, *session.deleted):
            if _is_kept(row):
                _known = row.version, row.changed_on, row.changed_by_id


def _before_flush(session: Session, *_unused: Any) -> None:
    """Take what is about to vanish; the recycle bin has taken its part by now."""
    if _ACTIVE not in session.info or not session.deleted:
        return
    entries = [row for row in session.new if isinstance(row, BinEntry)]
    binned = {(entry.entity, entry.entity_id): entry for entry in entries}
    covered = {(row["entity"], row["values"]["id"]) for e in entries for row in e.data["rows"]}
    gone = session.info[_GONE] = []
    with session.no_autoflush:
        for row in session.deleted:
            key = type(row).__name__, inspect(row).identity[0]
            if key in binned:
                gone.append((row, key, binned[key], None))
            elif _is_kept(row) and key not in covered:
                data = take(session, row)
                covered |= {(part["entity"], part["values"]["id"]) for part in data["rows"][1:]}
                gone.append((row, key, None, data))
    # A line may come before the row that it went with.
    parts = {key for key in covered if key not in binned}
    session.info[_GONE] = [item for item in gone if item[2] or item[1] not in parts]


def _after_flush(session: Session, *_unused: Any) -> None:
    if _ACTIVE not in session.info:
        return
    block = _Block()
    for row in session.new:
        if _is_kept(row):
            block.created.setdefault(type(row).__name__, []).append(row.id)
            block.count("created", row)
    for row in session.dirty:
        if _is_kept(row):
            columns, links = dict(_old_values(row)), dict(_old_links(row))
            if columns or links:
                name = type(row).__name__
                block.updated.append([name, row.id, row.version, columns, links])
                block.count("changed", row)
    for row, (name, key), entry, data in session.info.pop(_GONE, []):
        block.deleted.append([name, key, repr(row)[:200], entry.id if entry else None, data])
        block.count("deleted", row)
    block.write(session)


def _old_values(row: Any) -> Iterator[tuple[str, Any]]:
    """(attribute, old value) of each stored column that the flush has changed."""
    state = inspect(row)
    for name, _column in columns_of(type(row)):
        if name in _KEPT:
            continue
        history = state.attrs[name].history
        if history.has_changes():
            yield name, plain(history.deleted[0] if history.deleted else None)


def _old_links(row: Any) -> Iterator[tuple[str, list[int]]]:
    """(many-to-many relationship, old keys) of each that the flush has changed."""
    state = inspect(row)
    for name, relationship in state.mapper.relationships.items():
        if relationship.secondary is None or relationship.viewonly or name not in state.dict:
            continue
        history = state.attrs[name].history
        if history.has_changes():
            yield name, sorted(other.id for other in (*history.unchanged, *history.deleted))


def _forget(session: Session, *_unused: Any) -> None:
    session.info.pop(_GONE, None)
