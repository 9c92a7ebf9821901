"""The rows of one record: only its own, and of those only what the reader sees."""

import re
from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from app import models
from tests.callers import inside
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]


def counted(page: str, tab: str) -> int | None:
    """The number beside the name of a tab; None where it comes after the page."""
    found = re.search(rf'<span class="count" id="count-{tab}"[^>]*>(\d*)</span>', page)
    assert found, page
    return int(found[1]) if found[1] else None


def test_tabs_count_and_list_what_the_reader_sees_of_the_record_alone(
    app: Flask, visitor: Visitors
) -> None:
    seller, boss = visitor("sales", locale="en"), visitor("administrator", locale="en")
    with inside(app) as session:
        stage = models.Stage(code="s", name="S", pipeline=models.Pipeline(code="p", name="P"))
        mine, other = (
            models.Customer(name=name, owner_id=seller.user_id) for name in ("Mine", "Other")
        )
        for title, customer, owner in (
            ("Open to the seller", mine, seller),
            ("Of somebody else", mine, boss),
            ("Of another record", other, seller),
        ):
            deal = models.Deal(title=title, customer=customer, owner_id=owner.user_id)
            deal.stage, deal.pipeline = stage, stage.pipeline
            session.add(deal)
        session.flush()
        key = session.scalar(select(models.Customer.id).where(models.Customer.name == "Mine"))
    for person, expected in ((seller, 1), (boss, 2)):
        for _again in range(2):  # the statement that was built for one serves the other
            page = person.get(f"/customers/{key}?tab=deals").text
            assert counted(page, "deals") == expected
            closed = person.get(f"/customers/{key}").text
            assert counted(closed, "deals") is None
            after = person.get(f"/customers/{key}/figures").text
            assert (counted(after, "deals"), counted(after, "contacts")) == (expected, 0)
            assert "Open to the seller" in page
            assert ("Of somebody else" in page) == (person is boss)
            assert "Of another record" not in page


def test_a_tab_of_many_rows_shows_the_newest_and_how_many_there_are(
    app: Flask, visitor: Visitors
) -> None:
    with inside(app) as session:
        customer = models.Customer(name="Known to many")
        customer.contacts = [models.Contact(name=f"Person {n}") for n in range(51)]
        session.add(customer)
        session.flush()
        key = customer.id
    boss = visitor("administrator", locale="en")
    page = boss.get(f"/customers/{key}?tab=contacts").text
    assert counted(page, "contacts") == 51
    assert len(set(re.findall(r">Person \d+<", page))) == 50
    assert "Show all 51" in page
