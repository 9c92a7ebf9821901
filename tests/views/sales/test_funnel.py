"""Every figure of the funnel opens the deals behind it, and their list says the same number."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select

from app.entities.sales.deal import Deal
from app.entities.sales.pipeline import LostReason, Pipeline
from app.entities.system.organization import Region
from app.services.sales import deals
from tests.callers import inside
from tests.services.sales.conftest import make_pipeline
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]
FIGURE = re.compile(r'<a class="cell-link" href="(/deals/[^"]+)">([\d,.%]+)</a>')
TILE = re.compile(r'<a class="card tile" href="(/deals/[^"]+)">.*?<strong>([^<]+)</strong>', re.S)


@pytest.fixture
def filled(app: Flask, stages: dict[str, int], visitor: Visitors) -> Visitor:
    """A manager with deals in every stage, some of them stuck, in two regions."""
    person = visitor("sales_manager")
    with inside(app) as session:
        pipeline = session.scalars(select(Pipeline)).one()
        regions = session.scalars(select(Region).limit(2)).all()
        reason = session.scalars(select(LostReason)).first()
        way = pipeline.stages
        for number in range(30):
            moment = datetime.now(UTC) - timedelta(days=5 * number)
            end = way[number % len(way)]
            deal = Deal(
                title=f"示例 {number}",
                owner_id=person.user_id,
                region=regions[number % 2],
                amount=Decimal(100 * number) + Decimal("0.05"),
            )
            deals.check_deal(session, deal, is_new=True, by_id=None, now=moment)
            session.add(deal)
            for stage in way[1 : way.index(end) + 1]:
                if stage.code == "lost":
                    continue
                if deal.stage.kind.value == "open" and end.code != "lost":
                    deals.move_deal(deal, stage, by_id=None, now=moment + timedelta(days=2))
            if end.code == "lost":
                deals.lose_deal(deal, reason, None, by_id=None, now=moment + timedelta(days=3))
    return person


def count_of(person: Visitor, address: str) -> str:
    page = person.get(unescape(address)).text
    found = re.search(r'id="list-count">(\d+)<', page)
    assert found, address
    return found[1]


def totals_of(person: Visitor, address: str) -> list[str]:
    page = person.get(unescape(address)).text
    return re.findall(r'<td class="[^"]*has-total"[^>]*>([^<]+)<', page)


@pytest.mark.parametrize("narrowed", ["", "?f.region=1", "?f.engaged_date=last_30_days"])
def test_every_figure_is_the_number_of_rows_behind_it(filled: Visitor, narrowed: str) -> None:
    page = filled.get(f"/funnel/{narrowed}").text
    table = page.split("<tbody>")[1].split("</tbody>")[0]
    checked = 0
    for address, text in FIGURE.findall(table):
        if text.endswith("%"):
            continue
        if "." in text:
            assert text in (totals_of(filled, address) or ["0.00"]), address
        else:
            assert count_of(filled, address) == text, address
        checked += 1
    assert checked > 15


def test_the_tiles_open_what_they_count(filled: Visitor) -> None:
    page = filled.get("/funnel/").text
    tiles = TILE.findall(page)
    assert len(tiles) == 6
    counts = {text: count_of(filled, address) for address, text in (tiles[0], tiles[5])}
    assert all(text == count for text, count in counts.items())
    assert int(tiles[5][1]) > 0


def test_the_chart_shows_the_deals_that_ever_reached_each_stage(filled: Visitor) -> None:
    data = filled.get("/funnel/chart").json
    assert data["kind"] == "funnel"
    figures = data["series"][0]["data"]
    assert figures[0] == 30
    assert figures == sorted(figures, reverse=True)
    for figure, address in zip(figures, data["urls"], strict=True):
        assert count_of(filled, address) == str(figure)


def test_the_deals_that_stand_still_are_listed(filled: Visitor) -> None:
    page = filled.get("/funnel/").text
    stuck = int(TILE.findall(page)[5][1])
    assert page.count("data-href=") == min(stuck, 20)


def test_each_pipeline_has_its_own_funnel(
    app: Flask, filled: Visitor, stages: dict[str, int]
) -> None:
    with inside(app) as session:
        other = make_pipeline("other")
        session.add(other)
        session.flush()
        key = other.id
    assert filled.get(f"/funnel/chart?f.pipeline={key}").json["series"][0]["data"] == [0, 0, 0, 0]
    assert filled.get("/funnel/chart").json["series"][0]["data"][0] == 30
    assert f"f.pipeline={key}" in filled.get("/funnel/").text


def test_people_see_a_funnel_of_their_own_deals(filled: Visitor, visitor: Visitors) -> None:
    assert visitor("sales").get("/funnel/chart").json["series"][0]["data"][0] == 0
    assert visitor("read_only").get("/funnel/chart").json["series"][0]["data"][0] == 30


@pytest.mark.parametrize("role", ["warehouse", "purchasing", "finance", "service"])
def test_the_funnel_is_for_those_who_sell(visitor: Visitors, role: str) -> None:
    person = visitor(role)
    assert person.get("/funnel/").status_code == 403
    assert person.get("/funnel/chart").status_code == 403


@pytest.mark.parametrize(
    "query", ["f.owner=nonsense,,", "f.engaged_date=..", "f.nothing=1", "f.pipeline=99999"]
)
def test_nothing_typed_in_the_address_breaks_the_page(filled: Visitor, query: str) -> None:
    assert filled.get(f"/funnel/?{query}").status_code == 200
    assert filled.get(f"/funnel/chart?{query}").status_code == 200


def test_without_a_pipeline_the_page_says_so(app: Flask, visitor: Visitors) -> None:
    answer = visitor("sales_manager").get("/funnel/")
    assert answer.status_code == 200
    assert "销售" in answer.text


def test_the_page_speaks_english(filled: Visitor, visitor: Visitors) -> None:
    page = visitor("read_only", locale="en").get("/funnel/").text
    assert "Sales funnel" in page
    assert "Deals that ever reached the stage" in page
