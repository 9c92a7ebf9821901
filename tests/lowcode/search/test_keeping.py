"""The index is in step with the rows, whichever way they are written, and their transaction."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.entities.customers import Contact, Customer
from app.entities.system.bin import BinEntry
from app.entities.system.search import SearchDeclaration, SearchEntry
from app.entities.system.user import User
from app.lowcode import audit, bin, ownership, search
from app.lowcode.search import rebuilding
from app.lowcode.search.declared import Searched, all_searched, searched_of
from tests.callers import inside
from tests.factories import make_user
from tests.visitors import Visitor

pytestmark = pytest.mark.usefixtures("database")


def found(session: Session, typed: str, *paths: str) -> set[str]:
    where = search.holding(Customer, paths or ("name", "phone", "code"), typed)
    return set(session.scalars(select(Customer.name).where(where)))


def customers() -> Searched:
    searched = searched_of(Customer)
    assert searched is not None
    return searched


def in_step(session: Session) -> bool:
    return not any(list(rebuilding.differing(session, each)) for each in all_searched())


def test_a_new_row_is_found_at_once(session: Session) -> None:
    session.add(Customer(name="重庆华瑞有限公司", phone="13800138000"))
    session.flush()
    for typed in ("华", "华瑞", "cqhr", "huarui", "0013", "C-"):
        assert found(session, typed) == {"重庆华瑞有限公司"}, typed
    assert found(session, "华庆") == set()


def test_a_changed_row_is_found_by_what_it_is_now(session: Session) -> None:
    row = Customer(name="华瑞", phone="13800138000")
    session.add(row)
    session.commit()
    row.name = "鑫盛"
    session.flush()
    assert found(session, "华瑞") == set()
    assert found(session, "鑫盛") == {"鑫盛"}
    assert found(session, "13800138000") == {"鑫盛"}


def test_an_entry_that_comes_with_the_commit_is_the_last_one(session: Session) -> None:
    with search.put_off(session) as besides:
        row = Customer(name="华瑞")
        session.add(row)
        session.flush()
        row.name = "鑫盛"
        session.flush()
        row.name = "永昌"
        session.flush()
    assert audit.commit_with(session, besides)
    assert found(session, "永昌") == {"永昌"}
    assert found(session, "华瑞") | found(session, "鑫盛") == set()
    assert in_step(session)


def test_an_entry_that_is_put_off_comes_with_the_commit(session: Session) -> None:
    with search.put_off(session) as besides:
        session.add(Customer(name="华瑞"))
        session.flush()
    assert not in_step(session)
    assert audit.commit_with(session, besides)
    assert found(session, "华瑞") == {"华瑞"}
    assert in_step(session)


def test_what_is_rolled_back_was_never_found(session: Session) -> None:
    row = Customer(name="华瑞")
    session.add(row)
    session.commit()
    row.name = "鑫盛"
    session.flush()
    session.rollback()
    assert found(session, "鑫盛") == set()
    assert found(session, "华瑞") == {"华瑞"}
    with session.begin_nested() as savepoint:
        session.add(Customer(name="宏达"))
        session.flush()
        savepoint.rollback()
    assert found(session, "宏达") == set()


def test_deleted_and_restored_rows(app: Flask, visitor: Callable[..., Visitor]) -> None:
    boss = visitor("administrator")
    with inside(app) as session:
        session.add(Customer(name="华瑞"))
    assert boss.post("/customers/1/delete").status_code == 302
    with inside(app) as session:
        assert found(session, "华瑞") == set()
        assert in_step(session)
        bin.restore(session, session.scalars(select(BinEntry)).all())
        assert found(session, "华瑞") == {"华瑞"}
        assert in_step(session)


def test_a_handover_of_many_changes_whose_they_are(
    app: Flask, visitor: Callable[..., Visitor]
) -> None:
    old, new = visitor("sales"), visitor("sales")
    with inside(app) as session:
        session.add_all(Customer(name=f"华瑞 {n}", owner_id=old.user_id) for n in range(3))
    picker = "/contacts/picker/customer?q=华瑞"
    assert (len(old.get(picker).json), len(new.get(picker).json)) == (3, 0)
    with inside(app) as session:
        heir = session.get_one(User, new.user_id)
        assert ownership.give_all(session, Customer, Customer.id > 1, heir, None) == 2
    assert (len(old.get(picker).json), len(new.get(picker).json)) == (1, 2)


def test_an_owner_given_by_object_counts(session: Session) -> None:
    first, second = make_user(session), make_user(session)
    row = Customer(name="华瑞", owner=first)
    session.add(row)
    session.flush()
    row.owner = second
    session.flush()
    entry = session.get_one(SearchEntry, customers().first + row.id)
    held = entry.tokens.replace("'", "").split()
    assert (f"o{first.id}" in held, f"o{second.id}" in held) == (False, True)
    assert in_step(session)


def test_words_of_a_related_row_find_those_that_point_at_it(app: Flask) -> None:
    with inside(app) as session:
        customer = Customer(name="华瑞", contacts=[Contact(name="李明")])
        session.add(customer)
        session.flush()
        paths = ["name", "mobile", "customer.name"]
        for typed in ("华瑞", "李明", "hr", "李明 华瑞"):
            where = search.holding(Contact, paths, typed)
            assert session.scalars(select(Contact.name).where(where)).all() == ["李明"], typed
        customer.name = "鑫盛"
        session.flush()
        where = search.holding(Contact, paths, "华瑞")
        assert session.scalars(select(Contact.name).where(where)).all() == []


@pytest.mark.parametrize("typed", ["%", "_", "50%", "'\"$", "\\", "C%"])
def test_signs_mean_themselves(session: Session, typed: str) -> None:
    session.add_all([Customer(name="50%_o'\"$\\f"), Customer(name="plain")])
    session.flush()
    assert found(session, typed, "name") <= {"50%_o'\"$\\f"}


# made again ---------------------------------------------------------------------
def test_entries_that_were_lost_or_left_are_found_and_made_right(session: Session) -> None:
    session.add_all(Customer(name=f"华瑞 {n}") for n in range(5))
    session.flush()
    table = Customer.__table__
    connection = session.connection()
    connection.execute(update(table).where(table.c.id == 2).values(name="鑫盛"))
    connection.execute(delete(table).where(table.c.id == 3))
    connection.execute(delete(SearchEntry).where(SearchEntry.id == customers().first + 4))
    assert list(rebuilding.differing(session, customers())) == [2, 3, 4]
    assert list(rebuilding.rebuild(session, customers())) == [4, 4]
    assert in_step(session)
    assert found(session, "鑫盛") == {"鑫盛"}


def test_a_rebuilding_that_was_stopped_goes_on(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "PART", 2)
    session.add_all(Customer(name=f"华瑞 {n}") for n in range(5))
    session.flush()
    steps = rebuilding.rebuild(session, customers())
    assert [next(steps), next(steps)] == [2, 4]
    assert customers() in rebuilding.outdated(session)
    assert list(rebuilding.rebuild(session, customers())) == [1, 1]
    assert customers() not in rebuilding.outdated(session)


def test_another_declaration_makes_entries_outdated(session: Session) -> None:
    list(rebuilding.rebuild(session, customers()))
    session.get_one(SearchDeclaration, "Customer").declared = "of an earlier version"
    session.flush()
    assert customers() in rebuilding.outdated(session)
