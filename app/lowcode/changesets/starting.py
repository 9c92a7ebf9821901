"""Who may undo which change set, and whether that is done at once or by a job."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.entities.system.changes import ChangeBlock, ChangeSet
from app.entities.system.job import Job
from app.lowcode import principal, registered
from app.lowcode.changesets.obstacles import obstacles
from app.lowcode.changesets.undoing import refusal, undo
from app.lowcode.jobs import enqueue
from app.rules.changes import ChangeKind, ChangeState
from app.rules.errors import DomainError

JOB = "undo_changes"
#: records up to which somebody waits for it
AT_ONCE = 300
#: what one must still be allowed to do to take it back
RIGHTS = {
    ChangeKind.IMPORT: "can_import",
    ChangeKind.BULK_EDIT: "can_edit",
    ChangeKind.MERGE: "can_merge",
}


def find(session: Session, key: int) -> ChangeSet | None:
    """An own set, or anybody's for an administrator; None for what is not there to see."""
    actor = principal.current()
    found = session.get(ChangeSet, key)
    if found is None or not (actor.sees_all or found.created_by_id == actor.user_id):
        return None
    return found


def own_sets(session: Session, most: int = 100) -> list[ChangeSet]:
    """The newest sets that `find` would give."""
    actor = principal.current()
    query = select(ChangeSet).order_by(ChangeSet.id.desc()).limit(most)
    if not actor.sees_all:
        query = query.where(ChangeSet.created_by_id == actor.user_id)
    return list(session.scalars(query))


def may_undo(session: Session, change_set: ChangeSet) -> bool:
    """Is it the person's own, or theirs to administer, with the right to do such a thing still,
    and is there anything to undo?"""
    screen = _screen(change_set.resource)
    return (
        change_set.state is not ChangeState.UNDONE
        and find(session, change_set.id) is not None
        and screen is not None
        and screen.may(RIGHTS[change_set.kind])
        and _blocks(session, change_set) > 0
    )


def start_undo(session: Session, change_set: ChangeSet) -> Job | None:
    """Undo it now, or let a job do it where that takes long; that job, else None.

    DomainError with what is in the way: nothing is begun then. The caller commits.
    """
    if not may_undo(session, change_set):
        raise DomainError("%(name)s: there is nothing left to undo.", name=change_set.label)
    size = change_set.created + change_set.changed + change_set.deleted
    if size <= AT_ONCE and change_set.state is ChangeState.MADE:
        undo(session, change_set.id)
        return None
    if change_set.state is ChangeState.MADE and (reasons := obstacles(session, change_set)):
        raise refusal(change_set.label, reasons)
    key = change_set.id
    job: Job = enqueue(session, JOB, {"change_set": key}, unique_key=f"{JOB}-{key}")
    change_set.job_id = job.id
    return job


def _screen(resource: str) -> Any:
    known = registered.screens().values()
    return next((screen for screen in known if screen.resource == resource), None)


def _blocks(session: Session, change_set: ChangeSet) -> int:
    of_set = select(func.count()).where(ChangeBlock.change_set_id == change_set.id)
    return session.scalar(of_set) or 0
