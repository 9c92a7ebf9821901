"""Background work: rows in the database that threads or worker processes take on."""

from flask import current_app, has_app_context
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.extensions import db
from app.lowcode.jobs.context import JobContext, JobStopped
from app.lowcode.jobs.queue import WAITING_FLAG, LeaseLost, cancel, enqueue, retry
from app.lowcode.jobs.registry import Scheduled, job
from app.lowcode.jobs.runner import Runner

__all__ = [
    "JobContext",
    "JobStopped",
    "LeaseLost",
    "Runner",
    "Scheduled",
    "cancel",
    "enqueue",
    "job",
    "retry",
]


@event.listens_for(db.session.session_factory, "after_commit")
def _wake(session: Session) -> None:
    """Jobs put in by this transaction are taken at once."""
    if session.info.pop(WAITING_FLAG, False) and has_app_context():
        runner = current_app.extensions.get("kehu_jobs")
        if runner is not None:
            runner.wake()
