"""Pages of a list: whoever goes from one to the next meets every row once, in the list's order."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from app.entities.customers import Customer
from app.entities.types import now_utc
from app.extensions import db, refresh_statistics
from app.lowcode import few, listing
from app.lowcode.list_state import Listable, ListState, read_state
from app.lowcode.principal import DataScope, Principal, acting_as
from app.rules.customers import Tier
from tests.callers import inside
from tests.factories import make_user
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]

SOURCE = Listable(
    model=Customer,
    columns=("name", "owner", "credit_limit"),
    search=("name",),
    filters=frozenset({"tier"}),
    sortable=frozenset({"name", "tier", "credit_limit", "owner", "created_on", "region"}),
    order=(("created_on", True),),
)
SORTS = ["name", "-name", "tier", "-tier", "credit_limit", "-credit_limit", "owner", "-owner",
         "created_on", "-created_on", "tier,-credit_limit", "-owner,name", "region"]  # fmt: skip


def rows(session: Session) -> None:
    """Few values, many ties, and places where nothing stands."""
    people = [make_user(session, name=name).id for name in ("Ada", "Bo")]
    begun = now_utc()
    for n in range(23):
        session.add(
            Customer(
                name=f"客户 {n % 7}",
                tier=list(Tier)[n % 2],
                credit_limit=None if n % 3 == 0 else Decimal(n % 4),
                owner_id=(*people, None)[n % 3],
                created_on=begun - timedelta(minutes=n % 5),
            )
        )
    session.commit()


def state_of(sort: str, **args: Any) -> ListState:
    return read_state(SOURCE, MultiDict({"sort": sort, **args}))


def keys_of(page: Any) -> list[int]:
    return [row.id for row in page.rows]


def walk(state: ListState, step: str) -> list[list[int]]:
    pages = []
    wanted: ListState | None = state
    while wanted is not None:
        page = listing.page(SOURCE, wanted, ("name",), 10_000)
        assert page.problems == ()
        pages.append(keys_of(page))
        wanted = getattr(page, step)
    return pages


def by_number(state: ListState, size: int) -> list[list[int]]:
    found = [
        keys_of(listing.page(SOURCE, listing.replace(state, page=n), ("name",), 10_000))
        for n in range(1, 2 + 23 // size)
    ]
    return [keys for keys in found if keys]


@pytest.mark.usefixtures("database")
def test_going_on_and_opening_by_number_show_the_same_pages(session: Session) -> None:
    rows(session)

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(sort=st.sampled_from(SORTS), size=st.integers(1, 12))
    def check(sort: str, size: int) -> None:
        state = state_of(sort, size=size)
        expected = by_number(state, size)
        assert walk(state, "later") == expected
        assert sorted(key for keys in expected for key in keys) == sorted(
            session.scalars(listing.select(Customer.id))
        )
        last = walk_to_end(state)
        assert walk(last, "earlier")[::-1] == expected

    check()


@pytest.mark.parametrize("sort", SORTS)
def test_rows_that_are_few_and_named_are_the_same_pages(
    app: Flask, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    with inside(app) as session:
        rows(session)
        state = state_of(sort, size=3, **{"f.tier": list(Tier)[1].value})
        pages = {}
        for most in (few.FEW, 0):
            monkeypatch.setattr(few, "FEW", most)
            found = walk(state, "later")
            assert walk(walk_to_end(state), "earlier") == found[::-1]
            pages[most] = found
    first, second = pages.values()
    assert first == second
    assert len([key for page in first for key in page]) == 11


def test_sqlite_does_not_go_along_the_list_for_the_few_that_hold_a_value(app: Flask) -> None:
    common, rare = list(Tier)[:2]
    stamp = {"created_on": now_utc(), "changed_on": now_utc(), "kind": "company"}
    values = [{**stamp, "code": f"F{n}", "name": "F", "name_key": "f"} for n in range(3000)]
    for n, row in enumerate(values):
        row["tier"] = rare if n < 5 else common
    with inside(app) as session:
        session.connection().execute(insert(Customer.__table__), values)
        refresh_statistics(session.connection())
    with app.app_context():
        db.engine.dispose()  # a connection learns of statistics when it is opened
    with inside(app) as session:
        steps = []
        driver: Any = session.connection().connection.driver_connection
        driver.set_progress_handler(lambda: steps.append(1), 10)
        for sort in ("-created_on", "name", "-credit_limit"):
            state = state_of(sort, **{"f.tier": rare.value})
            page = listing.page(SOURCE, state, ("name",), 10_000, counted=10_001)
            assert (len(page.rows), page.count) == (5, 5)
        driver.set_progress_handler(None, 0)
    # Fewer steps of the database than rows of the table: going along it took 24,000.
    assert len(steps) * 10 < len(values)


def walk_to_end(state: ListState) -> ListState:
    while (later := listing.page(SOURCE, state, ("name",), 10_000).later) is not None:
        state = later
    return state


def test_empty_places_come_last_in_either_direction(session: Session) -> None:
    rows(session)
    for sort in ("credit_limit", "-credit_limit", "owner", "-owner"):
        page = listing.page(SOURCE, state_of(sort, size=100), ("credit_limit", "owner"), 10_000)
        values = [row.values[sort.lstrip("-")] for row in page.rows]
        filled = [value is not None for value in values]
        assert filled == sorted(filled, reverse=True), sort


@pytest.mark.usefixtures("database")
def test_a_page_beside_a_known_row_holds_only_what_its_reader_sees(session: Session) -> None:
    rows(session)
    mine = make_user(session, name="Mine")
    session.add_all(Customer(name=f"M{n}", owner_id=mine.id) for n in range(5))
    session.commit()
    person = Principal(mine.id, "Mine", scopes={"Customer": DataScope.OWN})
    key = mine.id
    with acting_as(person):
        pages = walk(state_of("name", size=2), "later")
    own = set(session.scalars(listing.select(Customer.id).where(Customer.owner_id == key)))
    assert sorted(key for page in pages for key in page) == sorted(own)


def test_the_place_of_another_list_or_a_changed_one_is_the_first_page(
    app: Flask, visitor: Visitors
) -> None:
    with inside(app) as session:
        rows(session)
    boss = visitor("administrator", locale="en")
    first = boss.get("/customers/?sort=name&size=5").text
    (place,) = set(re.findall(r"[?&;]after=([\w.-]+)", first))
    second = boss.get(f"/customers/?sort=name&size=5&page=2&after={place}").text
    assert keys_on(second) != keys_on(first)
    for sort, text in (("-name", place), ("name", place[:-2] + "xx"), ("name", "nothing")):
        answer = boss.get(f"/customers/?sort={sort}&size=5&page=2&after={text}")
        assert answer.status_code == 200
        assert "This page is no longer known" in answer.text
        assert keys_on(answer.text) == keys_on(boss.get(f"/customers/?sort={sort}&size=5").text)


def keys_on(page: str) -> list[int]:
    return [int(key) for key in re.findall(r'name="rowid"[^>]* value="(\d+)"', page)]


@pytest.mark.usefixtures("database")
def test_a_long_list_says_that_it_is_long_and_how_long_afterwards(
    app: Flask, visitor: Visitors
) -> None:
    with inside(app) as session:
        stamp = {"created_on": now_utc(), "changed_on": now_utc()}
        values = (
            {"code": f"L{n}", "name": f"L{n}", "name_key": "l", "credit_limit": Decimal(n % 9)}
            for n in range(10_030)
        )
        session.connection().execute(
            insert(Customer.__table__), [{**stamp, **own, "kind": "company"} for own in values]
        )
    boss = visitor("administrator", locale="en")
    page = boss.get("/customers/?size=50").text
    assert ">10,000+<" in page
    assert "/customers/summary" in page
    assert ">10,030<" in boss.get("/customers/summary").text
    assert ">1,114<" in boss.get("/customers/?f.credit_limit=8..8").text
    # By its number a page is opened as deep as rows are counted, and by going on deeper still.
    deepest = boss.get("/customers/?size=50&page=999").text
    assert "reached from page to page only" in deepest
    assert "9,951–10,000" in deepest.replace("9951", "9,951").replace("10000", "10,000")
    (place,) = set(re.findall(r"[?&;]after=([\w.-]+)", deepest))
    beyond = boss.get(f"/customers/?size=50&page=201&after={place}").text
    assert len(keys_on(beyond)) == 30
