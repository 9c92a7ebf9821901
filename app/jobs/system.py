"""What the product does for itself: old traces go, and the database knows its sizes."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, or_

from app.entities.system.job import Job, JobTick
from app.entities.system.notification import Notification
from app.entities.system.once import IdempotencyKey
from app.entities.system.session import UserSession
from app.entities.types import now_utc
from app.extensions import refresh_statistics
from app.lowcode import once
from app.lowcode.jobs import JobContext, job
from app.rules.jobs import JobState

#: failed work stays longer: somebody may still want to know, or to try again
KEEP_ENDED = timedelta(days=30)
KEEP_FAILED = timedelta(days=180)
KEEP_READ = timedelta(days=90)
#: long enough to look at who was where; the audit trail knows for longer
KEEP_SESSIONS = timedelta(days=7)
#: longer than any schedule's interval: the last tick says that a schedule is not new
KEEP_TICKS = timedelta(days=400)


@job("clean_up")
def clean_up(context: JobContext) -> dict[str, Any]:
    """Delete what nobody looks at any more; the counts are the result."""
    refresh_statistics(context.session.connection())
    now = now_utc()
    ended = Job.state.in_([JobState.DONE, JobState.CANCELLED]) & (Job.ended_on < now - KEEP_ENDED)
    failed = (Job.state == JobState.DEAD) & (Job.ended_on < now - KEEP_FAILED)
    read = Notification.read_on < now - KEEP_READ
    over = now - KEEP_SESSIONS
    removals = {
        "jobs": delete(Job).where(ended | failed),
        "notifications": delete(Notification).where(read),
        "keys": delete(IdempotencyKey).where(IdempotencyKey.created_on < now - once.KEPT),
        "sessions": delete(UserSession).where(
            or_(UserSession.ended_on < over, UserSession.expires_on < over)
        ),
        "ticks": delete(JobTick).where(JobTick.due_on < now - KEEP_TICKS),
    }
    return {
        name: context.session.execute(query.execution_options(synchronize_session=False)).rowcount  # type: ignore[attr-defined]
        for name, query in removals.items()
    }
