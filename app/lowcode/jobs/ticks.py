"""The schedule: every due moment becomes one job, however many processes look at it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.entities.system.job import JobTick
from app.entities.types import now_utc
from app.extensions import reading
from app.lowcode import principal
from app.lowcode.jobs.queue import enqueue
from app.lowcode.jobs.registry import Scheduled
from app.lowcode.settings import company_zone

_INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def serve_schedule(session: Session, schedule: Sequence[Scheduled], now: datetime) -> int:
    """Put in a job for each line whose last due moment nobody has served; how many.

    Commits line by line. The tick's key makes it exactly once; tick and job are one transaction.
    Of several moments missed only the last is made up for, if it is not too long ago; a line that
    is new starts with its next moment.
    """
    served = 0
    for line in schedule:
        with reading():
            due_on = line.timing.last_due(now, company_zone())
            is_known = session.get(JobTick, (line.name, due_on)) is not None
            session.rollback()
        if not is_known:
            served += _serve(session, line, due_on, now)
            session.commit()
    return served


def _serve(session: Session, line: Scheduled, due_on: datetime, now: datetime) -> bool:
    connection = session.connection()
    first = select(JobTick.due_on).where(JobTick.schedule == line.name).limit(1)
    is_new = connection.scalar(first) is None
    tick = _INSERTS[connection.dialect.name](JobTick.__table__).values(
        schedule=line.name, due_on=due_on, created_on=now_utc()
    )
    # RETURNING, since psycopg tells no row count of an INSERT once its cursor is closed.
    if connection.scalar(tick.on_conflict_do_nothing().returning(JobTick.schedule)) is None:
        return False
    if is_new or now - due_on > line.grace:
        return False
    with principal.system("schedule"):
        enqueue(session, line.kind)
    return True
