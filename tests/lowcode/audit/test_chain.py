"""The chain: nothing is committed without its entries, and whatever is done to them is found."""

import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, event, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.entities.customers import Customer, CustomerAddress, Tag
from app.entities.system.audit import AuditEntry, AuditHead
from app.entities.system.organization import Region
from app.extensions import db
from app.lowcode import audit
from app.lowcode.audit import TrailIsAppendOnly, chain
from app.lowcode.audit.changes import values_of
from app.lowcode.audit.sealing import seal_existing
from app.rules.audit import GENESIS, AuditAction
from app.rules.customers import Tier
from tests.lowcode.audit.trails import tamper, walk

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def some(session: Session) -> int:
    """Ten committed changes; the sequence of the first of them."""
    before = session.scalar(select(AuditHead.sequence)) or 0
    for number in range(10):
        session.add(Region(code=f"R{number}", name=f"Region {number}"))
        session.commit()
    return before + 1


def count(session: Session) -> int:
    return session.scalar(select(func.count(AuditEntry.id))) or 0


# what stands in the trail ---------------------------------------------------------
def test_what_the_product_writes_is_whole(session: Session, some: int) -> None:
    verdict = walk()
    assert verdict.finding is None
    assert verdict.sequence == verdict.count == some + 9
    assert verdict.emptied == verdict.cut == 0


def test_sequences_have_no_gaps_and_one_transaction_has_one_moment(session: Session) -> None:
    session.add_all([Region(code="N", name="North"), Region(code="S", name="South")])
    session.flush()
    session.add(Region(code="E", name="East"))
    session.commit()
    rows = session.scalars(select(AuditEntry).order_by(AuditEntry.sequence)).all()
    assert [row.sequence for row in rows] == list(range(1, len(rows) + 1))
    assert len({row.created_on for row in rows[-3:]}) == 1


def test_a_commit_costs_two_statements_however_much_it_tells(session: Session) -> None:
    told: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "audit" in statement:
            told.append(statement.split()[0])

    session.add(Region(code="R", name="Region"))
    session.commit()
    session.add_all(Region(code=f"R{n}", name=f"Region {n}") for n in range(50))
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        session.commit()
        assert told == ["UPDATE", "INSERT"]
        session.scalar(select(func.count(Region.id)))
        session.commit()
        assert len(told) == 2
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_the_chain_goes_on_from_where_another_process_has_left_it(
    session: Session, some: int
) -> None:
    for last in ((0, GENESIS), (some, "f" * 64), chain.believed_end()):
        chain.believe_end(*last)
        session.add(Region(code=f"N{last[0]}", name=f"North {last[0]}"))
        session.commit()
    assert walk().finding is None
    assert count(session) == some + 12


def test_savepoints_drop_only_what_was_recorded_since(session: Session) -> None:
    session.add(Region(code="A", name="A"))
    with session.begin_nested():
        session.add(Region(code="B", name="B"))
        inner = session.begin_nested()
        session.add(Region(code="C", name="C"))
        session.flush()
        inner.rollback()
        audit.record(session, AuditAction.PRINT, "Report", None, "kept")
    outer = session.begin_nested()
    with session.begin_nested():
        session.add(Region(code="D", name="D"))
    outer.rollback()
    failing = session.begin_nested()
    audit.record(session, AuditAction.PRINT, "Report", None, "dropped")
    session.add(Region(code="A", name="twice"))
    with pytest.raises(IntegrityError):
        session.flush()
    failing.rollback()
    before = count(session)
    session.commit()
    rows = session.scalars(select(AuditEntry).order_by(AuditEntry.sequence).offset(before))
    assert [row.label for row in rows] == ["A", "B", "kept"]
    assert walk().finding is None


def test_a_line_recorded_without_any_row_is_committed_and_one_rolled_back_is_not(
    session: Session,
) -> None:
    before = count(session)
    session.rollback()
    audit.record(session, AuditAction.PRINT, "Report", None, "gone")
    session.rollback()
    audit.record(session, AuditAction.PRINT, "Report", None, "kept")
    session.commit()
    audit.record_apart(AuditAction.EXPORT, "Customer", None, "", {"rows": 5})
    rows = session.scalars(select(AuditEntry).order_by(AuditEntry.sequence).offset(before))
    assert [row.action for row in rows] == [AuditAction.PRINT, AuditAction.EXPORT]


def test_what_another_listener_changes_during_the_commit_is_written_down_too(
    session: Session,
) -> None:
    def late(current: Session) -> None:
        current.add(Region(code="L", name="late"))

    session.add(Region(code="N", name="North"))
    event.listen(session(), "before_commit", late)
    session.commit()
    session.remove()
    newest = select(AuditEntry.label).order_by(AuditEntry.sequence.desc()).limit(2)
    assert session.scalars(newest).all() == ["late", "North"]
    assert walk().finding is None


def test_a_code_nobody_declared_is_no_action(session: Session) -> None:
    with pytest.raises(ValueError, match="dance"):
        audit.record(session, "dance", "Customer")


# by hand --------------------------------------------------------------------------
def test_nobody_writes_the_trail_through_the_orm(session: Session, some: int) -> None:
    entry = session.scalars(select(AuditEntry).limit(1)).one()
    entry.label = "another"
    with pytest.raises(TrailIsAppendOnly):
        session.flush()
    session.rollback()
    session.delete(entry)
    with pytest.raises(TrailIsAppendOnly):
        session.flush()
    session.rollback()
    session.add(AuditHead(sequence=1, digest="", seal=""))
    with pytest.raises(TrailIsAppendOnly):
        session.flush()
    session.rollback()
    for statement in (update(AuditEntry).values(label=""), delete(AuditEntry)):
        with pytest.raises(TrailIsAppendOnly):
            session.execute(statement)
    assert walk().finding is None


ATTACKS = {
    "edited value": ("UPDATE audit_entry SET label = 'x' WHERE sequence = :at", 0, "values"),
    "edited change": ("UPDATE audit_entry SET changes = '{}' WHERE sequence = :at", 0, "values"),
    "edited address": ("UPDATE audit_entry SET address = '::' WHERE sequence = :at", 0, "values"),
    "emptied salt": ("UPDATE audit_entry SET salt = NULL WHERE sequence = :at", 0, "values"),
    "other row": ("UPDATE audit_entry SET entity_id = 999 WHERE sequence = :at", 0, "follow"),
    "other action": ("UPDATE audit_entry SET action = 'view' WHERE sequence = :at", 0, "follow"),
    "no action": ("UPDATE audit_entry SET action = 'nix' WHERE sequence = :at", 0, "be read"),
    "other moment": (
        "UPDATE audit_entry SET created_on = '2020-01-01 00:00:00.000000' WHERE sequence = :at",
        0,
        "follow",
    ),
    "removed": ("DELETE FROM audit_entry WHERE sequence = :at", 0, "missing"),
    "removed three": (
        "DELETE FROM audit_entry WHERE sequence BETWEEN :at AND :at + 2", 0, "missing",
    ),
    "removed tail": ("DELETE FROM audit_entry WHERE sequence >= :at", 0, "all after it"),
    "removed beginning": ("DELETE FROM audit_entry WHERE sequence <= :at", None, "missing"),
    "inserted": (
        "INSERT INTO audit_entry (sequence, created_on, actor, entity, label, action, changes,"
        " salt, values_digest, digest) SELECT 1000000, created_on, actor, entity, label, action,"
        " changes, salt, values_digest, digest FROM audit_entry WHERE sequence = :at",
        "end",
        "missing",
    ),
    "head moved": ("UPDATE audit_head SET sequence = sequence - 1", "head", "does not end"),
    "head sealed anew": ("UPDATE audit_head SET seal = 'forged'", "head", "seal"),
    "head removed": ("DELETE FROM audit_head", "head", "gone"),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_on_the_table_is_found_where_it_happened(
    session: Session, some: int, name: str
) -> None:
    statement, offset, problem = ATTACKS[name]
    at = some + 4
    tamper(session, statement, **({"at": at} if ":at" in statement else {}))
    finding = walk().finding
    assert finding is not None
    assert problem in finding.problem
    if offset is not None:
        places = {"end": some + 10, "head": finding.sequence}
        assert finding.sequence == places.get(str(offset), at)


def test_entries_that_changed_places_are_found(session: Session, some: int) -> None:
    at = some + 4
    tamper(
        session,
        "UPDATE audit_entry SET sequence = -1 WHERE sequence = :at",
        "UPDATE audit_entry SET sequence = :at WHERE sequence = :at + 1",
        "UPDATE audit_entry SET sequence = :at + 1 WHERE sequence = -1",
        at=at,
    )
    finding = walk().finding
    assert finding is not None
    assert (finding.sequence, finding.entity) == (at, "Region")


def test_a_tail_that_was_cut_together_with_the_head_lacks_the_seal(
    session: Session, some: int
) -> None:
    at = some + 4
    tamper(
        session,
        "DELETE FROM audit_entry WHERE sequence > :at",
        "UPDATE audit_head SET sequence = :at,"
        " digest = (SELECT digest FROM audit_entry WHERE sequence = :at)",
        at=at,
    )
    finding = walk().finding
    assert finding is not None
    assert "seal" in finding.problem


def test_values_may_be_taken_out_with_their_salt_and_the_chain_stays_whole(
    session: Session, some: int
) -> None:
    tamper(
        session,
        "UPDATE audit_entry SET salt = NULL, actor = '', address = NULL, label = '',"
        " changes = '{}' WHERE sequence IN (:at, :at + 1)",
        at=some,
    )
    verdict = walk()
    assert (verdict.finding, verdict.emptied) == (None, 2)


# replay ---------------------------------------------------------------------------
def _random_edits(session: Session, dice: random.Random, rounds: int) -> None:
    tags = [Tag(name=f"tag {n}") for n in range(4)]
    regions = [Region(code=f"X{n}", name=f"X {n}") for n in range(3)]
    session.add_all([*tags, *regions])
    session.commit()
    rows: list[Customer] = []
    makers: list[Callable[[Customer], None]] = [
        lambda c: setattr(c, "tier", dice.choice(list(Tier))),
        lambda c: setattr(c, "credit_limit", Decimal(dice.randrange(10**6)) / 100),
        lambda c: setattr(c, "region", dice.choice([None, *regions])),
        lambda c: setattr(c, "notes", dice.choice([None, "说明", "x" * 300])),
        lambda c: setattr(c, "tags", dice.sample(tags, dice.randrange(4))),
        lambda c: c.addresses.append(CustomerAddress(street=f"示例路 {dice.random()}")),
        lambda c: c.addresses.clear(),
    ]
    for number in range(rounds):
        chance = dice.random()
        if chance < 0.25 or not rows:
            rows.append(Customer(name=f"示例 {number}"))
            session.add(rows[-1])
        elif chance < 0.33:
            session.delete(rows.pop(dice.randrange(len(rows))))
        else:
            for row in dice.sample(rows, min(len(rows), dice.choice([1, 1, 1, 5]))):
                dice.choice(makers)(row)
        if dice.random() < 0.1:
            session.flush()
            session.rollback()
            rows = list(session.scalars(select(Customer)))
        else:
            session.commit()
    session.commit()


def test_the_trail_replays_to_the_present_state_of_every_row(app: Flask, session: Session) -> None:
    _random_edits(session, random.Random(4), 1000)  # noqa: S311 - dice
    replayed: dict[tuple[str, int | None], dict[str, Any]] = {}
    for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.sequence)):
        key = entry.entity, entry.entity_id
        if entry.action == AuditAction.DELETE:
            state = replayed.pop(key)
            gone = {name: old for name, (old, _none) in entry.changes.items()}
            assert {k: v for k, v in state.items() if v not in (None, [])} == gone
        elif entry.action in {AuditAction.CREATE, AuditAction.UPDATE}:
            state = replayed.setdefault(key, {})
            for name, (old, new) in entry.changes.items():
                assert state.get(name, [] if old == [] else None) == old, (key, name)
                state[name] = new
    for model in (Customer, CustomerAddress):
        rows = session.scalars(select(model)).all()
        assert {key for name, key in replayed if name == model.__name__} == {r.id for r in rows}
        for row in rows:
            told = replayed[model.__name__, row.id]
            assert {k: v for k, v in told.items() if v not in (None, [])} == values_of(row)
    assert walk().finding is None


def test_an_earlier_trail_is_brought_into_the_chain(app: Flask, session: Session) -> None:
    for number in range(5):
        session.add(Region(code=f"R{number}", name=f"Region {number}"))
    session.commit()
    tamper(
        session,
        "UPDATE audit_entry SET sequence = -id, digest = '', values_digest = '', salt = NULL",
        "UPDATE audit_head SET sequence = 0, digest = '', seal = ''",
    )
    assert walk().finding is not None
    total = count(session)
    assert seal_existing(session.connection(), app.config["SECRET_KEY"]) == total
    session.commit()
    verdict = walk()
    assert (verdict.finding, verdict.count, verdict.emptied) == (None, total, 0)
    session.add(Region(code="N", name="North"))
    session.commit()
    assert walk().finding is None
