"""The record page: what happened to a row, in the reader's words, and nothing of other rows."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from app.entities.customers import Contact, Customer, Industry, Interaction, Tag
from app.entities.support import Ticket
from app.entities.system.organization import Region
from app.entities.system.user import User
from app.rules.customers import Tier
from tests.callers import inside
from tests.factories import make_user
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]


@pytest.fixture
def key(app: Flask) -> int:
    with inside(app) as session:
        customer = Customer(name="示例公司", tier=Tier.ORDINARY, credit_limit=Decimal("12.50"))
        session.add_all([customer, Region(code="N", name="North")])
        session.flush()
        return customer.id


def change(app: Flask, model: Any, key: int, **values: Any) -> None:
    with inside(app) as session:
        row = session.get_one(model, key)
        for name, value in values.items():
            setattr(row, name, value)


@pytest.mark.parametrize(
    ("locale", "texts"),
    [
        ("zh", ["客户等级", "普通", "VIP", "信用额度", "12.50", "1,000.00", "North", "是"]),
        ("en", ["Tier", "Ordinary", "VIP", "Credit limit", "12.50", "1,000.00", "North", "Yes"]),
    ],
)
def test_changes_stand_in_the_timeline_in_the_readers_words(
    app: Flask, visitor: Visitors, key: int, locale: str, texts: list[str]
) -> None:
    change(
        app,
        Customer,
        key,
        tier=Tier.VIP,
        credit_limit=Decimal(1000),
        region_id=1,
        do_not_contact=True,
        cooperation_since=date(2020, 1, 31),
        tags=[Tag(name="key account")],
    )
    page = visitor("administrator", locale=locale).whole(f"/customers/{key}")
    timeline = page[page.index('<ol class="timeline">') :]
    for text in [*texts, "2020-01-31", "key account"]:
        assert text in timeline, text
    for raw in ("ordinary", "region_id", "credit_limit", "True"):
        assert f">{raw}<" not in timeline


@pytest.mark.parametrize(
    ("place", "shown"), [("Asia/Shanghai", "2026-03-06 00:30"), ("UTC", "2026-03-05 16:30")]
)
def test_a_changed_moment_is_shown_in_the_readers_zone(
    app: Flask, visitor: Visitors, key: int, place: str, shown: str
) -> None:
    with inside(app) as session:
        talk = Interaction(subject="s", customer_id=key)
        session.add(talk)
        session.flush()
        talk_key = talk.id
    change(app, Interaction, talk_key, happened_on=datetime(2026, 3, 5, 16, 30, tzinfo=UTC))
    page = visitor("administrator", locale="en", timezone=place).whole(f"/interactions/{talk_key}")
    timeline = page[page.index('<ol class="timeline">') :]
    assert shown in timeline
    assert "+00:00" not in page


def test_the_record_after_a_deleted_one_inherits_nothing(app: Flask, visitor: Visitors) -> None:
    """SQLite gives the freed key again."""
    boss = visitor("administrator", locale="en")
    with inside(app) as session:
        session.add(Customer(name="OLD"))
    boss.post("/customers/1/notes", text="OLD note")
    boss.post("/customers/1/edit", name="OLDER", kind="company")
    assert "OLD note" in boss.whole("/customers/1")
    assert boss.post("/customers/1/delete").location == "/customers/"
    assert boss.get("/customers/1").status_code == 404
    with inside(app) as session:
        session.add(Customer(id=1, name="NEW"))
    page = boss.whole("/customers/1")
    assert "NEW" in page
    assert "OLD" not in page


def test_tabs_count_and_show_the_rows_of_this_record_alone(
    app: Flask, visitor: Visitors, key: int
) -> None:
    with inside(app) as session:
        session.add_all(
            [Contact(name="Anna", customer_id=key), Contact(name="Bert", customer_id=key)]
        )
        session.add(Contact(name="Carl", customer=Customer(name="other")))
    boss = visitor("administrator", locale="en")
    page = boss.get(f"/customers/{key}").text
    assert f"/contacts/related/customers/{key}" in page
    assert f"/contacts/new?customer={key}" in page
    part = boss.get(f"/contacts/related/customers/{key}").text
    assert "Anna" in part
    assert "Bert" in part
    assert "Carl" not in part
    assert "<html" not in part


def test_the_tabs_that_the_address_names_come_with_the_page(
    app: Flask, visitor: Visitors, key: int
) -> None:
    with inside(app) as session:
        session.add(Contact(name="Anna", customer_id=key))
        session.add(Interaction(subject="Called about the offer", customer_id=key))
    boss = visitor("administrator", locale="en")
    closed = boss.get(f"/customers/{key}").text
    assert "Anna" not in closed
    page = boss.get(f"/customers/{key}?tab=contacts&tab=interactions&tab=nothing").text
    assert "Anna" in page
    assert "Called about the offer" in page
    opened = re.findall(r'id="tab-(\w+)" class="active" aria-selected="true"', page)
    assert opened == ["contacts"]
    assert re.search(r'id="panel-details"[^>]* hidden', page)
    assert not re.search(r'id="panel-contacts"[^>]* hidden', page)


def test_figures_come_after_the_page_with_the_rows_behind_them(
    app: Flask, visitor: Visitors, key: int
) -> None:
    with inside(app) as session:
        session.add(Ticket(code="T-1", subject="It broke", customer_id=key))
    boss = visitor("administrator", locale="en")
    page = boss.get(f"/customers/{key}").text
    assert "Open tickets" in page
    part = boss.get(f"/customers/{key}/figures").text
    (count,) = re.findall(r'href="/tickets/[^"]*">.*?Open tickets</span><strong>(\d+)<', part)
    assert count == "1"


def test_a_record_of_many_relations_takes_few_statements(
    app: Flask, visitor: Visitors, key: int
) -> None:
    with inside(app) as session:
        customer = session.get_one(Customer, key)
        customer.region = Region(code="E", name="East")
        customer.industry = Industry(code="x", name="Trade")
        customer.owner = make_user(session)
    boss = visitor("administrator", locale="en")
    assert "Trade" in boss.get(f"/customers/{key}").text
    asked = boss.statements(f"/customers/{key}")
    assert len(asked) <= 5, "\n".join(asked)


def test_what_is_kept_of_a_screen_follows_the_reader_and_the_rows(
    app: Flask, visitor: Visitors, key: int
) -> None:
    change(app, Customer, key, region_id=1)
    boss = visitor("administrator", locale="en")
    page = boss.get(f"/customers/{key}").text
    assert "<dt>Region</dt><dd>" in page
    assert "North" in page
    assert "Ordinary" in page
    change(app, Region, 1, name="Far north")
    change(app, User, boss.user_id, locale="zh")
    page = boss.get(f"/customers/{key}").text
    assert "<dt>区域</dt><dd>" in page
    assert "Far north" in page
    assert "普通" in page


def test_what_a_person_may_not_do_is_not_offered(app: Flask, visitor: Visitors, key: int) -> None:
    page = visitor("read_only", locale="en").whole(f"/customers/{key}")
    for offer in ("/edit", "/delete", "/action/", "/files"):
        assert f"/customers/{key}{offer}" not in page
    boss = visitor("administrator", locale="en").whole(f"/customers/{key}")
    assert f"/customers/{key}/edit" in boss
    assert f"/customers/{key}/delete" in boss


def test_related_rows_stand_in_the_timeline_for_those_who_may_list_them(
    app: Flask, visitor: Visitors, key: int
) -> None:
    with inside(app) as session:
        session.add(Interaction(subject="Called about the offer", customer_id=key))
    boss = visitor("administrator", locale="en")
    assert "Called about the offer" in boss.whole(f"/customers/{key}")


@pytest.mark.parametrize("payload", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_names_never_become_markup(app: Flask, visitor: Visitors, key: int, payload: str) -> None:
    change(
        app, Customer, key, name=payload, notes=payload, website=None, tags=[Tag(name=payload[:32])]
    )
    boss = visitor("administrator", locale="en")
    boss.post(f"/customers/{key}/notes", text=payload)
    for path in (
        f"/customers/{key}",
        "/customers/",
        f"/customers/{key}/edit",
        "/customers/?layout=board",
    ):
        assert payload not in boss.get(path).text, path
