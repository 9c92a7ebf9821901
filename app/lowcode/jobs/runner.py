"""The threads that work off the queue, keep their leases alive and serve the schedule."""

import logging
import os
import socket
import threading
import time
from collections.abc import Sequence
from datetime import timedelta

from flask import Flask
from sqlalchemy.exc import OperationalError

from app.entities.types import now_utc
from app.extensions import db, reading
from app.lowcode.jobs import queue
from app.lowcode.jobs.context import JobContext
from app.lowcode.jobs.queue import Claim, LeaseLost
from app.lowcode.jobs.registry import Scheduled
from app.lowcode.jobs.ticks import serve_schedule
from app.lowcode.jobs.work import work_on

logger = logging.getLogger(__name__)

#: seconds between looks when nothing says that there is work
POLL = 30.0
#: seconds between reports of running jobs, and of leases
REPORT = 1.0
#: seconds between looks at the schedule
TICK = 15.0
#: seconds that running jobs get to reach their next checkpoint when the runner stops
GRACE = 4.0


class Runner:
    """Works off the job table in this process until stopped.

    `poll` is how long, in seconds, it takes at most to see a job that another process put in; jobs
    of this process are seen at once. `lease`: how long a worker that died holds up its jobs.
    """

    def __init__(
        self,
        app: Flask,
        threads: int,
        schedule: Sequence[Scheduled],
        poll: float = POLL,
        lease: timedelta = queue.LEASE,
    ) -> None:
        self._app = app
        self._count = threads
        self._schedule = schedule
        self._poll = poll
        self._lease = lease
        self._name = f"{socket.gethostname()}:{os.getpid()}"[:100]
        self._stopping = threading.Event()
        self._woken = threading.Condition()
        self._calls = 0
        self._running: dict[int, JobContext] = {}
        self._threads: list[threading.Thread] = []

    @property
    def is_running(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)

    def start(self) -> None:
        """Start the threads; they end with the process at the latest."""
        if self._count == 0 or self.is_running:
            return
        self._stopping.clear()
        targets = [self._work] * self._count + [self._keep]
        self._threads = [
            threading.Thread(target=target, name=f"jobs-{number}", daemon=True)
            for number, target in enumerate(targets)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let jobs reach their next checkpoint and give the others back, within five seconds."""
        self._stopping.set()
        self.wake()
        end = time.monotonic() + GRACE
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        for context in list(self._running.values()):
            self._give_back(context)

    def wake(self) -> None:
        """There may be work: look at once."""
        with self._woken:
            self._calls += 1
            self._woken.notify_all()

    def run_pending(self) -> int:
        """Work off in this thread what is due now; returns how many jobs that was."""
        done = 0
        while not self._stopping.is_set() and (claim := self._claim()):
            self._run(claim)
            done += 1
        return done

    def _work(self) -> None:
        while not self._stopping.is_set():
            calls = self._calls
            try:
                claim = self._claim()
                wait = 0.0 if claim else self._seconds_to_next()
                if claim:
                    self._run(claim)
            except Exception:
                # A database that is away comes back; the thread must be there then.
                logger.exception("the job queue cannot be worked off at the moment")
                wait = min(self._poll, 5.0)
            self._wait(calls, wait)

    def _claim(self) -> Claim | None:
        now = now_utc()
        with self._app.app_context():
            with reading():
                due = queue.is_due(db.session, now)
                db.session.rollback()
            if not due:
                return None
            claim = queue.claim(db.session, self._name, now, self._lease)
            db.session.commit()
            return claim

    def _run(self, claim: Claim) -> None:
        context = JobContext(claim, self._stopping)
        self._running[claim.id] = context
        try:
            work_on(self._app, context)
        finally:
            self._running.pop(claim.id, None)

    def _seconds_to_next(self) -> float:
        with self._app.app_context(), reading():
            moment = queue.next_moment(db.session)
        if moment is None:
            return self._poll
        # A lease that ends now may be renewed in this very moment: never spin.
        return min(self._poll, max(0.05, (moment - now_utc()).total_seconds()))

    def _wait(self, calls: int, seconds: float) -> None:
        with self._woken:
            self._woken.wait_for(lambda: self._calls != calls or self._stopping.is_set(), seconds)

    def _keep(self) -> None:
        """Reports, leases and the schedule, beside the jobs."""
        next_tick = 0.0
        while not self._stopping.is_set():
            for context in list(self._running.values()):
                self._report(context)
            if time.monotonic() >= next_tick:
                next_tick = time.monotonic() + self._serve_schedule()
            self._stopping.wait(REPORT)

    def _serve_schedule(self) -> float:
        """Put in the jobs that are due; seconds until the next look."""
        try:
            with self._app.app_context():
                serve_schedule(db.session, self._schedule, now_utc())
        except Exception:
            logger.exception("the schedule cannot be served at the moment")
        return min(self._poll, TICK)

    def _report(self, context: JobContext) -> None:
        """Show progress and renew the lease, where there is news or the lease is half over."""
        if not context.wants_report:
            return
        try:
            with self._app.app_context():
                context.renew(db.session)
                db.session.commit()
        except LeaseLost:
            context.lost.set()
        except OperationalError:
            # SQLite: the job itself is writing, and with it nobody can take the job away.
            logger.debug("job %s reports later", context.job_id)

    def _give_back(self, context: JobContext) -> None:
        """The job did not stop in time: its outcome is refused, another worker starts it anew."""
        context.lost.set()
        try:
            with self._app.app_context():
                queue.release(db.session, context.claim)
                db.session.commit()
        except (LeaseLost, OperationalError):
            logger.info("job %s keeps its lease until it runs out", context.job_id)
