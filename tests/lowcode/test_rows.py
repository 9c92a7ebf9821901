"""Rows of lists that were written before are shown again as they were; any other as it is now."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask

from app.entities.customers import Contact, Customer, Interaction
from app.entities.system.user import User
from app.lowcode.bounded import Bounded
from tests.callers import inside
from tests.factories import make_user
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]
COLUMNS = "/customers/?cols=name,tier,owner,created_on"


@pytest.fixture
def owner(app: Flask) -> int:
    """Of one customer with one contact."""
    with inside(app) as session:
        user = make_user(session, name="Li Lei")
        customer = Customer(name="示例公司", tier="ordinary", owner=user)
        customer.created_on = datetime(2026, 3, 5, 16, 30, tzinfo=UTC)
        customer.contacts = [Contact(name="韩梅梅")]
        session.add(customer)
        session.flush()
        return user.id


def rows(page: str) -> list[str]:
    """The text of each row."""
    found = re.findall(r"<tr[ >].*?</tr>", page, re.DOTALL)
    return [re.sub(r"<[^>]+>", " ", row) for row in found if "<td" in row]


def test_what_a_row_names_is_named_as_it_is_called_now(
    app: Flask, visitor: Visitors, owner: int
) -> None:
    admin = visitor("administrator", locale="en")
    for name in ("Li Lei", "Lily", "Li Lei"):
        with inside(app) as session:
            session.get_one(User, owner).name = name
        (row,) = rows(admin.get(COLUMNS).text)
        assert name in row
        assert ("Lily" in row) == (name == "Lily")


@pytest.mark.usefixtures("owner")
def test_a_changed_value_stands_in_the_list_and_in_the_tab_of_a_record(
    app: Flask, visitor: Visitors
) -> None:
    admin = visitor("administrator", locale="en")
    with inside(app) as session:
        contact = session.query(Contact).one()
        address, key = f"/customers/{contact.customer_id}?tab=contacts", contact.id
    for title in ("Buyer", "Director", "", "Buyer"):
        with inside(app) as session:
            session.get_one(Contact, key).job_title = title
        for page in (admin.get("/contacts/?cols=name,job_title").text, admin.get(address).text):
            (row,) = rows(page)
            assert "韩梅梅" in row
            assert ("Buyer" in row, "Director" in row) == (title == "Buyer", title == "Director")


@pytest.mark.usefixtures("owner")
def test_each_reads_the_same_row_in_their_own_language_and_zone(visitor: Visitors) -> None:
    people = {
        "2026-03-06 00:30": visitor("administrator", locale="zh", timezone="Asia/Shanghai"),
        "2026-03-05 16:30": visitor("administrator", locale="en", timezone="UTC"),
    }
    for _again in range(2):
        for moment, person in people.items():
            (row,) = rows(person.get(COLUMNS).text)
            assert moment in row
            assert ("Ordinary" in row, "普通" in row) == ("16:30" in moment, "00:30" in moment)


@pytest.mark.usefixtures("owner")
def test_rows_lead_where_their_reader_may_go(app: Flask, visitor: Visitors) -> None:
    seller, admin = visitor("sales", locale="en"), visitor("administrator", locale="en")
    with inside(app) as session:
        session.query(Customer).one().owner_id = seller.user_id
    for _again in range(2):
        assert f'href="/users/{seller.user_id}"' in admin.get(COLUMNS).text
        page = seller.get(COLUMNS).text
        assert 'href="/customers/' in page
        assert 'href="/users/' not in page


@pytest.mark.usefixtures("owner")
def test_a_list_with_long_texts_is_written_each_time(app: Flask, visitor: Visitors) -> None:
    with inside(app) as session:
        contact = session.query(Contact).one()
        talk = Interaction(subject="Call", customer_id=contact.customer_id)
        session.add(talk)
        session.flush()
        key = talk.id
    admin = visitor("administrator", locale="en")
    for content in ("first", "second"):
        with inside(app) as session:
            session.get_one(Interaction, key).content = content
        assert content in admin.get("/interactions/?cols=subject,content").text


def test_room_is_made_by_leaving_the_older_half() -> None:
    kept, made = Bounded[str](4), []

    def make(name: str) -> str:
        made.append(name)
        return name.upper()

    assert [kept.get(name, make, name) for name in "abcdab"] == list("ABCDAB")
    assert made == list("abcd")
    assert [kept.get(name, make, name) for name in "ecda"] == list("ECDA")
    assert made == list("abcdea")
