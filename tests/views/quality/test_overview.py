"""Every count of the overview opens the customers it counts, and verified files leave it."""

import re
from collections.abc import Callable
from datetime import date
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from app.entities.customers import Contact, Customer
from app.extensions import db
from app.rules.customers import CustomerKind, Tier
from tests.callers import inside
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]


@pytest.fixture
def boss(app: Flask, visitor: Visitors) -> Visitor:
    with inside(app) as session:
        session.add_all(
            [
                Customer(name="甲", phone="13800138000", contacts=[Contact(name="x")]),
                Customer(name="乙", tier=Tier.VIP),
                Customer(
                    name="丙", kind=CustomerKind.INDIVIDUAL, last_verified_on=date(2001, 1, 1)
                ),
            ]
        )
    return visitor("administrator", locale="en")


def figures(visitor: Visitor, query: str = "") -> dict[str, tuple[int, str]]:
    """{label: (count, address)}"""
    page = visitor.get(f"/quality/figures{query}").text
    found = re.findall(
        r'href="([^"]+)">(?:<i[^>]*></i>)?<span[^>]*>([^<]+)</span><strong>(\d+)</strong>', page
    )
    return {label: (int(count), unescape(url)) for url, label, count in found}


def test_every_count_opens_the_customers_it_counts(boss: Visitor) -> None:
    found = figures(boss)
    assert found["No phone"][0] == 2
    assert found["No contact"][0] == 1
    assert found["Not verified for a year"][0] == 3
    assert sum(found[band][0] for band in found if "%" in band) == 3
    for label, (count, url) in found.items():
        rows = re.findall(r'name="rowid"', boss.get(url).text)
        assert len(rows) == count, label


def test_a_record_tells_how_complete_it_is(app: Flask, boss: Visitor) -> None:
    page = boss.get("/customers/1").text
    assert re.search(r"<dt>Completeness</dt><dd><span[^>]*>\d+ %</span>", page)


def test_the_figures_are_narrowed_as_asked(boss: Visitor) -> None:
    assert figures(boss, "?tier=vip")["No phone"][0] == 1
    assert figures(boss, "?kind=individual")["No contact"][0] == 0
    assert figures(boss, "?owner=nonsense&tier=x")["No phone"][0] == 2
    page = boss.get("/quality/?tier=vip").text
    assert 'value="vip" selected' in page
    assert "/quality/figures?tier=vip" in page
    assert "tier=vip" in figures(boss, "?tier=vip")["No phone"][1]


def test_verified_files_leave_the_list(boss: Visitor) -> None:
    url = figures(boss)["Not verified for a year"][1]
    keys = re.findall(r'name="rowid" value="(\d+)"', boss.get(url).text)
    answer = boss.post("/quality/customers/verify", rowid=keys[:2], check="not_verified")
    assert answer.location == url
    assert figures(boss)["Not verified for a year"][0] == 1


@pytest.mark.parametrize("query", ["", "?check=nonsense", "?band=x"])
def test_a_figure_that_is_none_is_not_found(boss: Visitor, query: str) -> None:
    assert boss.get(f"/quality/customers{query}").status_code == 404


def test_a_list_of_customers_takes_a_fixed_number_of_statements(app: Flask, boss: Visitor) -> None:
    statements: list[Any] = []

    def note(*args: Any) -> None:
        statements.append(args[2])

    def count() -> int:
        statements.clear()
        assert boss.get("/quality/customers?check=no_email").status_code == 200
        return len(statements)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        count()
        few = count()
        with inside(app) as session:
            session.add_all(Customer(name=f"示例{n}") for n in range(30))
        assert count() <= few
    finally:
        event.remove(engine, "before_cursor_execute", note)
