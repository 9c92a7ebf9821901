"""Administrators see background work and may stop it or try it again; nobody writes it by hand."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text

from app.extensions import db
from app.lowcode.jobs import enqueue
from app.lowcode.principal import system
from app.models import Job
from app.rules.jobs import JobState
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]


@pytest.fixture
def waiting(app: Flask) -> int:
    """The key of a waiting job."""
    with app.app_context(), system("test"):
        key = enqueue(db.session, "clean_up").id
        db.session.commit()
    return key


def state_of(app: Flask, key: int) -> JobState:
    with app.app_context():
        return db.session.get_one(Job, key).state


def test_the_list_and_the_record_say_how_it_stands(visitor: Visitors, waiting: int) -> None:
    person = visitor("administrator", locale="en")
    for page in (person.get("/jobs/").text, person.get(f"/jobs/{waiting}").text):
        assert "Clean up" in page
        assert "Waiting" in page


def test_work_is_cancelled_and_tried_again(app: Flask, visitor: Visitors, waiting: int) -> None:
    person = visitor("administrator")
    assert person.post("/jobs/action/cancel", rowid=waiting).status_code == 302
    assert state_of(app, waiting) is JobState.CANCELLED
    assert person.post("/jobs/action/cancel", rowid=waiting).status_code == 409
    assert person.post("/jobs/action/retry", rowid=waiting).status_code == 302
    assert state_of(app, waiting) is JobState.QUEUED


def test_nobody_writes_a_job_by_hand(app: Flask, visitor: Visitors, waiting: int) -> None:
    person = visitor("administrator")
    assert person.get("/jobs/new").status_code in {403, 404}
    for path in (f"/jobs/{waiting}/edit", f"/jobs/{waiting}/delete"):
        assert person.post(path, kind="import").status_code in {403, 404, 405}
    assert state_of(app, waiting) is JobState.QUEUED


@pytest.mark.parametrize("role", ["sales", "sales_manager", "read_only"])
def test_other_roles_are_refused(app: Flask, visitor: Visitors, waiting: int, role: str) -> None:
    person = visitor(role)
    codes = [person.get(path).status_code for path in ("/jobs/", f"/jobs/{waiting}")]
    codes.append(person.post("/jobs/action/cancel", rowid=waiting).status_code)
    assert codes == [403, 403, 403]
    assert state_of(app, waiting) is JobState.QUEUED


def test_the_daily_work_tells_sqlite_how_large_its_tables_are(app: Flask, waiting: int) -> None:
    app.extensions["kehu_jobs"].run_pending()
    assert state_of(app, waiting) is JobState.DONE
    with app.app_context():
        known = set(db.session.scalars(text("SELECT tbl FROM sqlite_stat1")))
    assert "ab_permission_view" in known
