"""Favourites and what was opened: the own ones, inside the own reach, at no cost of a page."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from app.entities.customers import Customer
from app.entities.system.user import User
from app.entities.system.views import Favourite, RecentlyViewed
from app.lowcode.shelf import opened
from app.lowcode.shelf.keeping import MOST_FAVOURITES
from tests.callers import inside
from tests.lowcode.test_listing import statements
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]
pytestmark = pytest.mark.usefixtures("database")


def customer(app: Flask, name: str, owner: int | None = None) -> int:
    with inside(app) as session:
        row = Customer(name=name, owner_id=owner)
        session.add(row)
        session.flush()
        return row.id


def recent(person: Visitor) -> dict[str, list[str]]:
    """The groups of the palette that are no screens."""
    answer = person.get("/palette")
    assert answer.status_code == 200
    groups = {g["label"]: [i["label"] for i in g["items"]] for g in answer.json["groups"]}
    return {label: groups.get(label, []) for label in ("Favourites", "Recent")}


# what was opened ------------------------------------------------------------------
def test_what_was_opened_is_remembered_latest_first(app: Flask, visitor: Visitors) -> None:
    person, other = visitor("administrator", locale="en"), visitor("administrator", locale="en")
    keys = [customer(app, name) for name in ("Ash", "Birch", "Cedar")]
    for key in (*keys, keys[0]):
        person.get(f"/customers/{key}").close()
    assert recent(person)["Recent"] == ["Ash", "Cedar", "Birch"]
    assert recent(other)["Recent"] == []


def test_it_is_the_persons_own_at_any_browser(app: Flask, visitor: Visitors) -> None:
    person = visitor("administrator", locale="en")
    person.get(f"/customers/{customer(app, 'Ash')}").close()
    elsewhere = Visitor(app)
    with inside(app) as session:
        username = session.get(User, person.user_id).username
    elsewhere.sign_in(username, person.user_id or 0)
    assert recent(elsewhere)["Recent"] == ["Ash"]


def test_only_so_many_are_remembered(app: Flask, visitor: Visitors) -> None:
    person = visitor("administrator", locale="en")
    key = customer(app, "Last")
    with inside(app) as session:
        for n in range(opened.MOST + 5):
            seen = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=n)
            values = {"entity": "Customer", "entity_id": 10_000 + n, "seen_on": seen}
            session.add(RecentlyViewed(user_id=person.user_id, **values))
    person.get(f"/customers/{key}").close()
    with inside(app) as session:
        left = session.scalars(select(RecentlyViewed.entity_id)).all()
    assert sorted(left) == [key, *range(10_000 + 6, 10_000 + opened.MOST + 5)]


def test_what_was_refused_was_not_opened(app: Flask, visitor: Visitors) -> None:
    seller = visitor("sales", locale="en")
    seller.get(f"/customers/{customer(app, 'Theirs')}").close()
    assert recent(seller)["Recent"] == []


def test_what_is_no_longer_theirs_or_gone_is_left_out(app: Flask, visitor: Visitors) -> None:
    seller = visitor("sales", locale="en")
    lost, gone, kept = (customer(app, n, seller.user_id) for n in ("Lost", "Gone", "Kept"))
    for key in (lost, gone, kept):
        seller.get(f"/customers/{key}").close()
        seller.post(f"/shelf/customers/{key}", on="1")
    other = visitor("sales").user_id
    with inside(app) as session:
        session.get(Customer, lost).owner_id = other
    with inside(app) as session:
        session.execute(delete(Customer).where(Customer.id == gone))
    assert recent(seller) == {"Favourites": ["Kept"], "Recent": []}
    part = seller.get("/shelf/").text
    assert "Kept" in part
    assert "Lost" not in part


# favourites -----------------------------------------------------------------------
def test_a_star_keeps_a_record_and_lets_it_go(app: Flask, visitor: Visitors) -> None:
    person, other = visitor("administrator", locale="en"), visitor("administrator", locale="en")
    key = customer(app, "Oak")
    assert 'aria-pressed="false"' in person.get(f"/customers/{key}").text
    assert person.post(f"/shelf/customers/{key}", on="1").location == f"/customers/{key}"
    assert 'aria-pressed="true"' in person.get(f"/customers/{key}").text
    assert recent(person)["Favourites"] == ["Oak"]
    assert recent(person)["Recent"] == []  # named once
    assert 'aria-pressed="false"' in other.get(f"/customers/{key}").text
    person.post(f"/shelf/customers/{key}")
    assert recent(person)["Favourites"] == []


def test_a_star_by_script_is_answered_with_the_star(app: Flask, visitor: Visitors) -> None:
    person = visitor("administrator", locale="en")
    url = f"/shelf/customers/{customer(app, 'Oak')}"
    form = {"csrf_token": person.token(), "on": "1"}
    answer = person.post_raw(url, data=form, headers={"HX-Request": "true"})
    assert "<html" not in answer.text
    assert 'aria-pressed="true"' in answer.text
    assert answer.headers["HX-Trigger"] == "kehu:shelf"


def test_nobody_keeps_what_they_do_not_see(app: Flask, visitor: Visitors) -> None:
    key = customer(app, "Theirs")
    assert visitor("sales").post(f"/shelf/customers/{key}", on="1").status_code == 404
    assert visitor("sales").post("/shelf/roles/1", on="1").status_code == 403
    assert visitor("sales").post("/shelf/nothing/1", on="1").status_code == 404


def test_favourites_have_an_end(app: Flask, visitor: Visitors) -> None:
    person = visitor("administrator", locale="en")
    keys = [customer(app, f"C{n}") for n in range(2)]
    with inside(app) as session:
        for n in range(MOST_FAVOURITES):
            session.add(Favourite(user_id=person.user_id, entity="Customer", entity_id=10_000 + n))
    for key in keys:
        person.post(f"/shelf/customers/{key}", on="1")
    assert recent(person)["Favourites"] == ["C1", "C0"]
    with inside(app) as session:
        assert session.scalar(select(func.count(Favourite.id))) == MOST_FAVOURITES


# its price ------------------------------------------------------------------------
def test_a_full_shelf_costs_a_page_no_statement(app: Flask, visitor: Visitors) -> None:
    person = visitor("administrator", locale="en")
    key = customer(app, "Oak")
    person.get("/customers/").close()
    before = statements(app, person, "/customers/")
    person.post(f"/shelf/customers/{key}", on="1")
    person.post("/saved-views/customers", name="VIP", state="?f.tier=vip", pin="1")
    person.get("/customers/").close()
    assert statements(app, person, "/customers/") == before
    assert "VIP" in person.get("/customers/").text
