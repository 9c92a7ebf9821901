"""What a job's handler gets: its arguments, the session, and ways to report and to save steps."""

import threading
import time
from typing import Any

from sqlalchemy.orm import Session

from app.entities.types import now_utc
from app.extensions import db
from app.lowcode.jobs import queue
from app.lowcode.jobs.queue import Claim, LeaseLost

#: lines of log one attempt may write
MOST_LINES = 1000
PROGRESS_LENGTH = 200


class JobStopped(Exception):  # noqa: N818 - reads as what happened
    """The worker is stopping: the job goes back into the queue and goes on later."""


class JobContext:
    """One attempt at a job.

    What the handler writes through `session` is committed together with the job's end: after a
    crash both are missing and the job runs again. Long work calls `checkpoint` between its steps
    and keeps in `memory` how far it is, so that the next attempt goes on from there.
    """

    def __init__(self, claim: Claim, stopping: threading.Event) -> None:
        self.claim = claim
        self.stopping = stopping
        #: set when the job was cancelled or taken away
        self.lost = threading.Event()
        #: JSON that outlives the attempt, saved by `checkpoint`
        self.memory: dict[str, Any] = dict(claim.memory)
        self._progress: tuple[int, str | None] = (0, None)
        self._reported: tuple[int, str | None] = (0, None)
        self._renewed = time.monotonic()
        self._lines: list[str] = []
        self._line_count = 0

    @property
    def session(self) -> Session:
        return db.session  # type: ignore[return-value]

    @property
    def job_id(self) -> int:
        return self.claim.id

    @property
    def arguments(self) -> dict[str, Any]:
        return self.claim.arguments

    def progress(self, percent: float, text: str | None = None) -> None:
        """Say how far the work is; shown within a second or two, or with the next checkpoint.

        Raises LeaseLost when the job was cancelled: let it pass.
        """
        if self.lost.is_set():
            raise LeaseLost(f"job {self.job_id}")
        shown = None if text is None else text[:PROGRESS_LENGTH]
        self._progress = (max(0, min(100, int(percent))), shown)

    def log(self, text: str) -> None:
        """Add a line to the job's log; kept with the next checkpoint or the end, failed or not."""
        self._line_count += 1
        if self._line_count <= MOST_LINES:
            self._lines.append(f"{now_utc():%Y-%m-%d %H:%M:%S}Z  {text}")
        elif self._line_count == MOST_LINES + 1:
            self._lines.append("…")

    def checkpoint(self) -> None:
        """Commit what was done so far, together with `memory`, progress and log.

        Raises LeaseLost when the job is no longer ours (nothing is committed then) and JobStopped
        when the worker is stopping (everything is): let both pass.
        """
        self.renew(self.session, memory=self.memory, **self.log_value())
        self.session.commit()
        self._lines.clear()
        if self.stopping.is_set():
            raise JobStopped

    def renew(self, session: Session, **values: Any) -> None:
        """Write progress and a new lease; LeaseLost when the job is no longer ours."""
        progress = self._progress
        percent, text = progress
        queue.update_claimed(
            session,
            self.claim,
            lease_until=now_utc() + self.claim.lease,
            progress=percent,
            progress_text=text,
            **values,
        )
        self._reported, self._renewed = progress, time.monotonic()

    @property
    def wants_report(self) -> bool:
        """Is there progress to show, or is a third of the lease over?"""
        age = time.monotonic() - self._renewed
        return self._progress != self._reported or age > self.claim.lease.total_seconds() / 3

    def log_value(self) -> dict[str, Any]:
        """The column value that adds the lines written since the last checkpoint."""
        return {"log": queue.log_text(self._lines)} if self._lines else {}
