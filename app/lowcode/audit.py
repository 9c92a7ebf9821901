"""Session events: stamps, numbers and derived keys before a flush, audit rows with it."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import event, insert, inspect
from sqlalchemy.orm import Session
from sqlalchemy.orm.interfaces import RelationshipDirection

from app.entities.system.audit import AuditEntry
from app.entities.types import now_utc
from app.extensions import db
from app.lowcode import numbering, principal, scope

#: Columns that say nothing to a reader or must never be copied into the trail.
SILENT = frozenset(
    "id version created_on changed_on created_by_id changed_by_id created_by_fk changed_by_fk "
    "password login_count last_login fail_login_count".split()
)
#: What a line of the trail may say was done; shown as a translated word.
ACTIONS = tuple(
    "create update delete attach detach export import rights sign_in sign_in_failed "
    "sign_in_refused sign_out".split()
)
_PENDING = "kehu_audit"


def install() -> None:
    """Attach to the product's session factory; once per process."""
    if not event.contains(db.session.session_factory, "before_flush", _before_flush):
        event.listen(db.session.session_factory, "do_orm_execute", scope.narrow)
        event.listen(db.session.session_factory, "before_flush", _before_flush)
        event.listen(db.session.session_factory, "after_flush", _after_flush)
        event.listen(db.session.session_factory, "after_soft_rollback", _forget)


def _before_flush(session: Session, *_unused: Any) -> None:
    scope.guard(session)
    numbering.fill_numbers(session)
    actor = principal.current_or_none()
    pending = session.info.setdefault(_PENDING, [])
    for row in list(session.new):
        if _is_ours(row):
            _derive(row)
            _stamp(row, actor, new=True)
            if _is_audited(row):
                pending.append((row, "create", None))
    for row in list(session.dirty):
        if _is_ours(row):
            _derive(row)
            if changes := dict(changes_of(row)):
                _stamp(row, actor, new=False)
                if _is_audited(row):
                    pending.append((row, "update", changes))
    for row in list(session.deleted):
        if _is_ours(row) and _is_audited(row):
            pending.append((row, "delete", _values(row)))


def _is_ours(row: Any) -> bool:
    return hasattr(row, "version")


def _is_audited(row: Any) -> bool:
    return getattr(row, "is_audited", True)


def _derive(row: Any) -> None:
    for name, compute in getattr(row, "derived", {}).items():
        value = compute(row)
        if getattr(row, name) != value:
            setattr(row, name, value)


def _stamp(row: Any, actor: principal.Principal | None, *, new: bool) -> None:
    user_id = actor.user_id if actor else None
    # FAB's own tables hold naive moments.
    now = now_utc() if "changed_by_id" in inspect(row).mapper.columns else None
    if new and user_id and row.created_by_id is None:
        row.created_by_id = user_id
    if user_id:
        row.changed_by_id = user_id
    if not new and now:
        row.changed_on = now


def changes_of(row: Any) -> Iterator[tuple[str, list[Any]]]:
    """(column, [old, new]) of what really changed since the row was loaded."""
    state = inspect(row)
    derived = getattr(row, "derived", {})
    for name in state.mapper.column_attrs.keys():  # noqa: SIM118 - a collection of its own
        if name in SILENT or name in derived:
            continue
        history = state.attrs[name].history
        if history.has_changes():
            old = history.deleted[0] if history.deleted else None
            new = history.added[0] if history.added else None
            if old != new:
                yield name, [_json(old), _json(new)]
    for name, relationship in state.mapper.relationships.items():
        history = state.attrs[name].history if name in state.dict else None
        if history is None or not history.has_changes():
            continue
        if relationship.secondary is not None:
            after = [*history.unchanged, *history.added]
            before = [*history.unchanged, *history.deleted]
            yield name, [sorted(map(repr, before)), sorted(map(repr, after))]
        elif relationship.direction is RelationshipDirection.MANYTOONE:
            # The key follows its relationship only inside the flush: until then it is the old one.
            (local,) = relationship.local_columns
            key = state.mapper.get_property_by_column(local).key
            related = state.dict[name]
            old, new = getattr(row, key), related.id if related is not None else None
            if old != new and not state.attrs[key].history.has_changes():
                yield key, [old, new]


def _values(row: Any) -> dict[str, list[Any]]:
    """Every value of a new or vanishing row, as the `old` half of a change."""
    names = inspect(row).mapper.column_attrs.keys()
    derived = getattr(row, "derived", {})
    return {
        name: [_json(getattr(row, name)), None]
        for name in names
        if name not in SILENT and name not in derived and getattr(row, name) is not None
    }


def _json(value: Any) -> Any:
    match value:
        case Enum():
            return value.value
        case Decimal():
            return f"{value:f}"
        case datetime() | date():
            return value.isoformat()
        case _:
            return value


def _after_flush(session: Session, *_unused: Any) -> None:
    pending = session.info.pop(_PENDING, [])
    rows = [_entry(row, action, changes) for row, action, changes in pending]
    if rows:
        session.connection().execute(insert(AuditEntry), rows)


def _entry(row: Any, action: str, changes: dict[str, Any] | None) -> dict[str, Any]:
    if changes is None:
        changes = {name: [None, old] for name, (old, _none) in _values(row).items()}
    return entry(type(row).__name__, row.id, repr(row), action, changes)


def entry(
    entity: str, key: int | None, label: str, action: str, changes: dict[str, Any]
) -> dict[str, Any]:
    """The column values of one audit row, on behalf of whoever acts."""
    actor = principal.current_or_none()
    return {
        "created_on": now_utc(),
        "user_id": actor.user_id if actor else None,
        "actor": (actor.name if actor else "")[:128],
        "address": actor.address if actor else None,
        "entity": entity,
        "entity_id": key,
        "label": label[:200],
        "action": action,
        "changes": changes,
    }


def record(
    session: Session,
    action: str,
    entity: str,
    key: int | None = None,
    label: str = "",
    changes: dict[str, Any] | None = None,
) -> None:
    """Write one line of the trail that is not a row's change: an export, a sign-in, a refusal."""
    session.connection().execute(
        insert(AuditEntry), [entry(entity, key, label, action, changes or {})]
    )


def _forget(session: Session, *_unused: Any) -> None:
    # Savepoints too: what a refused flush was about must not be told of the next one.
    session.info.pop(_PENDING, None)
