"""Many rows edited at once: previewed with reasons, saved as their forms would, and undone."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.entities.customers import Customer, Tag
from app.entities.sales.order import SalesOrder
from app.entities.system.audit import AuditEntry
from app.entities.system.changes import ChangeSet
from app.entities.system.job import Job
from app.extensions import db
from app.lowcode import registered
from app.lowcode.jobs import JobStopped
from app.lowcode.screens import bulk_runs
from app.lowcode.screens.bulk_runs import CONTROLS
from app.rules.customers import Tier
from app.rules.orders import OrderState
from tests.callers import inside
from tests.trade import make_order, make_product, make_warehouse
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]
pytestmark = pytest.mark.usefixtures("database")
ADDRESS = "/customers/bulk-edit"


@pytest.fixture
def keys(app: Flask) -> list[int]:
    """Three ordinary customers and a VIP."""
    return made(app, *[Tier.ORDINARY] * 3, Tier.VIP)


def made(app: Flask, *tiers: Tier, **values: Any) -> list[int]:
    with inside(app) as session:
        rows = [Customer(name=f"示例公司 {n}", tier=tier) for n, tier in enumerate(tiers)]
        for row in rows:
            for name, value in values.items():
                setattr(row, name, value)
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]


def tiers(app: Flask) -> list[Tier]:
    with inside(app) as session:
        return list(session.scalars(select(Customer.tier).order_by(Customer.id)))


def test_the_preview_counts_and_the_run_changes_each_row_as_its_form_would(
    app: Flask, visitor: Visitors, keys: list[int]
) -> None:
    person = visitor("administrator", locale="en")
    page = person.post(ADDRESS, rowid=keys, state="?q=x").text
    assert "Edit 4 customers" in page
    assert '<option value="tier">' in page
    assert '<option value="code">' not in page  # only one row can have it
    wish = {"rowid": keys, "state": "?q=x", "change": "tier", "tier": "vip"}
    page = person.post(ADDRESS, **wish, step="preview").text
    assert "Change 3 records" in page
    assert tiers(app) == [*[Tier.ORDINARY] * 3, Tier.VIP]
    answer = person.post(ADDRESS, **wish, step="run", matching="4", key="once")
    assert answer.headers["Location"] == "/customers/?q=x"
    assert "3 records were changed." in person.get("/customers/").text
    assert tiers(app) == [Tier.VIP] * 4
    with inside(app) as session:
        told = session.scalars(select(AuditEntry).where(AuditEntry.action == "update")).all()
        assert [entry.changes["tier"] for entry in told] == [["ordinary", "vip"]] * 3
        assert session.scalars(select(Customer.version).order_by(Customer.id)).all() == [2, 2, 2, 1]


def test_undo_puts_every_row_back(app: Flask, visitor: Visitors, keys: list[int]) -> None:
    person = visitor("administrator", locale="en")
    person.post(ADDRESS, rowid=keys, change="tier", tier="vip", step="run", matching="4")
    with inside(app) as session:
        made_set = session.scalars(select(ChangeSet)).one()
        assert (made_set.changed, made_set.label) == (3, "Tier → VIP")
        undo = f"/changes/{made_set.id}/undo"
    assert undo in person.get("/customers/").text
    assert person.post(undo).status_code == 302
    assert tiers(app) == [*[Tier.ORDINARY] * 3, Tier.VIP]


def test_sent_twice_it_is_done_once(app: Flask, visitor: Visitors, keys: list[int]) -> None:
    person = visitor("administrator", locale="en")
    wish = {"rowid": keys, "change": "tier", "tier": "vip", "step": "run", "matching": "4"}
    for _attempt in range(2):
        assert person.post(ADDRESS, **wish, key="same").status_code == 302
    with inside(app) as session:
        assert len(session.scalars(select(ChangeSet)).all()) == 1


def test_all_rows_of_a_list_are_meant_as_they_were_counted(
    app: Flask, visitor: Visitors, keys: list[int]
) -> None:
    person = visitor("administrator", locale="en")
    wish = {"all_rows": "1", "state": "?f.tier=ordinary", "change": "tier", "tier": "potential"}
    assert "Change 3 records" in person.post(ADDRESS, **wish, step="preview").text
    made(app, Tier.ORDINARY)
    answer = person.post(ADDRESS, **wish, step="run", matching="3")
    assert answer.status_code == 409
    assert "Meanwhile these are 4 records" in answer.text
    assert tiers(app).count(Tier.POTENTIAL) == 0
    assert person.post(ADDRESS, **wish, step="run", matching="4").status_code == 302
    assert tiers(app) == [*[Tier.POTENTIAL] * 3, Tier.VIP, Tier.POTENTIAL]


def test_an_unreadable_filter_means_no_rows_rather_than_all(
    app: Flask, visitor: Visitors, keys: list[int]
) -> None:
    person = visitor("administrator", locale="en")
    for state in ("?f.nothing=1", "?where={"):
        wish = {"all_rows": "1", "state": state, "change": "tier", "tier": "potential"}
        person.post(ADDRESS, **wish, step="run", matching="4")
        assert tiers(app) == [*[Tier.ORDINARY] * 3, Tier.VIP]


def test_rows_that_may_not_change_are_told_with_the_reason(app: Flask, visitor: Visitors) -> None:
    with inside(app) as session:
        warehouse = make_warehouse(session)
        product = make_product(session, warehouse, 5)
        orders = [make_order(session, warehouse, (product, 1)) for _ in range(3)]
        orders[0].state = OrderState.CONFIRMED
        session.flush()
        keys = [order.id for order in orders]
    person = visitor("administrator", locale="en")
    wish = {"rowid": keys, "change": "required_date", "required_date": "2031-05-06"}
    page = person.post("/sales-orders/bulk-edit", **wish, step="preview").text
    assert "Change 2 records" in page
    assert "This is not possible in the present state." in page
    person.post("/sales-orders/bulk-edit", **wish, step="run", matching="3")
    page = person.get("/sales-orders/").text
    assert "2 records were changed." in page
    assert "1 records stay as they are: This is not possible in the present state. (1)" in page
    with inside(app) as session:
        days = session.scalars(select(SalesOrder.required_date).order_by(SalesOrder.id)).all()
        assert [str(day) == "2031-05-06" for day in days] == [False, True, True]


def test_what_the_form_refuses_is_refused_before_any_row(
    app: Flask, visitor: Visitors, keys: list[int]
) -> None:
    person = visitor("administrator", locale="en")
    wish = {"rowid": keys, "change": "credit_limit", "credit_limit": "a lot"}
    answer = person.post(ADDRESS, **wish, step="preview")
    assert answer.status_code == 422
    assert 'value="a lot"' in answer.text


def test_a_row_that_moved_on_since_it_was_seen_stays(
    app: Flask, visitor: Visitors, keys: list[int]
) -> None:
    person = visitor("administrator", locale="en")
    with inside(app) as session:
        session.get_one(Customer, keys[0]).notes = "moved on"
    seen = " ".join(f"{key}:1" for key in keys)
    person.post(ADDRESS, rowid=keys, seen=seen, change="tier", tier="vip", step="run", matching="4")
    assert tiers(app) == [Tier.ORDINARY, *[Tier.VIP] * 3]
    assert "Somebody else changed it in the meantime." in person.get("/customers/").text


def test_only_new_doubts_hold_a_row_back_until_they_are_confirmed(
    app: Flask, visitor: Visitors, keys: list[int]
) -> None:
    person = visitor("administrator", locale="en")
    for key in keys[:2]:
        with inside(app) as session:
            session.get_one(Customer, key).name = "同名公司"
    wish = {"rowid": keys, "change": "phone", "phone": "13911112222", "matching": "4"}
    page = person.post(ADDRESS, **wish, step="preview").text
    assert "The form would ask before it saves" in page
    assert "Include what is in doubt" in page
    person.post(ADDRESS, **wish, step="run", confirm="1")
    with inside(app) as session:
        assert set(session.scalars(select(Customer.phone))) == {"13911112222"}
    # Two of one name are an old matter that a new tier has nothing to do with.
    person.post(ADDRESS, rowid=keys, change="tier", tier="vip", step="run", matching="4")
    assert tiers(app) == [Tier.VIP] * 4


def test_tags_are_added_taken_away_or_replaced(
    app: Flask, visitor: Visitors, keys: list[int]
) -> None:
    with inside(app) as session:
        old, new = Tag(name="Old"), Tag(name="New")
        session.add(new)
        session.get_one(Customer, keys[0]).tags = [old]
        session.flush()
        new_key, old_key = new.id, old.id
    person = visitor("administrator", locale="en")

    def tag(key: int, tagging: str) -> list[set[str]]:
        person.post(
            ADDRESS, rowid=keys[:2], change="tags", tags=key, tagging=tagging, step="run",
            matching="2",
        )  # fmt: skip
        with inside(app) as session:
            rows = [session.get_one(Customer, key) for key in keys[:2]]
            return [{one.name for one in row.tags} for row in rows]

    assert tag(new_key, "add") == [{"Old", "New"}, {"New"}]
    assert tag(old_key, "remove") == [{"New"}, {"New"}]
    assert tag(old_key, "replace") == [{"Old"}, {"Old"}]


def test_rights_of_screen_row_and_field_hold(
    app: Flask, visitor: Visitors, keys: list[int]
) -> None:
    wish = {"rowid": keys, "change": "tier", "tier": "vip", "step": "run", "matching": "4"}
    assert visitor("finance").post(ADDRESS, **wish).status_code in {302, 403}
    stranger = visitor("sales", locale="en")
    assert stranger.post(ADDRESS, **wish).status_code == 404  # rows that are not theirs
    own = made(app, Tier.ORDINARY, owner_id=stranger.user_id)
    # Of all rows only their own are meant.
    everything = {"all_rows": "1", "change": "tier", "tier": "vip", "step": "run"}
    assert stranger.post(ADDRESS, **everything, matching="5").status_code == 409
    assert stranger.post(ADDRESS, **everything, matching="1").status_code == 302
    assert tiers(app) == [*[Tier.ORDINARY] * 3, Tier.VIP, Tier.VIP]
    # Sales people read the credit limit and do not write it.
    stranger.post(
        ADDRESS, rowid=own, change="credit_limit", credit_limit="5", step="run", matching="1"
    )
    with inside(app) as session:
        assert session.get_one(Customer, own[0]).credit_limit != 5


def test_many_rows_are_left_to_a_job_that_does_the_same(
    app: Flask, visitor: Visitors, monkeypatch: pytest.MonkeyPatch, keys: list[int]
) -> None:
    monkeypatch.setattr("app.lowcode.screens.bulk_editing.IN_REQUEST", 2)
    monkeypatch.setattr("app.lowcode.screens.bulk_rows.AT_ONCE", 2)
    person = visitor("administrator", locale="en")
    wish = {"all_rows": "1", "state": "?f.tier=ordinary", "change": "tier", "tier": "vip"}
    person.post(ADDRESS, **wish, step="run", matching="3")
    assert tiers(app) == [*[Tier.ORDINARY] * 3, Tier.VIP]
    late = made(app, Tier.ORDINARY)  # came after it was confirmed
    app.extensions["kehu_jobs"].run_pending()
    with inside(app) as session:
        job = session.scalars(select(Job).where(Job.kind == "bulk_edit")).one()
        assert (job.error, job.result["changed"]) == (None, 3)
        assert session.get_one(Customer, late[0]).tier is Tier.ORDINARY
        assert session.scalars(select(ChangeSet.changed)).all() == [3]
    assert tiers(app)[:4] == [Tier.VIP] * 4


class OneStep:
    """A worker that stops after each step."""

    def __init__(self) -> None:
        self.memory: dict[str, Any] = {}

    def progress(self, percent: float, text: str | None = None) -> None:
        self.percent = percent

    def checkpoint(self) -> None:
        db.session.commit()
        raise JobStopped


def test_a_stopped_job_goes_on_where_it_was_and_is_one_change_set(
    app: Flask, visitor: Visitors, monkeypatch: pytest.MonkeyPatch, keys: list[int]
) -> None:
    monkeypatch.setattr("app.lowcode.screens.bulk_editing.IN_REQUEST", 2)
    monkeypatch.setattr("app.lowcode.screens.bulk_rows.AT_ONCE", 2)
    person = visitor("administrator", locale="en")
    wish = {"all_rows": "1", "state": "?f.tier=ordinary", "change": "tier", "tier": "vip"}
    person.post(ADDRESS, **wish, step="run", matching="3")
    with inside(app) as session:
        (arguments,) = session.scalars(select(Job.arguments).where(Job.kind == "bulk_edit"))
    work, stops = OneStep(), 0
    for _attempt in range(5):
        with inside(app) as session:
            try:
                done = bulk_runs.run(session, arguments, work)
                break
            except JobStopped:
                stops += 1
    assert (stops, done["changed"]) == (2, 3)
    assert tiers(app) == [Tier.VIP] * 4
    with inside(app) as session:
        assert session.scalars(select(ChangeSet.changed)).all() == [3]


def test_all_rows_of_a_list_can_be_deleted_as_they_were_counted(
    app: Flask, visitor: Visitors, keys: list[int]
) -> None:
    person = visitor("administrator", locale="en")
    wish = {"all_rows": "1", "state": "?f.tier=ordinary"}
    person.post("/customers/delete", **wish, matching="2")
    assert "Meanwhile these are 3 records. Nothing was done" in person.get("/customers/").text
    assert len(tiers(app)) == 4
    person.post("/customers/delete", **wish, matching="3")
    assert tiers(app) == [Tier.VIP]


def test_no_field_has_the_name_of_a_control(app: Flask) -> None:
    with app.app_context():
        for view in registered.screens().values():
            assert not CONTROLS & set(view.form_columns), view.resource
