"""Undoing a change set, block by block from the newest, whole or resumable after a kill."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session
from sqlalchemy.orm.exc import StaleDataError

from app.entities.system.changes import ChangeBlock, ChangeSet
from app.entities.types import now_utc
from app.lowcode import audit, principal
from app.lowcode.changesets import putting_back
from app.lowcode.changesets.obstacles import (
    Created,
    Row,
    blocks_of,
    created_by,
    obstacles,
    obstacles_of,
)
from app.lowcode.undo_mode import undoing
from app.rules.audit import AuditAction
from app.rules.changes import ChangeState
from app.rules.errors import DomainError

_REFUSED = (DomainError, IntegrityError, StaleDataError)
_NAMED = 5


@dataclass
class Undone:
    """What came of it: rows that went back, and those that stay since they moved meanwhile."""

    rows: int = 0
    #: what stays as it is: in the user's language, why
    kept: list[str] | None = None


def undo(
    session: Session | scoped_session[Any],
    key: int,
    *,
    progress: Callable[[int, int], None] | None = None,
    checkpoint: Callable[[], None] | None = None,
) -> Undone:
    """Put back all that a set has changed, or raise DomainError with what is in the way.

    The caller has asked whether the person may (`find`, `may_undo`), and commits. With
    `checkpoint`, which commits, every block is a transaction of its own: killed in between, the
    same call goes on, and what somebody changes in the meantime stays and is told of.
    progress: gets the blocks done and their number.
    """
    if isinstance(session, scoped_session):
        session = session()
    change_set = session.get_one(ChangeSet, key, with_for_update=True)
    _begin(session, change_set)
    run = _Run(session, created_by(session, key), _moved_before(session, key))
    undone = Undone(kept=[])
    total = session.scalar(select(func.count()).where(ChangeBlock.change_set_id == key)) or 0
    left = [block.id for block in blocks_of(session, key)]
    for place, block_key in enumerate(left, start=1 + total - len(left)):
        block = session.get_one(ChangeBlock, block_key)
        kept = run.undo(block, is_strict=checkpoint is None)
        undone.rows += _rows_in(block.data) - len(kept)
        undone.kept += kept.values()  # type: ignore[operator]
        block.data, block.is_undone = {"moved": run.just_moved, "kept": [*kept.values()]}, True
        session.flush()
        session.expire_all()
        if progress:
            progress(place, total)
        if checkpoint:
            checkpoint()
    _end(session, key, undone)
    return undone


def _begin(session: Session, change_set: ChangeSet) -> None:
    name = change_set.label
    if change_set.state is ChangeState.UNDONE:
        raise DomainError("%(name)s was undone already.", name=name)
    if change_set.state is ChangeState.UNDOING:
        return
    if not session.scalar(select(ChangeBlock.id).where(ChangeBlock.change_set_id == change_set.id)):
        raise DomainError("%(name)s: there is nothing left to undo.", name=name)
    reasons = obstacles(session, change_set, _NAMED + 1)
    if reasons:
        raise refusal(name, reasons)
    change_set.state = ChangeState.UNDOING
    session.flush()


def refusal(name: str, reasons: list[str]) -> DomainError:
    """Nothing was done, and why."""
    told = "; ".join(reasons[:_NAMED]) + ("; …" if len(reasons) > _NAMED else "")
    return DomainError(
        "%(name)s cannot be undone, nothing was changed: %(reasons)s.", name=name, reasons=told
    )


def _moved_before(session: Session, key: int) -> dict[Row, int]:
    """The versions that rows have since their newer changes were undone."""
    query = select(ChangeBlock.data).where(ChangeBlock.change_set_id == key, ChangeBlock.is_undone)
    blocks = session.scalars(query.order_by(ChangeBlock.id.desc()))
    return {(entity, row): version for data in blocks for entity, row, version in data["moved"]}


def _rows_in(data: dict[str, Any]) -> int:
    return sum(map(len, data["created"].values())) + len(data["updated"]) + len(data["deleted"])


def _end(session: Session, key: int, undone: Undone) -> None:
    change_set = session.get_one(ChangeSet, key)
    told = select(ChangeBlock.data).where(ChangeBlock.change_set_id == key)
    undone.kept = [reason for data in session.scalars(told) for reason in data["kept"]]
    change_set.state, change_set.undone_on = ChangeState.UNDONE, now_utc()
    change_set.undone_by_id = principal.current().user_id
    # The old values are no longer needed, and nobody should find them here.
    session.execute(delete(ChangeBlock).where(ChangeBlock.change_set_id == key))
    counts = {name: [getattr(change_set, name), 0] for name in ("created", "changed", "deleted")}
    audit.record(session, AuditAction.UNDO, "ChangeSet", key, change_set.label, counts)
    session.flush()


class _Run:
    """One pass over the blocks of a set."""

    def __init__(self, session: Session, created: Created, moved: dict[Row, int]) -> None:
        self._session = session
        self._created = created
        self._moved = moved
        #: [entity, key, version] of rows that the last block put back
        self.just_moved: list[list[Any]] = []

    def undo(self, block: ChangeBlock, *, is_strict: bool) -> dict[Row, str]:
        """Put a block back; which of its rows stay, and why: none where that is not allowed."""
        self.just_moved = []
        kept = obstacles_of(self._session, block.data, self._created, self._expected)
        if kept and is_strict:
            raise refusal(str(block.change_set_id), [*kept.values()])
        data = putting_back.without(block.data, kept)
        try:
            self._put_back(data)
        except _REFUSED as error:
            if is_strict:
                raise _as_refusal(error) from error
            for row, part in putting_back.single_rows(data):
                try:
                    self._put_back(part)
                except _REFUSED:
                    kept[row] = _("%(name)s is used by now", name=f"{row[0]} {row[1]}")
        return kept

    def _expected(self, row: Row, version: int | None) -> int | None:
        return self._moved.get(row, version)

    def _put_back(self, data: dict[str, Any]) -> None:
        with self._session.begin_nested(), undoing(self._session):
            moved = putting_back.put_back(self._session, data)
        self._moved |= moved
        self.just_moved += [[*row, version] for row, version in moved.items()]


def _as_refusal(error: Exception) -> DomainError:
    if isinstance(error, DomainError):
        return error
    return DomainError("This cannot be undone: other records are built on it by now.")
