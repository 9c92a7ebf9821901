"""Lines of the trail wait in their transaction and are chained in one go just before its commit.

The head of the chain is locked last: a transaction that holds it waits for nobody any more.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction, scoped_session

from app.extensions import db, writing
from app.lowcode import principal
from app.lowcode.audit import chain
from app.lowcode.audit.changes import PLAIN
from app.rules.audit import AuditAction

_WAITING = "kehu_audit_waiting"


@dataclass
class _Waiting:
    """What one transaction has recorded so far."""

    entries: list[dict[str, Any]] = field(default_factory=list)
    #: savepoint → how many entries there were when it began
    marks: WeakKeyDictionary[SessionTransaction, int] = field(default_factory=WeakKeyDictionary)
    besides: Sequence[chain.Beside] = ()
    #: the commit has begun: what is recorded now is written at once
    is_closing: bool = False


def install(factory: Any) -> None:
    """Attach to a session factory."""
    event.listen(factory, "after_transaction_create", _mark)
    event.listen(factory, "after_soft_rollback", _roll_back)
    event.listen(factory, "before_commit", _write)
    event.listen(factory, "after_transaction_end", _end)


def record(
    session: Session | scoped_session[Any],
    action: str,
    entity: str,
    key: int | None = None,
    label: str = "",
    changes: dict[str, Any] | None = None,
) -> None:
    """Add one line to the trail, on behalf of whoever acts; it is written with the commit.

    `action` is a code of `AuditAction`; `entity` and `key` name the row it is about.
    """
    if isinstance(session, scoped_session):
        session = session()
    if not session.in_transaction():
        session.begin()
    waiting = _waiting(session)
    waiting.entries.append(_entry(AuditAction(action), entity, key, label, changes or {}))
    if waiting.is_closing:
        _chain(session, waiting)


class _IsThere(Exception):  # noqa: N818 - reads as what happened
    """Nothing is committed."""


def commit_with(session: Session, besides: Sequence[chain.Beside]) -> bool:
    """Commit, with rows of which some must be new; False, and all is taken back, where they are
    not."""
    _waiting(session).besides = besides
    try:
        session.commit()
    except _IsThere:
        session.rollback()
        return False
    return True


def record_apart(
    action: str, entity: str, key: int | None, label: str, changes: dict[str, Any]
) -> None:
    """`record` in a session of its own, for requests whose transaction only reads."""
    with writing(), db.session.session_factory() as session:
        record(session, action, entity, key, label, changes)
        session.commit()


def _entry(
    action: AuditAction, entity: str, key: int | None, label: str, changes: dict[str, Any]
) -> dict[str, Any]:
    actor = principal.current_or_none()
    return {
        "user_id": actor.user_id if actor else None,
        "actor": (actor.name if actor else "")[:128],
        "address": actor.address if actor else None,
        "entity": entity,
        "entity_id": key,
        "label": label[:200],
        "action": action,
        "changes": _as_read_again(changes),
    }


def _as_read_again(changes: dict[str, Any]) -> dict[str, Any]:
    """What is changed later must not get into it. Most is [old, new] of what cannot be changed."""
    told = changes.values()
    if {*map(type, told)} <= {list} and {type(value) for pair in told for value in pair} <= PLAIN:
        return {name: [*pair] for name, pair in changes.items()}
    found: dict[str, Any] = json.loads(json.dumps(changes))
    return found


def _waiting(session: Session) -> _Waiting:
    found: _Waiting = session.info.setdefault(_WAITING, _Waiting())
    return found


def _mark(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        waiting = _waiting(session)
        waiting.marks[transaction] = len(waiting.entries)


def _roll_back(session: Session, transaction: SessionTransaction) -> None:
    """Savepoints drop what was recorded since they began."""
    boundary = transaction
    while not boundary.nested and boundary.parent is not None:
        boundary = boundary.parent  # a flush within it failed
    waiting = session.info.get(_WAITING)
    if waiting is not None:
        del waiting.entries[waiting.marks.get(boundary, 0) :]


def _write(session: Session) -> None:
    if session.in_nested_transaction():
        return  # a savepoint that is released
    session.flush()
    waiting = session.info.get(_WAITING)
    if waiting is not None:
        waiting.is_closing = True
        _chain(session, waiting)


def _chain(session: Session, waiting: _Waiting) -> None:
    entries, waiting.entries = waiting.entries, []
    besides, waiting.besides = waiting.besides, ()
    if (entries or besides) and not chain.append(session.connection(), entries, besides):
        raise _IsThere


def _end(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_WAITING, None)
