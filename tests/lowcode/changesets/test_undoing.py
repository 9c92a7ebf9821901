"""What was changed at once is undone at once: tables are as before, or it is said what is built."""

import random
from decimal import Decimal
from typing import Any

import pytest
from flask_babel import force_locale
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.entities.customers import Contact, Customer, CustomerAddress, Tag
from app.entities.system.audit import AuditEntry
from app.entities.system.bin import BinEntry
from app.entities.system.changes import ChangeBlock, ChangeSet
from app.entities.system.record import Note
from app.lowcode import changesets
from app.lowcode.audit.chain import verify
from app.rules.audit import AuditAction
from app.rules.changes import ChangeKind, ChangeState
from app.rules.customers import Tier
from app.rules.errors import DomainError
from tests.dumps import dump

pytestmark = pytest.mark.usefixtures("database")


def recorded(session: Session, **options: Any) -> Any:
    values = {"kind": ChangeKind.BULK_EDIT, "resource": "customers", "label": "a set"} | options
    return changesets.record(session, **values)


def some(session: Session, count: int = 4) -> list[Customer]:
    tags = [Tag(name=f"tag {number}") for number in range(3)]
    rows = [
        Customer(
            name=f"公司{number}",
            tier=Tier.VIP,
            tags=tags[: number % 4],
            addresses=[CustomerAddress(street=f"{number} 号")],
        )
        for number in range(count)
    ]
    session.add_all(rows)
    session.flush()
    session.add_all(Contact(customer=row, name=f"contact of {row.name}") for row in rows[:2])
    session.add(Note(entity="Customer", entity_id=rows[0].id, text="remember"))
    session.commit()
    return rows


def test_what_was_made_is_gone_and_what_was_changed_is_as_before(session: Session) -> None:
    first, second, *_others = some(session)
    before = dump(session)
    versions = first.version, second.version
    with recorded(session) as key:
        first.name, first.credit_limit, first.tier = "新名", Decimal("12.5"), Tier.ORDINARY
        first.tags = second.tags[:1]
        second.addresses[0].street = "elsewhere"
        second.addresses.append(CustomerAddress(street="second"))
        address = CustomerAddress(street="x")
        session.add(Customer(name="made", tags=[*second.tags], addresses=[address]))
    session.commit()
    assert dump(session) != before
    undone = changesets.undo(session, key)
    session.commit()
    assert dump(session) == before
    assert undone.rows > 4
    assert (first.name, first.tier) == ("公司0", Tier.VIP)
    # Whoever has the row open must be told that it moved.
    assert first.version > versions[0]
    kept = session.get_one(ChangeSet, key)
    assert kept.state is ChangeState.UNDONE
    assert session.scalar(select(func.count(ChangeBlock.id))) == 0


def test_it_stands_in_the_trail_and_the_trail_is_whole(session: Session) -> None:
    first, *_others = some(session)
    with recorded(session) as key:
        first.name = "x"
    changesets.undo(session, key)
    session.commit()
    told = session.execute(
        select(AuditEntry.entity, AuditEntry.action, AuditEntry.changes)
        .order_by(AuditEntry.sequence.desc())
        .limit(2)
    ).all()
    assert [(entity, action) for entity, action, _changes in told] == [
        ("ChangeSet", AuditAction.UNDO), ("Customer", AuditAction.UPDATE),
    ]  # fmt: skip
    assert told[1].changes["name"] == ["x", "公司0"]
    assert verify(session.connection()).finding is None


def test_deleted_rows_come_back_with_lines_tags_and_notes(session: Session) -> None:
    first, second, third, _fourth = some(session)
    before = dump(session)
    with recorded(session, kind=ChangeKind.MERGE) as key:
        # As a merge does: contacts and notes move over, then the other one goes.
        for contact in session.scalars(select(Contact).where(Contact.customer_id == first.id)):
            contact.customer = second
        for note in session.scalars(select(Note)):
            note.entity_id = second.id
        second.tags = [*first.tags, *third.tags]
        session.flush()
        session.expire_all()
        session.delete(first)
        session.flush()
        second.name = "公司0"
        third.addresses.clear()
    session.commit()
    changesets.undo(session, key)
    session.commit()
    assert dump(session) == before
    assert session.scalar(select(func.count(BinEntry.id))) == 0


def test_changes_in_several_transactions_of_one_set_go_back_together(session: Session) -> None:
    rows = some(session)
    before = dump(session)
    with recorded(session) as key:
        for name in ("a", "b", "c"):
            for row in rows:
                row.name = f"{name} {row.id}"
            session.commit()
    with recorded(session, key=key):
        made = Customer(name="made")
        session.add(made)
        session.flush()
        made.name = "made and changed"
        session.flush()
        session.delete(made)
    session.commit()
    changesets.undo(session, key)
    session.commit()
    assert dump(session) == before


def test_what_was_rolled_back_is_no_part_of_it(session: Session) -> None:
    first, second, *_others = some(session)
    with recorded(session) as key:
        first.name = "stays"
        session.flush()
        with session.begin_nested() as part:
            second.name = "goes"
            session.flush()
            part.rollback()
    session.commit()
    assert session.get_one(ChangeSet, key).changed == 1
    assert session.scalar(select(func.count(ChangeBlock.id))) == 1


def test_inside_another_set_all_belongs_to_the_outer_one(session: Session) -> None:
    first, *_others = some(session)
    with recorded(session) as key, recorded(session, kind=ChangeKind.MERGE) as inner:
        first.name = "x"
    assert inner == key


# what is in the way ---------------------------------------------------------------
def refused(session: Session, key: int) -> str:
    session.commit()
    before = dump(session)
    with force_locale("en"), pytest.raises(DomainError) as error:
        changesets.undo(session, key)
    session.rollback()
    assert dump(session) == before
    return str(error.value.arguments.get("reasons", ""))


def test_a_row_that_was_changed_since_is_in_the_way(session: Session) -> None:
    first, second, *_others = some(session)
    with recorded(session) as key:
        first.name = second.name = "x"
    session.commit()
    second.phone = "0571 1234567"
    assert refused(session, key) == "x was changed since"


def test_what_was_built_on_a_new_row_is_in_the_way(session: Session) -> None:
    with recorded(session) as key:
        made = Customer(name="made")
        session.add(made)
    session.commit()
    session.add(Contact(customer=made, name="later"))
    assert "made is used" in refused(session, key)


def test_a_note_on_a_new_row_is_in_the_way(session: Session) -> None:
    with recorded(session) as key:
        made = Customer(name="made")
        session.add(made)
    session.add(Note(entity="Customer", entity_id=made.id, text="later"))
    assert "made is used" in refused(session, key)


def test_a_row_that_was_deleted_since_is_in_the_way(session: Session) -> None:
    *_others, last = some(session)
    with recorded(session) as key:
        last.name = "x"
    session.commit()
    session.delete(last)
    assert "was deleted since" in refused(session, key)


def test_what_was_restored_by_hand_is_in_the_way(session: Session) -> None:
    *_others, last = some(session)
    with recorded(session) as key:
        session.delete(last)
    session.commit()
    session.delete(session.scalars(select(BinEntry)).one())
    assert "no longer in the recycle bin" in refused(session, key)


def test_new_rows_that_somebody_deleted_are_in_nobodys_way(session: Session) -> None:
    with recorded(session) as key:
        made = Customer(name="made")
        session.add(made)
    session.commit()
    session.delete(made)
    session.commit()
    changesets.undo(session, key)
    session.commit()
    assert session.scalars(select(Customer)).all() == []


def test_nothing_is_undone_twice(session: Session) -> None:
    first, *_others = some(session)
    with recorded(session) as key:
        first.name = "x"
    changesets.undo(session, key)
    session.commit()
    assert refused(session, key) == ""


# at random, and killed -------------------------------------------------------------
def shake(session: Session, rng: random.Random) -> None:
    """Anything that people do to customers, in several flushes."""
    for _step in range(rng.randint(5, 15)):
        rows = session.scalars(select(Customer).order_by(Customer.id)).all()
        row = rng.choice(rows)
        match rng.randrange(6):
            case 0:
                row.name = f"name {rng.randrange(1000)}"
                row.credit_limit = Decimal(rng.randrange(10_000)) / 100
            case 1:
                tags = session.scalars(select(Tag).order_by(Tag.id)).all()
                row.tags = rng.sample(tags, rng.randint(0, len(tags)))
            case 2:
                row.addresses.append(CustomerAddress(street=f"{rng.randrange(99)} 号"))
            case 3 if row.addresses:
                row.addresses.remove(rng.choice(row.addresses))
            case 4:
                session.add(Customer(name=f"made {rng.randrange(1000)}", tags=[*row.tags]))
            case 5 if len(rows) > 3:
                for contact in session.scalars(select(Contact).filter_by(customer_id=row.id)):
                    session.delete(contact)
                session.flush()
                session.delete(row)
        if rng.random() < 0.7:
            session.flush()
        if rng.random() < 0.2:
            session.commit()


@pytest.mark.parametrize("seed", range(8))
def test_whatever_was_done_all_tables_are_as_before(session: Session, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - any order will do
    some(session, 6)
    before = dump(session)
    with recorded(session) as key:
        shake(session, rng)
    session.commit()
    changesets.undo(session, key)
    session.commit()
    assert dump(session) == before


class Killed(Exception):  # noqa: N818 - reads as what happened
    """As if the process had died between two transactions."""


@pytest.mark.parametrize("seed", range(4))
def test_killed_between_any_two_blocks_it_goes_on(session: Session, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - any order will do
    some(session, 6)
    before = dump(session)
    with recorded(session) as key:
        shake(session, rng)
    session.commit()
    state = ChangeState.MADE
    while state is not ChangeState.UNDONE:
        lives = [True, False]

        def checkpoint(lives: list[bool] = lives) -> None:
            session.commit()
            if not lives.pop(0):
                raise Killed

        try:
            changesets.undo(session, key, checkpoint=checkpoint)
            session.commit()
        except Killed:
            session.rollback()
        state = session.get_one(ChangeSet, key).state
    assert dump(session) == before


def test_what_changes_in_the_middle_stays_and_is_told_of(session: Session) -> None:
    rows = some(session)
    with recorded(session) as key:
        for row in rows:
            row.name = f"new {row.id}"
            session.flush()
    session.commit()

    def checkpoint() -> None:
        session.commit()
        if rows[0].phone is None:
            rows[0].phone = "0571 1234567"
            session.commit()

    with force_locale("en"):
        undone = changesets.undo(session, key, checkpoint=checkpoint)
    session.commit()
    assert [row.name for row in rows] == [f"new {rows[0].id}", "公司1", "公司2", "公司3"]
    assert undone.kept == [f"new {rows[0].id} was changed since"]
