"""The record page: what happened to a row, in the reader's words, and nothing of other rows."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from app.entities.customers import Contact, Customer, Interaction, Tag
from app.entities.system.organization import Region
from app.rules.customers import Tier
from tests.callers import inside
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
    page = visitor("administrator", locale=locale).get(f"/customers/{key}").text
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
    page = visitor("administrator", locale="en", timezone=place).get(f"/interactions/{talk_key}")
    timeline = page.text[page.text.index('<ol class="timeline">') :]
    assert shown in timeline
    assert "+00:00" not in page.text


def test_the_record_after_a_deleted_one_inherits_nothing(app: Flask, visitor: Visitors) -> None:
    """SQLite gives the freed key again."""
    boss = visitor("administrator", locale="en")
    with inside(app) as session:
        session.add(Customer(name="OLD"))
    boss.post("/customers/1/notes", text="OLD note")
    boss.post("/customers/1/edit", name="OLDER", kind="company")
    assert "OLD note" in boss.get("/customers/1").text
    assert boss.post("/customers/1/delete").location == "/customers/"
    assert boss.get("/customers/1").status_code == 404
    with inside(app) as session:
        session.add(Customer(id=1, name="NEW"))
    page = boss.get("/customers/1").text
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


def test_what_a_person_may_not_do_is_not_offered(app: Flask, visitor: Visitors, key: int) -> None:
    page = visitor("read_only", locale="en").get(f"/customers/{key}").text
    for offer in ("/edit", "/delete", "/action/", "/files"):
        assert f"/customers/{key}{offer}" not in page
    boss = visitor("administrator", locale="en").get(f"/customers/{key}").text
    assert f"/customers/{key}/edit" in boss
    assert f"/customers/{key}/delete" in boss


def test_related_rows_stand_in_the_timeline_for_those_who_may_list_them(
    app: Flask, visitor: Visitors, key: int
) -> None:
    with inside(app) as session:
        session.add(Interaction(subject="Called about the offer", customer_id=key))
    boss = visitor("administrator", locale="en")
    assert "Called about the offer" in boss.get(f"/customers/{key}").text


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
