"""The list: what an address says, the rows it means, and nothing that an address can break."""

import random
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import pytest
from flask import Flask
from sqlalchemy import event, select
from werkzeug.datastructures import MultiDict

from app.entities.customers import Contact, Customer, Industry, Tag
from app.entities.system.organization import Region
from app.entities.system.user import User
from app.extensions import db
from app.lowcode import registered
from app.lowcode.list_state import LARGEST_PAGE, Listable, read_state
from app.lowcode.pages import Row, Sheet, rows_html
from app.rules.customers import Tier
from tests.callers import inside
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]

SOURCE = Listable(
    model=Customer,
    columns=("name", "tier"),
    filters=frozenset({"tier", "credit_limit", "tags"}),
    sortable=frozenset({"name", "credit_limit"}),
)


def fill(app: Flask, count: int, **values: Any) -> list[int]:
    with inside(app) as session:
        rows = [Customer(name=f"客户 {n:03}", **values) for n in range(count)]
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]


def keys_on(page: str) -> list[int]:
    return [int(key) for key in re.findall(r'name="rowid"[^>]* value="(\d+)"', page)]


# the address ----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("args", "page", "size"),
    [
        ({}, 1, 25),
        ({"page": "3", "size": "50"}, 3, 50),
        ({"page": "abc", "size": "abc"}, 1, 25),
        ({"page": "-1", "size": "0"}, 1, 1),
        ({"page": "9" * 5000, "size": "9" * 5000}, 10**6, LARGEST_PAGE),
        ({"page": "²", "size": "٣"}, 1, 25),
    ],
)
def test_page_and_size_are_whole_numbers_inside_limits(
    args: dict[str, str], page: int, size: int
) -> None:
    state = read_state(SOURCE, MultiDict(args))
    assert (state.page, state.size) == (page, size)


def test_what_cannot_be_done_is_left_out_and_said() -> None:
    state = read_state(SOURCE, MultiDict({"f.owner.password": "x", "sort": "password,-name"}))
    assert state.filters == ()
    assert state.sort == (("name", True),)
    assert [error.arguments["name"] for error in state.problems] == ["owner.password", "password"]


def test_an_address_survives_being_read_and_written() -> None:
    """Repeated filters, too: FAB lost them when paging."""
    query = "f.tags=1&f.tags=2&f.tier=vip&q=x+y&sort=-credit_limit%2Cname&size=50&page=2"
    state = read_state(SOURCE, MultiDict(parse_qsl(query)))
    again = state.query().lstrip("?")
    assert sorted(parse_qsl(again)) == sorted(parse_qsl(query))
    assert read_state(SOURCE, MultiDict(parse_qsl(again))) == state


def test_characters_that_no_database_stores_are_dropped() -> None:
    state = read_state(SOURCE, MultiDict({"q": "a\x00b\ud800", "f.tier": "\x00"}))
    assert state.q == "ab"
    assert state.filters == ()


# pages ----------------------------------------------------------------------------
@pytest.mark.usefixtures("database")
def test_pages_together_hold_every_row_once(app: Flask, visitor: Visitors) -> None:
    """Also where all rows are equal in the sorted column."""
    keys = fill(app, 12, tier=Tier.VIP)
    boss = visitor("administrator", locale="en")
    for sort in ("tier", "-tier", "credit_limit", "-owner", "name"):
        seen: list[int] = []
        for page in (1, 2, 3):
            seen += keys_on(boss.get(f"/customers/?sort={sort}&size=5&page={page}").text)
        assert sorted(seen) == keys, sort


def test_a_page_holds_at_most_two_hundred_rows(app: Flask, visitor: Visitors) -> None:
    fill(app, LARGEST_PAGE + 5)
    boss = visitor("administrator", locale="en")
    assert len(keys_on(boss.get("/customers/?size=100000000").text)) == LARGEST_PAGE


def test_links_of_paging_and_sorting_keep_the_whole_state(app: Flask, visitor: Visitors) -> None:
    with inside(app) as session:
        tags = [Tag(name="a"), Tag(name="b")]
        session.add_all(Customer(name=f"C{n}", tags=list(tags)) for n in range(30))
        session.flush()
        first, second = (tag.id for tag in tags)
    boss = visitor("administrator", locale="en")
    page = boss.get(f"/customers/?f.tags={first}&f.tags={second}&q=C&sort=name").text
    links = [
        link.replace("&amp;", "&") for link in re.findall(r'href="/customers/\?([^"]*)"', page)
    ]
    kept = [link for link in links if "page=2" in link or "sort=-name" in link]
    assert len(kept) >= 2
    for link in kept:
        pairs = parse_qsl(link)
        assert ("f.tags", str(first)) in pairs
        assert ("f.tags", str(second)) in pairs
        assert ("q", "C") in pairs


@pytest.mark.parametrize(
    "sort", ["owner.password", "nothing", "name desc; drop", "id", "phone_key"]
)
def test_an_unknown_sort_shows_the_list_in_its_own_order_and_says_so(
    app: Flask, visitor: Visitors, sort: str
) -> None:
    keys = fill(app, 3)
    answer = visitor("administrator", locale="en").get(f"/customers/?sort={sort}")
    assert answer.status_code == 200
    assert keys_on(answer.text) == keys[::-1]
    assert "cannot be sorted by" in answer.text


def test_a_filter_that_cannot_be_read_shows_nothing_rather_than_everything(
    app: Flask, visitor: Visitors
) -> None:
    fill(app, 3)
    boss = visitor("administrator", locale="en")
    for query in ("f.credit_limit=abc", "f.tier=gold", "where={", "f.created_on=0001-01-01"):
        answer = boss.get(f"/customers/?{query}")
        assert answer.status_code == 200
        assert keys_on(answer.text) == [], query


def test_a_hidden_column_cannot_be_asked_about(app: Flask, visitor: Visitors) -> None:
    fill(app, 3)
    boss = visitor("administrator", locale="en")
    tree = '{"field":"owner.password","op":"starts","value":"s"}'
    assert keys_on(boss.get("/customers/", query_string={"where": tree}).text) == []
    answer = boss.get("/customers/?f.owner.password=s")
    assert "There is no filter" in answer.text


def test_searching_finds_every_word_in_any_declared_column(app: Flask, visitor: Visitors) -> None:
    with inside(app) as session:
        session.add(Customer(name="华东贸易", phone="010 6552 9988"))
        session.add(Customer(name="华北科技"))
    boss = visitor("administrator")
    counts = [
        len(keys_on(boss.get("/customers/", query_string={"q": q}).text))
        for q in ("华", "贸易", "华 6552", "华 nothing", "%", "_", "'; --")
    ]
    assert counts == [2, 1, 1, 0, 0, 0, 0]


def test_a_list_of_contacts_shows_the_customer_without_a_query_per_row(
    app: Flask, visitor: Visitors
) -> None:
    """The number of statements of a page is the same for one row and for fifty."""
    boss = visitor("administrator", locale="en")
    counts = []
    for rows in (1, 50):
        with inside(app) as session:
            tag = Tag(name=f"tag {rows}")
            for n in range(rows):
                customer = Customer(name=f"C{rows}-{n}", tags=[tag], credit_limit=Decimal(1))
                session.add(Contact(name=f"P{n}", customer=customer))
        pages = ("/customers/?size=100", "/contacts/?size=100", "/customers/?layout=board")
        counts.append([statements(app, boss, page) for page in pages])
    assert counts[0] == counts[1]
    assert all(count <= 10 for count in counts[0]), counts


def test_a_page_asks_the_database_little_and_sends_no_more_than_its_rows(
    app: Flask, visitor: Visitors
) -> None:
    with inside(app) as session:
        tag, region = Tag(name="key account"), Region(code="demo", name="示例大区")
        owner, trade = session.scalars(select(User)).first(), Industry(code="demo", name="示例行业")
        for n in range(25):
            contact = {"phone": f"1380000{n:04}", "email": f"c{n}@example.com", "tags": [tag]}
            belongs = {"region": region, "owner": owner, "industry": trade}
            limit = Decimal("4079530.00")
            name = f"示例客户物流集团有限公司 {n}"
            session.add(Customer(name=name, credit_limit=limit, **contact, **belongs))
    boss = visitor("administrator", locale="zh")
    assert statements(app, boss, "/customers/") <= 5
    # The administrator has the longest menu there is.
    ten = "name,code,tier,industry,region,owner,phone,lifecycle_stage,credit_limit,created_on"
    for page in ("/customers/", f"/customers/?cols={ten}"):
        answer = boss.get(page)
        assert answer.text.count("<tr data-href=") == 25
        assert len(answer.data) < 40 * 1024


def statements(app: Flask, visitor: Visitor, page: str) -> int:
    """How many statements the database gets for one page."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert visitor.get(page).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)


# bad addresses --------------------------------------------------------------------
_NAMES = ["q", "where", "sort", "page", "size", "layout", "chart", "start", "end", "f.", "x"]
_VALUES = ["", "-", "*", "..", "1..", "..1", "me", "²", "\x00", "vip,,", "9" * 40, "9" * 5000,
           "'", "%", "\\", "NaN", "overdue", "0001-01-01", "9999-12-31", "{}", "[]", "[[[[",
           '{"field":"tier","op":[]}', '{"not":null}', "board", "calendar", "chart", "-1",
           "2026-03-05T00:00:00+08:00", "客户", "../../etc/passwd", "a" * 3000]  # fmt: skip


@pytest.mark.usefixtures("database")
def test_no_address_of_a_screen_breaks_it(app: Flask, visitor: Visitors) -> None:
    """A sample; thousands of lists more stand among the fault tests."""
    fill(app, 1)
    boss = visitor("administrator")
    with app.test_request_context():
        view = registered.screens(app)[Customer]
    names = [*_NAMES, *(f"f.{path}" for path in view.filters)]
    draw = random.Random(7)  # noqa: S311 - no secret
    paths = ["/customers/", "/customers/events", "/customers/chart", "/customers/new", "/palette"]
    paths += ["/customers/picker/owner", "/contacts/related/customers/1", "/customers/1"]
    broken = []
    for _turn in range(150):
        path = draw.choice(paths)
        args = [(draw.choice(names), draw.choice(_VALUES)) for _n in range(draw.randint(1, 4))]
        answer = boss.get(path, query_string=MultiDict(args))
        if answer.status_code >= 500:
            broken.append((path, args, answer.status_code))
    assert broken == []


@pytest.mark.usefixtures("database")
def test_every_list_can_be_sorted_by_all_that_it_offers(app: Flask, visitor: Visitors) -> None:
    boss, broken, asked = visitor("administrator"), [], 0
    for screen in registered.screens(app).values():
        if "can_list" not in screen.base_permissions:
            continue
        for path in sorted(screen.listable.sortable):
            address = f"/{screen.resource}/?sort=-{path}"
            asked += 1
            if boss.get(address).status_code != 200:
                broken.append(address)
    assert asked > 200
    assert broken == []


def test_rows_of_no_column_are_still_rows() -> None:
    """Field rights may leave a person none of a list's columns."""
    html = rows_html(Sheet([], [Row(7, "/customers/7", [])]), tickable=True)
    assert 'data-href="/customers/7"' in html
    assert 'value="7"' in html
