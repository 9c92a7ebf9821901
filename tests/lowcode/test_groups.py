"""Rows in groups: heads over the whole filtered set, exact sums, and the way to their rows."""

import csv
import html
import io
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, true
from sqlalchemy.orm import Session

from app.entities.customers import Customer
from app.entities.system.organization import Region
from app.entities.system.user import User
from app.lowcode import conditions, days
from app.lowcode.fields import field_of
from app.lowcode.groups import MOST, Group, Grouping, gather, grouping_of, spans_of
from app.lowcode.principal import Principal, acting_as
from app.rules.access import DataScope
from app.rules.customers import CustomerKind, Tier
from app.rules.dates import Span
from app.rules.errors import InvalidInput
from tests.callers import inside
from tests.factories import make_user
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]

SUMMED = ["credit_limit"]


@pytest.fixture
def rows(app: Flask, database: str) -> Iterator[Session]:
    """Customers of two regions, or none, all tiers, with limits that floats do not add up."""
    with inside(app) as session:
        regions = [Region(code=code, name=f"Region {code}") for code in "AB"]
        session.add_all(
            Customer(
                name=f"C{i:02}",
                tier=list(Tier)[i % len(Tier)],
                region=[*regions, None][i % 3],
                credit_limit=None if i % 7 == 0 else Decimal("0.10") * i,
                do_not_contact=i % 2 == 0,
                created_on=datetime(2026, 1, 1, 15, 30, tzinfo=UTC) + timedelta(days=9 * i),
            )
            for i in range(30)
        )
        session.commit()
        with app.test_request_context(method="POST"):
            yield session


def groups(grouping: str, where: Any = None) -> list[Group]:
    chosen = grouping_of(Customer, frozenset({grouping.split(":")[0]}), grouping)
    assert chosen is not None
    return gather(Customer, chosen, true() if where is None else where, SUMMED).groups


@pytest.mark.parametrize(
    "grouping",
    ["tier", "region", "do_not_contact", *(f"created_on:{span.value}" for span in Span)],
)
def test_a_head_counts_and_sums_the_rows_that_its_filter_leads_to(
    rows: Session, grouping: str
) -> None:
    path = grouping.split(":")[0]
    found = groups(grouping)
    for group in found:
        where = conditions.to_sql(Customer, conditions.from_text(Customer, path, group.text))
        behind = rows.scalars(select(Customer).where(where)).all()
        amounts = [row.credit_limit for row in behind if row.credit_limit is not None]
        assert (group.count, group.sums["credit_limit"]) == (
            len(behind),
            sum(amounts) if amounts else None,
        )
    assert sum(group.count for group in found) == 30


def test_groups_stand_in_the_order_of_their_values_and_what_has_none_last(rows: Session) -> None:
    assert [group.text for group in groups("tier")] == [tier.value for tier in Tier]
    assert [group.text for group in groups("region")][-1] == "-"
    months = [group.label for group in groups("created_on:month")]
    assert months == sorted(months, reverse=True)
    assert [group.label for group in groups("do_not_contact")] == ["是", "否"]


def test_only_the_rows_that_are_left_are_gathered(rows: Session) -> None:
    where = conditions.to_sql(Customer, {"field": "tier", "op": "in", "value": ["vip"]})
    (group,) = groups("tier", where)
    assert (group.text, group.label, group.color) == ("vip", "VIP", Tier.VIP.color)


def test_related_rows_out_of_reach_are_one_group_without_a_name(rows: Session) -> None:
    me = make_user(rows, name="me")
    secrets = [Customer(name=f"Secret {n}") for n in range(2)]
    mine = Customer(name="Mine", owner=me)
    children = [Customer(name=f"Child {n}", owner=me, parent=row)
                for n, row in enumerate([*secrets, mine])]  # fmt: skip
    rows.add_all([*secrets, mine, *children])
    rows.commit()
    with acting_as(Principal(me.id, "me", scopes={"Customer": DataScope.OWN})):
        found = {group.text: group for group in groups("parent")}
        assert {text: group.count for text, group in found.items()} == {
            str(mine.id): 1,
            "!": 2,
            "-": 1,
        }
        assert "Secret" not in found["!"].label
        behind = conditions.to_sql(Customer, conditions.from_text(Customer, "parent", "!"))
        names = rows.scalars(select(Customer.name).where(behind).order_by(Customer.name)).all()
        assert names == ["Child 0", "Child 1"]


def test_more_groups_than_anybody_reads_are_cut_to_the_largest(rows: Session) -> None:
    regions = [Region(code=f"R{n}", name=f"R{n}") for n in range(MOST + 1)]
    rows.add_all([Customer(name=region.code, region=region) for region in regions])
    rows.commit()
    found = gather(Customer, Grouping("region"), true(), [])
    assert found.is_cut
    assert len(found.groups) == MOST
    assert found.groups[0].count == 10


@pytest.mark.parametrize(
    "text",
    ["name", "tier:month", "created_on", "created_on:decade", "tags", "parent.tier", "x", ":"],
)
def test_what_cannot_be_grouped_by_is_refused(text: str) -> None:
    allowed = {"name", "tier", "created_on", "tags", "parent.tier"}
    with pytest.raises(InvalidInput):
        grouping_of(Customer, allowed, text)


def test_every_column_that_has_few_values_can_be_grouped_by() -> None:
    assert spans_of(Customer, "tier") == (None,)
    assert spans_of(Customer, "owner") == (None,)
    assert spans_of(Customer, "do_not_contact") == (None,)
    assert spans_of(Customer, "birth_date") == tuple(Span)
    assert spans_of(Customer, "name") == ()


# days -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    "zone", ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "UTC"]
)
def test_a_day_is_that_of_the_users_calendar_whatever_the_season(
    app: Flask, rows: Session, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    monkeypatch.setattr(days, "get_timezone", lambda: ZoneInfo(zone))
    moments = [
        datetime(2025, 1, 1, 22, 59, tzinfo=UTC) + timedelta(hours=37 * n, minutes=n)
        for n in range(400)
    ]
    rows.add_all([Customer(name="T", created_on=moment) for moment in moments])
    rows.commit()
    field = field_of(Customer, "created_on")
    statement = select(Customer.id).where(Customer.name == "T")
    day = days.day_of(field, statement)
    found = rows.execute(statement.with_only_columns(Customer.created_on, day)).all()
    assert len(found) == len(moments)
    assert all(day == moment.astimezone(ZoneInfo(zone)).date() for moment, day in found)


@given(st.integers(1990, 2040), st.integers(0, 3000))
def test_offsets_cover_the_time_without_a_gap(year: int, length: int) -> None:
    zone = ZoneInfo("Europe/Berlin")
    low = datetime(year, 1, 1, tzinfo=UTC)
    high = low + timedelta(days=length)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(days, "get_timezone", lambda: zone)
        parts = list(days.offsets(low, high))
    assert [until for until, _offset in parts] == sorted({until for until, _offset in parts})
    assert parts[-1][0] == high
    for day in range(0, length, 11):
        moment = low + timedelta(days=day)
        offset = next((o for until, o in parts if moment < until), parts[-1][1])
        assert timedelta(seconds=offset) == moment.astimezone(zone).utcoffset()


# the list -------------------------------------------------------------------------
@pytest.fixture
def boss(app: Flask, visitor: Visitors) -> Visitor:
    """In front of 30 VIPs and two others, with limits."""
    with inside(app) as session:
        session.add_all(
            Customer(name=f"Row {i:02}", tier=Tier.VIP, kind=CustomerKind.COMPANY, credit_limit=i)
            for i in range(30)
        )
        session.add_all(Customer(name=f"D{i}", credit_limit=Decimal("0.1")) for i in range(2))
    return visitor("administrator", locale="en")


def test_the_page_comes_without_rows_and_its_groups_after_it(boss: Visitor) -> None:
    page = boss.get("/customers/?group=tier&cols=name,credit_limit").text
    assert 'hx-get="/customers/groups?cols=name,credit_limit&amp;group=tier"' in page
    assert "Grouped by Tier" in page
    assert "Row 00" not in page
    part = boss.get("/customers/groups?group=tier&cols=name,credit_limit").text
    assert re.findall(r'data-visit aria-label="[^"]*">(\d+)<', part) == ["30", "2"]
    assert re.findall(r'data-label="Credit limit">([\d.]+)<', part) == ["435.00", "0.20", "435.20"]
    assert "Row 00" not in part


def test_the_number_of_a_group_opens_its_rows(boss: Visitor) -> None:
    part = boss.get("/customers/groups?group=tier&f.kind=company").text
    link = html.unescape(re.findall(r'class="count" href="([^"]+)"', part)[0])
    assert link == "/customers/?f.kind=company&f.tier=vip"


def test_rows_of_a_group_come_in_pages_until_there_are_no_more(boss: Visitor) -> None:
    heads = boss.get("/customers/groups?group=tier&sort=name").text
    address, seen = re.findall(r'data-group hx-get="([^"]+)"', heads)[:1], []
    while address:
        part = boss.get(html.unescape(address[0])).text
        seen += re.findall(r">(Row \d\d)</a>", part)
        address = re.findall(r'group-more.*?hx-get="([^"]+)"', part, re.DOTALL)
    assert seen == [f"Row {i:02}" for i in range(30)]


def test_the_menu_offers_what_the_list_may_be_grouped_by(boss: Visitor) -> None:
    address = "/customers/groups/choices?group=tier&q=x"
    menu = html.unescape(boss.get(address, headers={"HX-Request": "true"}).text)
    assert 'href="/customers/?q=x&group=created_on%3Amonth"' in menu
    assert 'href="/customers/?q=x"' in menu, "and no longer"
    assert "group=credit_limit" not in menu
    assert boss.get(address).location == "/customers/?q=x&group=tier", "without scripts"


@pytest.mark.parametrize("group", ["credit_limit", "name_key", "created_on:age", "owner.password"])
def test_another_group_is_a_warning_above_the_plain_list(boss: Visitor, group: str) -> None:
    page = boss.get("/customers/", query_string={"group": group, "sort": "name"}).text
    assert "This list cannot be grouped by" in page
    assert "Row 00" in page
    assert boss.get("/customers/groups", query_string={"group": group}).status_code == 404


def test_a_seller_gathers_own_rows_alone(app: Flask, boss: Visitor, visitor: Visitors) -> None:
    seller = visitor("sales", locale="en")
    with inside(app) as session:
        owner = session.get_one(User, seller.user_id)
        session.add_all([Customer(name="Mine", tier=Tier.VIP, owner=owner)])
    part = seller.get("/customers/groups?group=tier").text
    assert re.findall(r'data-visit aria-label="[^"]*">(\d+)<', part) == ["1"]
    rows = seller.get("/customers/groups/rows?group=tier&at=vip").text
    assert "Mine" in rows
    assert "Row 00" not in rows


def test_rows_of_one_group_stand_together_in_files(boss: Visitor) -> None:
    answer = boss.get("/customers/export.csv?group=tier&sort=name&cols=name,tier")
    table = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    tiers = [row[1] for row in table[1:]]
    assert [tier for i, tier in enumerate(tiers) if i == 0 or tiers[i - 1] != tier] == [
        "Potential",
        "VIP",
    ]
