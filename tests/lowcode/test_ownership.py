"""Records change hands with what hangs on them, by whoever may assign, and it is written down."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.entities.customers import Contact, Customer
from app.entities.sales.deal import Deal
from app.entities.system.audit import AuditEntry
from app.entities.system.organization import Team
from app.entities.system.ownership import OwnershipChange
from app.entities.work import Task
from app.lowcode.ownership import give_all, history_of
from app.services.sales.deals import check_deal
from seed import reference
from tests.callers import Caller, inside
from tests.factories import make_user
from tests.forms import fields_of
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def team(app: Flask) -> int:
    with inside(app) as session:
        row = Team(code="A", name="A")
        session.add(row)
        session.flush()
        return row.id


def a_customer(session: Any, **values: Any) -> Customer:
    customer = Customer(name="示例公司", **values)
    session.add(customer)
    session.flush()
    return customer


def changes(session: Any) -> list[tuple[Any, ...]]:
    rows = session.scalars(select(OwnershipChange).order_by(OwnershipChange.id))
    return [(row.entity, row.from_id, row.to_id, row.by_id, row.reason) for row in rows]


# the right ------------------------------------------------------------------------
def test_who_may_not_assign_keeps_what_they_make(app: Flask, visitor: Visitors) -> None:
    seller, other = visitor("sales"), visitor("sales")
    form = fields_of(seller.get("/customers/new").text, "/customers/new")
    seller.post("/customers/new", **{**form, "name": "示例公司", "owner": other.user_id})
    with inside(app) as session:
        assert session.scalars(select(Customer.owner_id)).all() == [seller.user_id]


@pytest.mark.parametrize("door", ["form", "api"])
def test_the_owner_is_only_read_without_the_right(
    app: Flask, visitor: Visitors, team: int, door: str
) -> None:
    with inside(app) as session:
        colleague = make_user(session, "sales", team_id=team).id
    if door == "form":
        seller = visitor("sales", team_id=team)
        with inside(app) as session:
            key = a_customer(session, owner_id=seller.user_id).id
        form = fields_of(seller.get(f"/customers/{key}/edit").text, f"/customers/{key}/edit")
        seller.post(f"/customers/{key}/edit", **{**form, "name": "Neu", "owner": colleague})
        user_id = seller.user_id
    else:
        caller = Caller(app, "sales", team_id=team)
        with inside(app) as session:
            key = a_customer(session, owner_id=caller.user_id).id
        assert caller.patch(f"customers/{key}", owner=colleague).status_code in {403, 409, 422}
        user_id = caller.user_id
    with inside(app) as session:
        customer = session.get_one(Customer, key)
        assert customer.owner_id == user_id
        assert customer.name == ("Neu" if door == "form" else "示例公司")
        assert changes(session) == []


def test_who_may_assign_gives_records_to_colleagues_within_reach(
    app: Flask, visitor: Visitors, team: int
) -> None:
    caller = Caller(app, "sales_manager", team_id=team)
    with inside(app) as session:
        colleague = make_user(session, "sales", team_id=team).id
        stranger = make_user(session, "sales").id
        key = a_customer(session, owner_id=caller.user_id).id
    assert caller.patch(f"customers/{key}", owner=stranger).status_code == 422
    assert caller.patch(f"customers/{key}", owner=colleague).status_code == 200
    with inside(app) as session:
        assert changes(session) == [("Customer", caller.user_id, colleague, caller.user_id, None)]


def test_a_transfer_is_offered_to_who_may_assign(app: Flask, visitor: Visitors, team: int) -> None:
    seller = visitor("sales", locale="en", team_id=team)
    with inside(app) as session:
        key = a_customer(session, owner_id=seller.user_id).id
    assert "/customers/action/hand_over" not in seller.get(f"/customers/{key}").text
    assert seller.post("/customers/action/hand_over", rowid=key).status_code == 403
    manager = visitor("sales_manager", locale="en", team_id=team)
    assert "/customers/action/hand_over" in manager.get(f"/customers/{key}").text
    assert "/contacts/action/hand_over" not in manager.get("/contacts/").text


# the transfer ---------------------------------------------------------------------
def test_a_transfer_keeps_everything_and_says_why(app: Flask, visitor: Visitors, team: int) -> None:
    manager = visitor("sales_manager", locale="en", team_id=team)
    with inside(app) as session:
        reference.seed(session)
        old = make_user(session, "sales", name="Old", team_id=team)
        new = make_user(session, "sales", name="New", team_id=team)
        third = make_user(session, "sales", name="Third", team_id=team)
        customer = a_customer(session, owner=old)
        contact = Contact(customer=customer, name="张示例")
        mine, other = (
            Deal(title=t, customer=customer, owner=o) for t, o in (("a", old), ("b", third))
        )
        for deal in (mine, other):
            check_deal(session, deal, is_new=True, by_id=None, now=_now())
        task = Task(subject="call", assignee=old, customer=customer)
        session.add_all([contact, mine, other, task])
        session.flush()
        keys = customer.id, contact.id, mine.id, other.id, task.id
        stage, steps = mine.stage_id, len(mine.stage_changes)
        people = old.id, new.id, third.id
    asked = manager.post("/customers/action/hand_over", rowid=keys[0])
    assert "with_deals" in asked.text
    sent = {"rowid": keys[0], "asked": 1, "owner": people[1], "reason": "leaves", "with_deals": 1}
    assert manager.post("/customers/action/hand_over", **sent).status_code == 302
    with inside(app) as session:
        customer, contact, mine, other, task = (
            session.get_one(model, key)
            for model, key in zip((Customer, Contact, Deal, Deal, Task), keys, strict=True)
        )
        assert (customer.owner_id, mine.owner_id) == (people[1], people[1])
        assert other.owner_id == people[2]  # a colleague's deal stays theirs
        assert task.assignee_id == people[0]  # not ticked
        assert contact.customer_id == customer.id
        assert (mine.stage_id, len(mine.stage_changes)) == (stage, steps)
        assert {row[0] for row in changes(session)} == {"Customer", "Deal"}
        assert {row[1:] for row in changes(session)} == {(*people[:2], manager.user_id, "leaves")}
        (held,) = history_of(session, Customer, customer.id, 10)
        assert (held.old, held.new, held.reason) == ("Old", "New", "leaves")


def _now() -> Any:
    from app.entities.types import now_utc

    return now_utc()


def test_a_transfer_to_somebody_who_left_is_refused(
    app: Flask, visitor: Visitors, team: int
) -> None:
    boss = visitor("administrator", locale="en")
    with inside(app) as session:
        gone = make_user(session, "sales", team_id=team, active=False).id
        key = a_customer(session).id
    answer = boss.post("/customers/action/hand_over", rowid=key, asked=1, owner=gone)
    assert answer.status_code == 422
    assert "has left" in answer.text


def test_who_held_a_record_stands_in_its_timeline(app: Flask, visitor: Visitors) -> None:
    boss = visitor("administrator", locale="en")
    with inside(app) as session:
        one, two = (make_user(session, name=name) for name in ("Person One", "Person Two"))
        key, person = a_customer(session, owner=one).id, two.id
    sent = {"rowid": key, "asked": 1, "owner": person, "reason": "closer to them"}
    boss.post("/customers/action/hand_over", **sent)
    page = boss.whole(f"/customers/{key}")
    timeline = page[page.index('<ol class="timeline">') :]
    for text in ("Person One", "Person Two", "closer to them"):
        assert timeline.count(text) == 1, "one line, not the trail's word beside it"


# in bulk --------------------------------------------------------------------------
def test_giving_all_writes_what_saving_each_would(app: Flask) -> None:
    with inside(app) as session:
        team = Team(code="B", name="B")
        old, new = make_user(session), make_user(session, team=team)
        for number in range(1100):
            session.add(Customer(name=f"c{number}", owner=old, cooperation_since=date(2020, 1, 1)))
        session.commit()
        versions = set(session.scalars(select(Customer.version)))
        assert give_all(session, Customer, Customer.owner_id == old.id, new, "leaves") == 1100
        session.commit()
        rows = session.execute(select(Customer.owner_id, Customer.team_id).distinct()).all()
        assert rows == [(new.id, team.id)]
        assert set(session.scalars(select(Customer.version))) == {v + 1 for v in versions}
        assert len(changes(session)) == 1100
        entries = session.scalars(
            select(AuditEntry.changes).where(AuditEntry.action == "update")
        ).all()
        assert len(entries) == 1100
        assert entries[0] == {"owner_id": [old.id, new.id]}
        assert give_all(session, Customer, Customer.owner_id == old.id, new, None) == 0
