"""Work in the queue is done once, for the person who put it in, or its failure is told."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask_babel import get_locale
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.entities.types import now_utc
from app.extensions import db
from app.lowcode import principal
from app.lowcode.jobs import JobContext, Runner, cancel, enqueue, job, retry
from app.lowcode.jobs import queue as queue_of_jobs
from app.lowcode.notifications import newest
from app.lowcode.principal import acting_as, system
from app.lowcode.security import principal_for
from app.models import Job, Region
from app.rules.errors import DomainError
from app.rules.jobs import JobState
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("database")


def add_region(context: JobContext) -> None:
    code = context.arguments["code"]
    context.session.add(Region(code=code, name=code))


@job("test_add")
def _add(context: JobContext) -> dict[str, Any]:
    add_region(context)
    context.progress(50, "half")
    context.log("added")
    return {"added": 1}


@job("test_who")
def _who(context: JobContext) -> dict[str, Any]:
    return {"name": principal.current().name, "locale": str(get_locale())}


@job("test_break", max_attempts=2)
def _break(context: JobContext) -> None:
    add_region(context)
    context.session.flush()
    context.log("about to break")
    raise RuntimeError("secret value")


@job("test_refuse")
def _refuse(context: JobContext) -> None:
    raise DomainError("This is refused.")


@job("test_steps")
def _steps(context: JobContext) -> None:
    """Three regions in three steps; breaks once, in the second step of the first attempt."""
    for step in range(context.memory.get("done", 0), 3):
        context.session.add(Region(code=f"step{step}", name=f"step{step}"))
        context.memory["done"] = step + 1
        if step == 1 and context.claim.attempts == 1:
            context.session.flush()
            raise RuntimeError
        context.checkpoint()


started, may_go_on = threading.Event(), threading.Event()


@job("test_wait")
def _wait(context: JobContext) -> None:
    started.set()
    assert may_go_on.wait(20)
    add_region(context)
    context.checkpoint()


@pytest.fixture
def runner(app: Flask) -> Iterator[Runner]:
    started.clear()
    may_go_on.clear()
    runner = Runner(app, 2, ())
    yield runner
    may_go_on.set()
    runner.stop()


def put_in(app: Flask, kind: str, user_id: int | None = None, **options: Any) -> int:
    """Enqueue and commit as a request does; the job's key."""
    with app.app_context():
        actor = (
            principal_for(user_id) if user_id else principal.Principal(None, "test", is_system=True)
        )
        with acting_as(actor):
            key = enqueue(db.session, kind, **options).id
            db.session.commit()
    return key


def job_of(app: Flask, key: int) -> Job:
    with app.app_context():
        return db.session.get_one(Job, key)


def codes(app: Flask) -> list[str]:
    with app.app_context(), system("test"):
        return sorted(db.session.scalars(select(Region.code)))


def make_due(app: Flask) -> None:
    """As if the time to the next attempt had passed."""
    with app.app_context():
        db.session.execute(update(Job.__table__).values(run_after=now_utc()))
        db.session.commit()


def user_in(app: Flask, *roles: str, **values: Any) -> int:
    with app.app_context(), system("test"):
        return make_user(db.session, *roles, **values).id


def test_work_is_done_once_and_leaves_result_progress_and_log(app: Flask, runner: Runner) -> None:
    key = put_in(app, "test_add", arguments={"code": "north"})
    assert (runner.run_pending(), runner.run_pending()) == (1, 0)
    done = job_of(app, key)
    assert (done.state, done.progress, done.result) == (JobState.DONE, 100, {"added": 1})
    assert done.log.strip().endswith("added")
    assert "north" in codes(app)


def test_work_of_a_transaction_that_is_rolled_back_was_never_put_in(
    app: Flask, runner: Runner
) -> None:
    with app.app_context(), system("test"):
        enqueue(db.session, "test_add", {"code": "north"})
        db.session.rollback()
    assert runner.run_pending() == 0


def test_it_runs_as_its_creator_in_the_creators_language(app: Flask, runner: Runner) -> None:
    user_id = user_in(app, name="王芳", locale="en")
    keys = [put_in(app, "test_who", user_id), put_in(app, "test_who")]
    runner.run_pending()
    assert [job_of(app, key).result for key in keys] == [
        {"name": "王芳", "locale": "en"},
        {"name": "job test_who", "locale": "zh"},
    ]


def test_nothing_is_done_for_somebody_who_has_left(app: Flask, runner: Runner) -> None:
    user_id = user_in(app)
    key = put_in(app, "test_add", user_id, arguments={"code": "north"})
    with app.app_context(), system("test"):
        db.session.execute(update(db.metadata.tables["ab_user"]).values(active=False))
        db.session.commit()
    runner.run_pending()
    assert job_of(app, key).state is JobState.DEAD
    assert "north" not in codes(app)


def test_a_failure_undoes_its_effect_waits_and_ends_after_the_last_attempt(
    app: Flask, runner: Runner
) -> None:
    user_id = user_in(app, locale="en")
    key = put_in(app, "test_break", user_id, arguments={"code": "north"})
    runner.run_pending()
    first = job_of(app, key)
    assert first.state is JobState.FAILED
    assert timedelta(seconds=5) < first.run_after - now_utc() <= timedelta(seconds=10)
    assert runner.run_pending() == 0
    make_due(app)
    runner.run_pending()
    last = job_of(app, key)
    assert (last.state, last.attempts) == (JobState.DEAD, 2)
    assert "north" not in codes(app)
    # What went wrong in detail is for the log alone.
    assert "secret value" not in last.error
    assert last.log.count("about to break") == 2
    assert "secret value" in last.log


def test_a_refusal_is_not_tried_again_and_told_to_creator_and_administrators(
    app: Flask, runner: Runner
) -> None:
    creator, administrator, other = user_in(app), user_in(app, "administrator"), user_in(app)
    key = put_in(app, "test_refuse", creator)
    runner.run_pending()
    assert job_of(app, key).state is JobState.DEAD
    with app.app_context():
        urls = [
            [item.url for item in newest(db.session, user, 9)]
            for user in (creator, administrator, other)
        ]
    assert urls == [[None], [f"/jobs/{key}"], []]


def test_the_next_attempt_goes_on_from_the_last_checkpoint(app: Flask, runner: Runner) -> None:
    key = put_in(app, "test_steps")
    runner.run_pending()
    assert [code for code in codes(app) if code.startswith("step")] == ["step0"]
    make_due(app)
    runner.run_pending()
    assert job_of(app, key).state is JobState.DONE
    assert [code for code in codes(app) if code.startswith("step")] == ["step0", "step1", "step2"]


def test_a_key_holds_off_a_second_job_until_the_first_has_ended(app: Flask, runner: Runner) -> None:
    first = put_in(app, "test_add", arguments={"code": "a"}, unique_key="once")
    assert put_in(app, "test_add", arguments={"code": "b"}, unique_key="once") == first
    runner.run_pending()
    assert put_in(app, "test_add", arguments={"code": "c"}, unique_key="once") != first


def test_work_for_later_waits(app: Flask, runner: Runner) -> None:
    put_in(app, "test_add", arguments={"code": "a"}, run_after=now_utc() + timedelta(hours=1))
    assert runner.run_pending() == 0


def test_running_threads_see_new_work_at_once(
    app: Flask, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, "kehu_jobs", runner)
    runner.start()
    put_in(app, "test_wait", arguments={"code": "north"})
    assert started.wait(5)


def test_cancelled_running_work_writes_nothing_more(app: Flask, runner: Runner) -> None:
    runner.start()
    key = put_in(app, "test_wait", arguments={"code": "north"})
    runner.wake()
    assert started.wait(5)
    with app.app_context(), system("test"):
        cancel(db.session, db.session.get_one(Job, key))
        db.session.commit()
    may_go_on.set()
    runner.stop()
    assert job_of(app, key).state is JobState.CANCELLED
    assert "north" not in codes(app)


def test_a_stopping_runner_keeps_what_was_done_and_gives_the_job_back(
    app: Flask, runner: Runner
) -> None:
    runner.start()
    key = put_in(app, "test_wait", arguments={"code": "north"})
    runner.wake()
    assert started.wait(5)
    stopper = threading.Thread(target=runner.stop)
    stopper.start()
    may_go_on.set()
    stopper.join(5)
    assert not stopper.is_alive()
    given_back = job_of(app, key)
    assert (given_back.state, given_back.attempts) == (JobState.QUEUED, 0)
    assert given_back.lease_token is None
    assert "north" in codes(app)


def test_work_of_a_lost_worker_is_taken_again_and_its_late_end_refused(session: Session) -> None:
    key = enqueue(session, "test_add", {"code": "a"}).id
    session.commit()
    lost = queue_of_jobs.claim(session, "lost", now_utc(), timedelta(seconds=-1))
    taken = queue_of_jobs.claim(session, "other", now_utc())
    session.commit()
    assert (lost.id, taken.id) == (key, key)
    with pytest.raises(queue_of_jobs.LeaseLost):
        queue_of_jobs.finish(session, lost, None)
    queue_of_jobs.finish(session, taken, None)


def test_work_that_kills_its_workers_is_parked(session: Session) -> None:
    key = enqueue(session, "test_break", {"code": "a"}).id
    for _ in range(2):
        assert queue_of_jobs.claim(session, "lost", now_utc(), timedelta(seconds=-1))
    assert queue_of_jobs.claim(session, "other", now_utc()) is None
    session.commit()
    assert session.get_one(Job, key).state is JobState.DEAD


def test_cancelled_work_can_be_tried_again_and_done_work_not(app: Flask, runner: Runner) -> None:
    key = put_in(app, "test_add", arguments={"code": "north"})
    with app.app_context(), system("test"):
        waiting = db.session.get_one(Job, key)
        cancel(db.session, waiting)
        db.session.commit()
        assert runner.run_pending() == 0
        retry(db.session, waiting)
        db.session.commit()
    assert runner.run_pending() == 1
    with app.app_context(), system("test"):
        for change in (cancel, retry):
            with pytest.raises(DomainError):
                change(db.session, db.session.get_one(Job, key))
