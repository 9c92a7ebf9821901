"""Around every flush: stamps, numbers and derived keys before it, lines of the trail after it."""

from typing import Any

from sqlalchemy import event, inspect, select
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.orm.attributes import set_committed_value

from app.entities.system.audit import AuditCheckpoint, AuditEntry, AuditHead
from app.entities.types import now_utc
from app.extensions import db
from app.lowcode import guarding, numbering, principal, scope
from app.lowcode.audit import refusals, trail
from app.lowcode.audit.changes import changes_of, values_of
from app.lowcode.undo_mode import is_undoing
from app.rules.audit import AuditAction

_PENDING = "kehu_audit"
_TRAIL = (AuditEntry, AuditHead, AuditCheckpoint)


class TrailIsAppendOnly(RuntimeError):  # noqa: N818 - reads as what happened
    """Code tried to write the audit trail by hand."""


def install() -> None:
    """Attach to the product's session factory; once per process."""
    factory = db.session.session_factory
    if event.contains(factory, "before_flush", _before_flush):
        return
    event.listen(factory, "do_orm_execute", _refuse_statements)
    event.listen(factory, "do_orm_execute", scope.narrow)
    event.listen(factory, "before_flush", _before_flush)
    event.listen(factory, "after_flush", _after_flush)
    event.listen(factory, "after_soft_rollback", _forget)
    trail.install(factory)


def _before_flush(session: Session, *_unused: Any) -> None:
    _refuse_rows(session)
    _delete_orphans(session)
    with refusals.noticed():
        guarding.guard(session)
    numbering.fill_numbers(session)
    actor = principal.current_or_none()
    # A list of its own for every flush: one that failed inside a savepoint leaves nothing behind.
    pending = session.info[_PENDING] = []
    for row in list(session.new):
        if _is_ours(row):
            _derive(row)
            _stamp(row, actor, new=True)
            if _is_audited(row):
                pending.append((row, AuditAction.CREATE, None))
    for row in list(session.dirty):
        if _is_ours(row):
            _recall(session, row)
            _derive(row)
            if changes := dict(changes_of(row)):
                if not is_undoing(session):
                    _stamp(row, actor, new=False)
                if _is_audited(row):
                    pending.append((row, AuditAction.UPDATE, changes))
    for row in list(session.deleted):
        if _is_ours(row) and _is_audited(row):
            gone = {name: [value, None] for name, value in values_of(row).items()}
            pending.append((row, AuditAction.DELETE, gone))


def _refuse_rows(session: Session) -> None:
    changed = (row for row in session.dirty if session.is_modified(row))
    for row in (*session.new, *changed, *session.deleted):
        if isinstance(row, _TRAIL):
            raise TrailIsAppendOnly(f"{type(row).__name__} is written by the trail itself")


def _refuse_statements(state: ORMExecuteState) -> None:
    is_write = state.is_insert or state.is_update or state.is_delete
    if is_write and state.bind_mapper is not None and state.bind_mapper.class_ in _TRAIL:
        raise TrailIsAppendOnly(f"{state.bind_mapper.class_.__name__} is append-only")


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


def _after_flush(session: Session, *_unused: Any) -> None:
    for row, action, changes in session.info.pop(_PENDING, []):
        if changes is None:
            changes = {name: [None, new] for name, new in values_of(row, is_new=True).items()}
        told = {name: [old, getattr(new, "id", new)] for name, (old, new) in changes.items()}
        trail.record(session, action, type(row).__name__, row.id, repr(row), told)


def _forget(session: Session, *_unused: Any) -> None:
    # Savepoints too: what a refused flush was about must not be told of the next one.
    session.info.pop(_PENDING, None)
