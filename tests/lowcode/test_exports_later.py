"""A long list is written in the background, for one person, with the rights they have then."""

import csv
import io
import os
import time
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from app.entities.customers import Customer
from app.lowcode.exporting import later
from app.lowcode.jobs import Runner
from app.lowcode.notifications import newest
from app.lowcode.settings import set_settings
from app.models import Job, User
from app.rules.jobs import JobState
from tests.callers import inside
from tests.visitors import Visitor

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def seller(app: Flask, visitor: Callable[..., Visitor]) -> Visitor:
    """One with four customers, on a product where three rows are all one waits for."""
    seller = visitor("sales_manager", locale="en")
    with inside(app) as session:
        set_settings(session, {"export_rows": 3})
        session.add_all(
            Customer(name=f"示例客户 {n}", owner_id=seller.user_id, tier="vip") for n in range(4)
        )
    return seller


def work(app: Flask) -> tuple[JobState, str]:
    """The state of the one job once it was done, and where its file is."""
    Runner(app, 1, ()).run_pending()
    with inside(app) as session:
        job = session.scalars(select(Job).where(Job.kind == later.JOB)).one()
        return job.state, f"/exports/{job.id}"


def begin(seller: Visitor, query: str = "") -> None:
    answer = seller.post(f"/customers/export.csv{query}")
    assert answer.status_code == 302, answer.text


def test_a_short_list_is_answered_at_once(seller: Visitor) -> None:
    answer = seller.get("/customers/export.csv?q=示例客户 1")
    assert answer.content_type.startswith("text/csv")


def test_a_long_one_is_offered_to_be_written_and_asking_writes_nothing(
    app: Flask, seller: Visitor
) -> None:
    answer = seller.get("/customers/export.csv")
    assert answer.content_type.startswith("text/html")
    assert 'action="/customers/export.csv?"' in answer.text
    with inside(app) as session:
        assert session.scalar(select(Job)) is None


def test_the_file_holds_the_filtered_list_and_its_person_is_told(
    app: Flask, seller: Visitor
) -> None:
    begin(seller, "?f.tier=vip&sort=-name")
    assert work(app)[0] is JobState.DONE
    with inside(app) as session:
        (told,) = newest(session, seller.user_id, 5)
    answer = seller.get(told.url or "")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row["Name"] for row in rows] == [f"示例客户 {n}" for n in (3, 2, 1, 0)]


def test_asked_twice_while_it_waits_it_is_written_once(app: Flask, seller: Visitor) -> None:
    begin(seller)
    begin(seller)
    assert work(app)[0] is JobState.DONE


def test_nobody_else_gets_it_not_even_an_administrator(
    app: Flask, seller: Visitor, visitor: Callable[..., Visitor]
) -> None:
    begin(seller)
    _state, url = work(app)
    assert seller.get(url).status_code == 200
    assert visitor("sales_manager").get(url).status_code == 404
    assert visitor("administrator").get(url).status_code == 404


def test_who_lost_the_right_meanwhile_gets_nothing(app: Flask, seller: Visitor) -> None:
    begin(seller)
    with inside(app) as session:
        session.get_one(User, seller.user_id).active = False
        before = set(later.folder().iterdir())
    assert work(app)[0] is JobState.DEAD
    with app.app_context():
        assert set(later.folder().iterdir()) == before


def test_old_files_leave(app: Flask, seller: Visitor) -> None:
    begin(seller)
    _state, url = work(app)
    with app.app_context():
        newest_file = max(later.folder().iterdir(), key=lambda path: path.stat().st_mtime)
        later.delete_old()
        assert newest_file.exists()
        long_ago = time.time() - later.KEPT.total_seconds() - 60
        os.utime(newest_file, (long_ago, long_ago))
        assert later.delete_old() == 1
    assert seller.get(url).status_code == 404


def test_a_format_that_does_not_exist_is_refused_before_it_waits(seller: Visitor) -> None:
    assert seller.post("/customers/export.doc").status_code == 409
