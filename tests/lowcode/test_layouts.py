"""Board, calendar and chart say the same about the same rows as the list does."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from flask import Flask

from app.entities.customers import Contact, Customer, Industry, Interaction
from app.entities.system.organization import Region
from app.entities.system.user import User
from app.lowcode import registered
from app.lowcode.screens import Chart
from app.rules.customers import Channel, LifecycleStage, Outcome, Tier
from tests.callers import inside
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def boss(visitor: Visitors) -> Visitor:
    return visitor("administrator", locale="en", timezone="Asia/Shanghai")


@pytest.fixture
def rows(app: Flask) -> None:
    """25 customers of every kind over three years, five conversations around borders of months."""
    with inside(app) as session:
        region, industry = Region(code="N", name="North"), Industry(code="i", name="Trade")
        owner = User(username="o", name="Owner", email="o@example.com", active=False)
        for n in range(25):
            customer = Customer(
                name=f"Company {n:02}",
                tier=list(Tier)[n % 2],
                lifecycle_stage=list(LifecycleStage)[n % 4],
                credit_limit=Decimal("0.10"),
                region=region if n % 3 else None,
                industry=industry if n % 5 else None,
                owner=owner if n % 2 else None,
                created_on=datetime(2024 + n % 3, 1 + n % 12, 28, 17, tzinfo=UTC),
            )
            session.add(customer)
        session.add(Contact(name="p", customer=customer))
        moments = [
            datetime(2026, 2, 28, 15, 59, tzinfo=UTC),  # in Shanghai still February
            datetime(2026, 2, 28, 16, 0, tzinfo=UTC),  # in Shanghai the first of March
            datetime(2026, 3, 31, 15, 59, tzinfo=UTC),
            datetime(2026, 3, 31, 16, 0, tzinfo=UTC),
            datetime(2022, 6, 1, tzinfo=UTC),
        ]
        for n, moment in enumerate(moments):
            talk = Interaction(
                subject=f"Talk {n}",
                customer=customer,
                happened_on=moment,
                channel=list(Channel)[n % 2],
                outcome=Outcome.INTERESTED if n else None,
                next_step_date=date(2026, 3, 1 + n),
            )
            session.add(talk)


def count_of(page: str) -> int:
    """How many rows a list shows."""
    return len(re.findall(r'<tr data-href="', page))


# chart ----------------------------------------------------------------------------
@pytest.mark.parametrize("resource", ["customers", "interactions", "contacts"])
def test_behind_every_figure_of_a_chart_stand_as_many_rows(
    app: Flask, boss: Visitor, rows: None, resource: str
) -> None:
    screens = registered.screens(app).values()
    view = next(screen for screen in screens if screen.resource == resource)
    looked_at = 0
    for index, chart in enumerate(view.layouts_of(Chart)):
        data = boss.get(f"/{resource}/chart?chart={index}").json
        assert len(data["labels"]) == len(data["urls"])
        figures = [sum(values) for values in zip(*(s["data"] for s in data["series"]), strict=True)]
        for figure, url in zip(figures, data["urls"], strict=True):
            if url and not chart.sum:
                page = boss.get(f"{url}&size=200").text
                assert count_of(page) == figure, (chart, url)
                looked_at += 1
    assert looked_at


def test_a_month_is_the_readers_month(visitor: Visitors, rows: None) -> None:
    months = {}
    for place in ("Asia/Shanghai", "America/New_York"):
        person = visitor("administrator", locale="en", timezone=place)
        data = person.get("/interactions/chart?chart=0").json
        totals = [sum(values) for values in zip(*(s["data"] for s in data["series"]), strict=True)]
        months[place] = dict(zip(data["labels"], totals, strict=True))
    assert months["Asia/Shanghai"] == {"Earlier": 1, "2026-02": 1, "2026-03": 2, "2026-04": 1}
    assert months["America/New_York"] == {"Earlier": 1, "2026-02": 2, "2026-03": 2}


def test_a_chart_obeys_the_filters_of_the_list(boss: Visitor, rows: None) -> None:
    data = boss.get("/customers/chart?chart=0&f.tier=vip").json
    assert data["labels"] == ["VIP"]
    assert data["series"][0]["data"] == [13]
    assert boss.get("/customers/chart?chart=0&f.credit_limit=abc").json["labels"] == []


def test_sums_in_a_chart_are_exact_money(boss: Visitor, rows: None) -> None:
    data = boss.get("/customers/chart?chart=3").json
    assert data["unit"] == "money"
    assert sorted(data["series"][0]["data"]) == [0.9, 1.6]


# board ----------------------------------------------------------------------------
def test_a_board_counts_and_adds_up_all_rows_but_shows_the_newest_cards(
    app: Flask, boss: Visitor, rows: None
) -> None:
    page = boss.get("/customers/?layout=board").text
    stacks = re.findall(r'data-value="(\w*)".*?<span class="muted">(\d+)</span>', page, re.S)
    assert dict(stacks) == {"vip": "13", "ordinary": "12", "potential": "0"}
    assert "1.30" in page
    with inside(app) as session:
        session.add_all(Customer(name=f"More {n}", tier=Tier.POTENTIAL) for n in range(22))
    page = boss.get("/customers/?layout=board").text
    assert page.count("More ") >= 20
    links = [
        unescape(url) for url in re.findall(r'href="(/customers/\?[^"]*)"[^>]*>Show all', page)
    ]
    assert [count_of(boss.get(url).text) for url in links] == [22]


def test_rows_without_a_value_stand_in_a_stack_of_their_own(boss: Visitor, rows: None) -> None:
    page = boss.get("/interactions/?layout=board").text
    assert "Not set" in page
    assert "Talk 0" in page


def test_an_unknown_sort_does_not_empty_the_board(boss: Visitor, rows: None) -> None:
    assert "Company" in boss.get("/customers/?layout=board&sort=nothing").text


def move(person: Visitor, column: str, payload: Any) -> Any:
    headers = {"X-CSRFToken": person.token()}
    return person.post_raw(f"/customers/move/{column}", json=payload, headers=headers)


def test_a_card_is_moved_once_and_told_when_it_was_moved_before(
    app: Flask, boss: Visitor, rows: None
) -> None:
    page = boss.get("/customers/?layout=board").text
    address = re.search(r'data-move-url="([^"]+)"', page)
    assert address is not None
    assert address[1] == "/customers/move/tier"
    payload = {"id": 1, "value": "potential", "version": 1}
    answer = move(boss, "tier", payload)
    assert answer.json == {"version": 2}
    assert move(boss, "tier", payload).status_code == 409
    with inside(app) as session:
        assert session.get_one(Customer, 1).tier is Tier.POTENTIAL


@pytest.mark.parametrize(
    ("column", "payload", "status"),
    [
        ("tier", {"id": 1, "value": "gold", "version": 1}, 409),
        ("tier", {"id": 1, "value": "", "version": 1}, 422),
        ("tier", {"id": 1, "value": "vip"}, 409),
        ("tier", {"id": 999, "value": "vip"}, 404),
        ("tier", {"id": "²", "value": "vip"}, 400),
        ("tier", ["vip"], 400),
        ("tier", None, 400),
        ("name", {"id": 1, "value": "x"}, 404),
        ("owner_id", {"id": 1, "value": 1}, 404),
    ],
)
def test_a_card_goes_nowhere_but_to_a_stack_of_its_board(
    app: Flask, boss: Visitor, rows: None, column: str, payload: Any, status: int
) -> None:
    answer = move(boss, column, payload)
    assert answer.status_code == status
    with inside(app) as session:
        assert session.get_one(Customer, 1).version == 1


def test_moving_needs_the_right_to_edit(visitor: Visitors, rows: None) -> None:
    reader = visitor("read_only", locale="en")
    assert "data-move-url" not in reader.get("/customers/?layout=board").text
    assert move(reader, "tier", {"id": 1, "value": "vip"}).status_code == 403


# calendar -------------------------------------------------------------------------
def test_a_calendar_holds_the_rows_of_the_readers_days(visitor: Visitors, rows: None) -> None:
    found = {}
    for place in ("Asia/Shanghai", "America/New_York"):
        person = visitor("administrator", locale="en", timezone=place)
        answer = person.get("/interactions/events?chart=1&start=2026-03-01&end=2026-03-31")
        found[place] = {event["title"]: event["start"][:10] for event in answer.json}
    assert found["Asia/Shanghai"] == {"Talk 1": "2026-03-01", "Talk 2": "2026-03-31"}
    assert found["America/New_York"] == {"Talk 2": "2026-03-31", "Talk 3": "2026-03-31"}


def test_a_calendar_of_days_needs_no_zone_and_obeys_the_filters(boss: Visitor, rows: None) -> None:
    path = "/interactions/events?chart=0&start=2026-03-01&end=2026-03-31"
    assert len(boss.get(path).json) == 5
    assert len(boss.get(f"{path}&f.channel=phone").json) == 3
    assert boss.get(f"{path}&f.channel=gold").status_code == 409


@pytest.mark.parametrize("query", ["", "start=x&end=y", "start=2026-03-01"])
def test_a_calendar_without_its_ends_is_a_bad_request(boss: Visitor, query: str) -> None:
    assert boss.get(f"/interactions/events?{query}").status_code == 400
