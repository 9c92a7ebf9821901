"""Of several records one is made: everything follows, nothing is lost, and it can be undone."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.customers import Contact, Customer, CustomerAddress, Interaction, Tag
from app.entities.marketing import Campaign, CampaignMember
from app.entities.sales.lead import Lead
from app.entities.system.audit import AuditEntry
from app.entities.system.bin import BinEntry
from app.entities.system.record import Note
from app.entities.system.row_access import RecordShare
from app.entities.system.views import Favourite, RecentlyViewed
from app.entities.work import Task
from app.lowcode import changesets, registered
from app.lowcode.audit.chain import verify
from app.lowcode.duplicates import comparing
from app.lowcode.duplicates.merging import merge
from app.lowcode.duplicates.references import references_to
from app.lowcode.principal import DataScope, Principal, acting_as
from app.rules.audit import AuditAction
from app.rules.errors import DomainError
from tests.dumps import dump
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """In a request, since forms are filled in one; acting as somebody who sees everything."""
    from app.extensions import db

    with app.test_request_context(method="POST"):
        yield db.session()


@pytest.fixture
def boss(session: Session) -> Iterator[Principal]:
    with acting_as(Principal(None, "setup", is_system=True)):
        user = make_user(session)
        key = user.id
    with acting_as(Principal(key, "boss", is_administrator=True)) as principal:
        yield principal


def screen(model: type[Any]) -> Any:
    return registered.screens()[model]


def add(session: Session, row: Any) -> Any:
    session.add(row)
    session.flush()
    return row


def family(session: Session) -> tuple[Customer, Customer, Customer]:
    """Three files of one customer, and one of everything that may name them."""
    red, blue = Tag(name="red"), Tag(name="blue")
    kept = Customer(name="华瑞科技", phone="13800138000", tags=[red], notes="kept")
    second = Customer(name="华瑞科技公司", email="a@example.com", tags=[red, blue], notes="second")
    third = Customer(name="华瑞科技有限公司", parent=second, cooperation_since=date(2020, 1, 1))
    for row in (kept, second, third):
        row.addresses = [CustomerAddress(street=f"{row.name} street", is_default=True)]
        add(session, row)
        add(session, Contact(customer=row, name=f"contact of {row.name}", is_primary=True))
        add(session, Interaction(customer=row, subject="call"))
        add(session, Task(subject="do", customer=row))
        add(session, Note(entity="Customer", entity_id=row.id, text="remember"))
    add(session, Customer(name="子公司", parent=third))
    kept.parent = second
    session.commit()
    return kept, second, third


def test_everything_that_named_the_others_names_the_kept_one(
    session: Session, boss: Principal
) -> None:
    kept, second, third = family(session)
    gone = [second.id, third.id]
    merge(screen(Customer), kept, [second, third], {})
    session.commit()
    assert session.scalars(select(Customer.id).where(Customer.id.in_(gone))).all() == []
    for reference in references_to(Customer):
        left = session.scalars(select(reference.model).where(*reference.where(gone))).all()
        assert left == [], reference
    assert len(kept.addresses) == len(kept.contacts) == len(kept.interactions) == 3
    assert [row.is_default for row in kept.addresses] == [True, False, False]
    assert [row.is_primary for row in sorted(kept.contacts, key=lambda row: row.id)] == [
        True,
        False,
        False,
    ]
    assert {tag.name for tag in kept.tags} == {"red", "blue"}
    assert session.scalar(select(Customer).where(Customer.name == "子公司")).parent is kept
    notes = select(Note).where(Note.entity == "Customer", Note.entity_id == kept.id)
    assert len(session.scalars(notes).all()) == 3
    assert set(session.scalars(select(BinEntry.entity_id))) == set(gone)


def test_what_people_keep_at_hand_follows_once(session: Session, boss: Principal) -> None:
    kept, second, third = family(session)
    for row in (kept, second):
        add(session, Favourite(user_id=boss.user_id, entity="Customer", entity_id=row.id))
    add(session, RecentlyViewed(user_id=boss.user_id, entity="Customer", entity_id=third.id))
    session.commit()
    merge(screen(Customer), kept, [second, third], {})
    session.commit()
    assert session.scalars(select(Favourite.entity_id)).all() == [kept.id]
    assert session.scalars(select(RecentlyViewed.entity_id)).all() == [kept.id]


def test_what_was_chosen_is_what_it_holds(session: Session, boss: Principal) -> None:
    kept, second, third = family(session)
    view, rows = screen(Customer), [kept, second, third]
    posted = {
        "pick.email": str(second.id),
        "pick.cooperation_since": str(third.id),
        "pick.notes": comparing.ALL,
        "pick.code": str(second.id),
        "pick.parent": str(third.id),
        "pick.phone": "nonsense",
    }
    values = comparing.values_of(view, kept, rows, posted)
    code = second.code
    merge(view, kept, [second, third], values)
    session.commit()
    assert (kept.email, kept.cooperation_since) == ("a@example.com", date(2020, 1, 1))
    assert kept.notes == "kept\n\nsecond"
    assert kept.code == code
    assert kept.phone == "13800138000"
    # It would have been below itself.
    assert kept.parent is None


def test_undone_all_tables_are_as_they_were(session: Session, boss: Principal) -> None:
    kept, second, third = family(session)
    before = dump(session)
    values = comparing.values_of(
        screen(Customer), kept, [kept, second, third], {"pick.name": str(third.id)}
    )
    merged = merge(screen(Customer), kept, [second, third], values)
    session.commit()
    assert dump(session) != before
    changesets.undo(session, merged.key)
    session.commit()
    assert dump(session) == before
    assert verify(session.connection()).finding is None


def test_it_is_not_undone_once_something_was_built_on_it(session: Session, boss: Principal) -> None:
    kept, second, third = family(session)
    merged = merge(screen(Customer), kept, [second, third], {})
    session.commit()
    kept.name = "changed since"
    session.commit()
    with pytest.raises(DomainError) as refused:
        changesets.undo(session, merged.key)
    assert "changed since" in str(refused.value.arguments)


def test_what_both_had_stays_once(session: Session, boss: Principal) -> None:
    customer = add(session, Customer(name="示例"))
    kept, other = (add(session, Contact(name="王伟", customer=customer)) for _ in range(2))
    one, two = add(session, Campaign(name="one")), add(session, Campaign(name="two"))
    for campaign, contact in ((one, kept), (one, other), (two, other)):
        add(session, CampaignMember(campaign=campaign, contact=contact))
    session.commit()
    before = dump(session)
    merged = merge(screen(Contact), kept, [other], {})
    session.commit()
    assert merged.dropped == {CampaignMember: 1}
    named = session.execute(select(CampaignMember.campaign_id, CampaignMember.contact_id)).all()
    assert sorted(named) == sorted([(one.id, kept.id), (two.id, kept.id)])
    changesets.undo(session, merged.key)
    session.commit()
    assert dump(session) == before


def test_rows_that_the_person_does_not_see_follow_and_stay_unseen(session: Session) -> None:
    with acting_as(Principal(None, "setup", is_system=True)):
        me, colleague = make_user(session), make_user(session)
        kept = add(session, Customer(name="华瑞", owner=me))
        other = add(session, Customer(name="华瑞公司", owner=me))
        task = add(session, Task(subject="theirs", customer=other, assignee=colleague)).id
        share = RecordShare(entity="Customer", entity_id=other.id, user_id=colleague.id)
        add(session, share)
        session.commit()
        mine = me.id, [kept.id, other.id]
        session.expunge_all()
    scopes = {"Customer": DataScope.OWN, "Task": DataScope.OWN}
    with acting_as(Principal(mine[0], "me", scopes=scopes)):
        kept, other = session.scalars(select(Customer).order_by(Customer.id)).all()
        merge(screen(Customer), kept, [other], {})
        session.commit()
        assert session.scalars(select(Task)).all() == []
        assert all(not isinstance(row, Task) for row in session)
    with acting_as(Principal(None, "look", is_system=True)):
        assert session.get_one(Task, task).customer_id == mine[1][0]
        assert session.scalar(select(RecordShare.entity_id)) == mine[1][0]


def test_nobody_merges_what_is_not_theirs_to_change(session: Session) -> None:
    with acting_as(Principal(None, "setup", is_system=True)):
        me, colleague = make_user(session), make_user(session)
        kept = add(session, Customer(name="华瑞", owner=me))
        other = add(session, Customer(name="华瑞公司", owner=colleague))
        share = RecordShare(entity="Customer", entity_id=other.id, user_id=me.id)
        add(session, share)
        session.commit()
    shared = frozenset({"Customer"})
    actor = Principal(me.id, "me", scopes={"Customer": DataScope.OWN}, shared=shared)
    with acting_as(actor), pytest.raises(DomainError, match="not yours"):
        merge(screen(Customer), kept, [other], {})


def test_it_stands_in_the_trail(session: Session, boss: Principal) -> None:
    one = add(session, Lead(name="王伟", company_name="示例"))
    two = add(session, Lead(name="王伟", company_name="示例公司"))
    add(session, Task(subject="call"))
    session.commit()
    merge(screen(Lead), one, [two], {})
    session.commit()
    query = select(AuditEntry).where(AuditEntry.action == AuditAction.MERGE)
    (entry,) = session.scalars(query).all()
    assert (entry.entity, entry.entity_id, entry.user_id) == ("Lead", one.id, boss.user_id)


def test_the_richest_record_and_its_values_are_proposed(session: Session, boss: Principal) -> None:
    kept, second, third = family(session)
    view, rows = screen(Customer), [kept, second, third]
    assert comparing.richest(view, rows) is kept
    lines = {line.name: line for line in comparing.lines_of(view, rows, {})}
    assert lines["phone"].chosen == str(kept.id)
    assert lines["email"].chosen == str(second.id)
    assert lines["notes"].chosen == comparing.ALL
    assert lines["name"].differs
    assert not lines["kind"].differs
    assert lines["tags"].is_united
    assert "fax" not in lines
