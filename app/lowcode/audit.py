"""Session events: stamps, numbers and derived keys before a flush, audit rows with it."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import event, insert, inspect, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.entities.system.audit import AuditEntry
from app.entities.types import now_utc
from app.extensions import db, writing
from app.lowcode import numbering, principal, scope
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
#: What a line of the trail may say was done; shown as a translated word.
ACTIONS = (
    "create",
    "update",
    "delete",
    "attach",
    "detach",
    "export",
    "import",
    "print",
    "rights",
    "sign_in",
    "sign_in_failed",
    "sign_in_refused",
    "sign_out",
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
    _delete_orphans(session)
    scope.guard(session)
    numbering.fill_numbers(session)
    actor = principal.current_or_none()
    # A list of its own for every flush: one that failed inside a savepoint leaves nothing behind.
    pending = session.info[_PENDING] = []
    for row in list(session.new):
        if _is_ours(row):
            _derive(row)
            _stamp(row, actor, new=True)
            if _is_audited(row):
                pending.append((row, "create", None))
    for row in list(session.dirty):
        if _is_ours(row):
            _recall(session, row)
            _derive(row)
            if changes := dict(changes_of(row)):
                _stamp(row, actor, new=False)
                if _is_audited(row):
                    pending.append((row, "update", changes))
    for row in list(session.deleted):
        if _is_ours(row) and _is_audited(row):
            pending.append((row, "delete", _values(row)))


def _delete_orphans(session: Session) -> None:
    """Lines taken out of their record: said before the flush does it, so that they are checked
    and written down as deleted, not as changed."""
    for row in list(session.dirty):
        state = inspect(row)
        for name, relationship in state.mapper.relationships.items():
            if not relationship.cascade.delete_orphan or name not in state.dict:
                continue
            for line in state.attrs[name].history.deleted:
                back = relationship.back_populates
                if inspect(line).persistent and not (back and getattr(line, back)):
                    session.delete(line)


def _is_ours(row: Any) -> bool:
    return hasattr(row, "version")


def _is_audited(row: Any) -> bool:
    return getattr(row, "is_audited", True)


def _derive(row: Any) -> None:
    for name, compute in getattr(row, "derived", {}).items():
        value = compute(row)
        if getattr(row, name) != value:
            setattr(row, name, value)


def _recall(session: Session, row: Any) -> None:
    """Read the old value of attributes that were set before they were loaded.

    Without it setting a value again after a commit would count as a change from nothing.
    """
    state = inspect(row)
    unknown = [
        name
        for name in state.mapper.column_attrs.keys()  # noqa: SIM118 - a collection of its own
        if (history := state.attrs[name].history).added and not history.deleted
    ]
    if not unknown or state.identity is None:
        return
    model = state.mapper.class_
    stored = select(*(getattr(model, name) for name in unknown)).where(model.id == row.id)
    with principal.system("old values"), session.no_autoflush:
        values = session.execute(stored).first()
    for name, old in zip(unknown, values or (), strict=bool(values)):
        new = getattr(row, name)
        set_committed_value(row, name, old)
        if new != old:
            setattr(row, name, new)


def _stamp(row: Any, actor: principal.Principal | None, *, new: bool) -> None:
    user_id = actor.user_id if actor else None
    if new and user_id and row.created_by_id is None:
        row.created_by_id = user_id
    if user_id:
        row.changed_by_id = user_id
    if not new:
        row.changed_on = now_utc()


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
            yield name, [_json(old), _json(new)]
    for name, relationship in state.mapper.relationships.items():
        history = state.attrs[name].history if name in state.dict else None
        if history is None or relationship.secondary is None or not history.has_changes():
            continue
        after = [*history.unchanged, *history.added]
        before = [*history.unchanged, *history.deleted]
        yield name, [sorted(map(repr, before)), sorted(map(repr, after))]


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
    changes = {name: [old, getattr(new, "id", new)] for name, (old, new) in changes.items()}
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


def record_apart(
    action: str, entity: str, key: int | None, label: str, changes: dict[str, Any]
) -> None:
    """`record` in a session of its own, for requests whose transaction only reads."""
    with writing(), db.session.session_factory() as session:
        record(session, action, entity, key, label, changes)
        session.commit()


def _forget(session: Session, *_unused: Any) -> None:
    # Savepoints too: what a refused flush was about must not be told of the next one.
    session.info.pop(_PENDING, None)
