"""Background work as rows: what is to be done, how far it is, and which moments were served."""

from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import JSON, CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.entities.base import SHARED, Entity
from app.entities.types import ChoiceType, UTCDateTime, now_utc
from app.rules.jobs import JobState


class Job(Entity):
    """One piece of work; it runs with the rights of the person in `created_by`."""

    scope = SHARED
    is_binned = False
    label_column = "kind"
    is_undoable = False
    # A job is its own trail; its progress would drown everybody else's.
    is_audited = False

    kind: Mapped[str] = mapped_column(String(64), index=True, info={"format": "word"})
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[JobState] = mapped_column(ChoiceType(JobState), default=JobState.QUEUED)
    #: percent
    progress: Mapped[int] = mapped_column(default=0, server_default="0")
    progress_text: Mapped[str | None] = mapped_column(String(200))
    log: Mapped[str | None] = mapped_column(Text, info={"format": "multiline"})
    #: what the handler keeps between attempts, so that it goes on where it stopped
    memory: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    error: Mapped[str | None] = mapped_column(String(500))
    #: counted when a worker takes the job: one that kills its worker ends as well
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    max_attempts: Mapped[int] = mapped_column(default=5, server_default="5")
    run_after: Mapped[datetime] = mapped_column(UTCDateTime, default=now_utc)
    #: after this moment the worker counts as lost and another one may take the job
    lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: whoever does not hold the current token may not write the job's outcome
    lease_token: Mapped[str | None] = mapped_column(String(36))
    worker: Mapped[str | None] = mapped_column(String(100))
    started_on: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_on: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: held until the job has ended: no second one with the same key meanwhile
    unique_key: Mapped[str | None] = mapped_column(String(200), unique=True)

    __table_args__ = (
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress_percent"),
        Index(None, "state", "run_after"),
    )


class JobTick(Model):
    """One due moment of one schedule that was served; the key makes it exactly once."""

    scope = SHARED
    __tablename__ = "job_tick"

    schedule: Mapped[str] = mapped_column(String(64), primary_key=True)
    due_on: Mapped[datetime] = mapped_column(UTCDateTime, primary_key=True)
    created_on: Mapped[datetime] = mapped_column(UTCDateTime, default=now_utc)
