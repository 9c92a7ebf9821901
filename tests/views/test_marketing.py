"""Campaigns as people use them: their states, and results that open the rows behind them."""

import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.entities.customers import Customer
from app.entities.marketing import Campaign, CampaignMember
from app.entities.sales.lead import Lead
from app.rules.marketing import CAMPAIGNS, CampaignStatus, MemberStatus
from tests.callers import inside
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]


def saved(app: Flask, *rows: Any) -> list[int]:
    with inside(app) as session:
        session.add_all(rows)
        session.commit()
        return [row.id for row in rows]


@pytest.mark.parametrize("status", CampaignStatus)
def test_a_campaign_is_acted_on_exactly_where_it_is_possible(
    app: Flask, visitor: Visitors, status: CampaignStatus
) -> None:
    person = visitor("marketing")
    for action in CAMPAIGNS.actions:
        (key,) = saved(app, Campaign(name="示例活动", status=status))
        possible = CAMPAIGNS.may(action, status)
        page = person.get(f"/campaigns/{key}").text
        assert (f'action="/campaigns/action/{action}"' in page) is possible, action
        person.post(f"/campaigns/action/{action}", rowid=str(key))
        with inside(app) as session:
            after = session.get_one(Campaign, key).status
        assert after is (CAMPAIGNS.after(action, status) if possible else status), action


def test_each_result_opens_the_rows_it_counts(app: Flask, visitor: Visitors) -> None:
    campaign = Campaign(name="示例活动", cost=Decimal(1000))
    other = Campaign(name="示例其他")
    members = [
        CampaignMember(campaign=owner, name=f"演示 {n}", status=status)
        for owner in (campaign, other)
        for n, status in enumerate([*MemberStatus, *MemberStatus])
    ]
    leads = [Lead(name=f"演示 {n}", campaign=campaign) for n in range(2)]
    (key, *_rest) = saved(app, campaign, other, *members, *leads)
    boss = visitor("administrator", locale="en")
    page = boss.get(f"/campaigns/{key}").text
    links = re.findall(r'href="(/(?:campaign-members|leads|deals)/)(\?[^"]+)">([\d,]+)</a>', page)
    figures = [int(count) for _path, _query, count in links]
    assert figures == [12, 10, 6, 4, 2, 2, 0, 0]
    for path, query, count in links:
        export = boss.get(f"{path}export.csv{unescape(query)}").text
        assert len(export.strip().splitlines()) - 1 == int(count), (path, query)
    assert "-100.0 %" in page


def test_campaigns_stand_side_by_side_with_their_sums(app: Flask, visitor: Visitors) -> None:
    first = Campaign(name="示例甲", cost=Decimal(1000), type="email")
    second = Campaign(name="示例乙", cost=Decimal(500), type="event")
    members = [
        CampaignMember(campaign=campaign, name=f"演示 {n}", status=status)
        for campaign in (first, second)
        for n, status in enumerate([MemberStatus.SENT, MemberStatus.RESPONDED])
    ]
    saved(app, first, second, *members)
    boss = visitor("administrator", locale="en")
    page = boss.get("/campaign-comparison/").text
    assert page.count("50.0 %") == 3, "each campaign and both together"
    assert '<td class="number has-total" data-label="Cost">1,500.00</td>' in page
    for path, query, count in re.findall(r'href="(/campaign-members/)(\?[^"]+)">(\d+)</a>', page):
        lines = boss.get(f"{path}export.csv{unescape(query)}").text.strip().splitlines()
        assert len(lines) - 1 == int(count)
    narrowed = boss.get("/campaign-comparison/?f.type=event").text
    assert "示例乙" in narrowed
    assert "示例甲" not in narrowed
    chart = boss.get("/campaign-comparison/chart").json
    assert chart is not None
    assert chart["series"][0]["data"] == [1000.0, 500.0]


def test_who_lists_no_campaigns_compares_none(visitor: Visitors) -> None:
    assert visitor("warehouse").get("/campaign-comparison/").status_code == 403


def test_a_seller_sees_campaigns_and_not_their_members(app: Flask, visitor: Visitors) -> None:
    (key,) = saved(app, Campaign(name="示例活动"))
    seller = visitor("sales")
    assert seller.get(f"/campaigns/{key}").status_code == 200
    assert seller.get("/campaign-members/").status_code == 403
    assert seller.post("/campaigns/action/launch", rowid=str(key)).status_code == 403


def test_who_wants_no_promotion_is_refused_at_the_field(app: Flask, visitor: Visitors) -> None:
    campaign, customer = saved(
        app, Campaign(name="示例活动"), Customer(name="示例", do_not_contact=True)
    )
    answer = visitor("marketing", locale="en").post(
        "/campaign-members/new",
        campaign=str(campaign),
        customer=str(customer),
        status="planned",
        name="",
    )
    assert answer.status_code == 422
    assert "示例 asked for no more promotion." in answer.text


def test_ticked_customers_become_members_of_a_campaign(app: Flask, visitor: Visitors) -> None:
    campaign, first, second, silent = saved(
        app,
        Campaign(name="示例活动"),
        Customer(name="示例甲"),
        Customer(name="示例乙"),
        Customer(name="示例丙", do_not_contact=True),
    )
    person = visitor("marketing", locale="en")
    rows = {"rowid": [str(first), str(second), str(silent)]}
    asked = person.post("/customers/action/add_to_campaign", **rows)
    assert asked.status_code == 200
    picker = re.search(r"/campaign-members/picker/campaign", asked.text)
    assert picker is not None
    assert person.get(picker[0]).json == [{"value": str(campaign), "label": "示例活动"}]
    form = {**rows, "asked": "1", "campaign": str(campaign)}
    assert person.post("/customers/action/add_to_campaign", **form).status_code == 302
    assert "1 were left out" in person.get("/customers/").text
    with inside(app) as session:
        names = session.scalars(select(CampaignMember.name).order_by(CampaignMember.name)).all()
    assert sorted(names) == ["示例乙", "示例甲"]
    assert person.post("/customers/action/make_vip", **rows).status_code == 403
