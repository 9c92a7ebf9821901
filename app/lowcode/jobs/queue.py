"""The job table as a queue: put in, taken under a lease, ended by whoever still holds the lease.

Statements go to the table itself: a job's bookkeeping needs no acting person and no audit rows.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.entities.system.job import Job
from app.entities.types import now_utc
from app.lowcode import principal
from app.lowcode.jobs.registry import kind_of
from app.rules.errors import DomainError
from app.rules.jobs import WAITING, JobState, can_cancel, can_retry, retry_delay

#: a worker that has not been heard of for so long counts as lost
LEASE = timedelta(seconds=60)
#: set on a session that has put in work, for who listens to its commit
WAITING_FLAG = "kehu_jobs_waiting"
#: among a job's arguments: the one role with which a program's key put it in
ROLE = "with_role"
WORKER_LOST = "The worker was lost too many times."

_INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_jobs: Any = Job.__table__


class LeaseLost(Exception):  # noqa: N818 - reads as what happened
    """The job was cancelled or taken by another worker: nothing of it may be written any more."""


@dataclass(frozen=True)
class Claim:
    """A job in a worker's hands, and the token that proves it."""

    id: int
    kind: str
    arguments: dict[str, Any]
    memory: dict[str, Any]
    attempts: int
    max_attempts: int
    created_by_id: int | None
    token: str
    lease: timedelta


def enqueue(
    session: Session,
    kind: str,
    arguments: dict[str, Any] | None = None,
    *,
    unique_key: str | None = None,
    run_after: datetime | None = None,
    max_attempts: int | None = None,
) -> Job:
    """Put work into the queue, in the caller's transaction; it runs with the caller's rights.

    While a job with the same `unique_key` waits or runs, that one is returned instead.
    """
    actor = principal.current_or_none()
    now = now_utc()
    arguments = dict(arguments or {})
    if actor is not None and actor.role_id is not None:
        arguments[ROLE] = actor.role_id
    values = {
        "kind": kind,
        "arguments": arguments,
        "state": JobState.QUEUED,
        "max_attempts": max_attempts or kind_of(kind).max_attempts,
        "run_after": run_after or now,
        "unique_key": unique_key,
        "memory": {},
        "created_on": now,
        "changed_on": now,
        "created_by_id": actor.user_id if actor else None,
        "changed_by_id": actor.user_id if actor else None,
    }
    # What the job is about is written before the job.
    session.flush()
    connection = session.connection()
    insert = _INSERTS[connection.dialect.name](_jobs).values(values).returning(_jobs.c.id)
    insert = insert.on_conflict_do_nothing(index_elements=["unique_key"])
    session.info[WAITING_FLAG] = True
    key = connection.scalar(insert)
    while key is None:
        key = connection.scalar(select(_jobs.c.id).where(_jobs.c.unique_key == unique_key))
        # None again: the other one has ended in between.
        key = key or connection.scalar(insert)
    return session.get_one(Job, key)


def _claimable(now: datetime) -> ColumnElement[bool]:
    return or_(
        and_(_jobs.c.state.in_(WAITING), _jobs.c.run_after <= now),
        and_(_jobs.c.state == JobState.RUNNING, _jobs.c.lease_until < now),
    )


def is_due(session: Session, now: datetime) -> bool:
    """Is there anything to take? A plain read, so that idle workers hold up nobody."""
    return (
        session.connection().scalar(select(_jobs.c.id).where(_claimable(now)).limit(1)) is not None
    )


def next_moment(session: Session) -> datetime | None:
    """When the next waiting job or running lease falls due."""
    moments = [
        session.connection().scalar(select(func.min(column)).where(condition))
        for column, condition in (
            (_jobs.c.run_after, _jobs.c.state.in_(WAITING)),
            (_jobs.c.lease_until, _jobs.c.state == JobState.RUNNING),
        )
    ]
    return min((moment for moment in moments if moment is not None), default=None)


def claim(session: Session, worker: str, now: datetime, lease: timedelta = LEASE) -> Claim | None:
    """Take the job that has waited longest; the caller commits at once.

    On SQLite the transaction has begun IMMEDIATE, on PostgreSQL rows that others are just taking
    are skipped: two workers never get the same job.
    """
    query = select(_jobs).where(_claimable(now)).order_by(_jobs.c.run_after, _jobs.c.id).limit(1)
    connection = session.connection()
    while True:
        row = connection.execute(query.with_for_update(skip_locked=True)).one_or_none()
        if row is None:
            return None
        if row.state is JobState.RUNNING and row.attempts >= row.max_attempts:
            _set(session, _jobs.c.id == row.id, **_ended(JobState.DEAD, now), error=WORKER_LOST)
            continue
        token = str(uuid4())
        _set(
            session,
            _jobs.c.id == row.id,
            state=JobState.RUNNING,
            attempts=row.attempts + 1,
            worker=worker,
            lease_token=token,
            lease_until=now + lease,
            started_on=now,
            error=None,
        )
        return Claim(
            row.id,
            row.kind,
            row.arguments,
            row.memory,
            row.attempts + 1,
            row.max_attempts,
            row.created_by_id,
            token,
            lease,
        )


def update_claimed(session: Session, held: Claim, **values: Any) -> None:
    """Write to a job as its worker; LeaseLost when it is no longer ours."""
    ours = and_(
        _jobs.c.id == held.id,
        _jobs.c.lease_token == held.token,
        _jobs.c.state == JobState.RUNNING,
    )
    if not _set(session, ours, **values):
        raise LeaseLost(f"job {held.id}")


def log_text(lines: Collection[str]) -> Any:
    """The value of `log` with `lines` added."""
    text = "".join(f"{line}\n" for line in lines)
    return func.coalesce(_jobs.c.log, "").concat(text)


def finish(session: Session, held: Claim, result: dict[str, Any] | None, **values: Any) -> None:
    """The job is done: in the transaction of its effect, so that there are both or neither."""
    ended = _ended(JobState.DONE, now_utc())
    update_claimed(session, held, **{**values, **ended, "progress": 100, "result": result})


def fail(session: Session, held: Claim, error: str, *, for_good: bool, **values: Any) -> bool:
    """Note a failed attempt; True when it was the last."""
    now = now_utc()
    if for_good or held.attempts >= held.max_attempts:
        values |= _ended(JobState.DEAD, now)
    else:
        delay = retry_delay(held.attempts)
        values |= {"state": JobState.FAILED, "run_after": now + delay, **_RELEASED}
    update_claimed(session, held, error=error[:500], **values)
    return values["state"] is JobState.DEAD


def release(session: Session, held: Claim, **values: Any) -> None:
    """Give a job back unfinished, as if it had not been taken: the worker stops."""
    values |= {"state": JobState.QUEUED, "attempts": held.attempts - 1, **_RELEASED}
    update_claimed(session, held, **values)


def cancel(session: Session, job: Job) -> None:
    """Stop a job for good; a running one notices when it next reports and writes nothing more."""
    if not can_cancel(job.state):
        raise DomainError("This work has already ended.")
    alive = and_(_jobs.c.id == job.id, _jobs.c.state.in_([*WAITING, JobState.RUNNING]))
    if not _set(session, alive, **_ended(JobState.CANCELLED, now_utc())):
        raise DomainError("This work has already ended.")
    session.refresh(job)


def retry(session: Session, job: Job) -> None:
    """Let a job that failed or was cancelled start anew, now."""
    if not can_retry(job.state):
        raise DomainError("Only work that failed or was cancelled can be tried again.")
    stopped = and_(_jobs.c.id == job.id, _jobs.c.state == job.state)
    values = {"state": JobState.QUEUED, "attempts": 0, "run_after": now_utc(), "ended_on": None}
    session.info[WAITING_FLAG] = True
    if not _set(session, stopped, **values):
        raise DomainError("Only work that failed or was cancelled can be tried again.")
    session.refresh(job)


_RELEASED: dict[str, Any] = {"lease_token": None, "lease_until": None}


def _ended(state: JobState, now: datetime) -> dict[str, Any]:
    return {"state": state, "ended_on": now, "unique_key": None, **_RELEASED}


def _set(session: Session, where: ColumnElement[bool], **values: Any) -> bool:
    """One UPDATE of the table; False when no row answered."""
    values |= {"changed_on": now_utc(), "version": _jobs.c.version + 1}
    return session.connection().execute(update(_jobs).where(where).values(values)).rowcount > 0
