"""The forms of a list's filters: a part for the menu, a page without scripts, where it leads."""

import re
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask

from app.entities.customers import Customer
from tests.callers import inside
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]

PART = {"HX-Request": "true"}


def fields_in(part: str) -> list[str]:
    return re.findall(r'data-filter-panel="([^"]+)"', part)


def test_the_menu_loads_one_form_for_each_filter(visitor: Visitors) -> None:
    boss = visitor("administrator", locale="en")
    page = boss.get("/customers/?q=x").text
    assert 'data-url="/customers/filters?q=x"' in page
    assert "data-filter-panel" not in page
    part = boss.get("/customers/filters", headers=PART).text
    assert {"tier", "owner", "credit_limit", "created_on"} <= set(fields_in(part))
    assert "<html" not in part


def test_who_may_not_see_a_list_does_not_see_its_filters(visitor: Visitors) -> None:
    stranger = visitor("warehouse", locale="en")
    assert stranger.get("/access-rules/filters", headers=PART).status_code in {302, 403}
    assert stranger.get("/access-rules/filters/apply?filter=name").status_code in {302, 403}


@pytest.mark.parametrize(
    ("sent", "filters"),
    [
        ("filter=tier&choice=vip&choice=key", [("f.tier", "vip,key")]),
        ("filter=credit_limit&low=5&high=", [("f.credit_limit", "5..")]),
        ("filter=created_on&low=&high=&value=today", [("f.created_on", "today")]),
        ("filter=tier&value=-", [("f.tier", "-")]),
        ("filter=tier&f.tier=vip", []),
        ("filter=tier&f.source=web&choice=vip", [("f.source", "web"), ("f.tier", "vip")]),
    ],
)
def test_without_scripts_a_form_leads_to_the_list_it_narrows(
    visitor: Visitors, sent: str, filters: list[tuple[str, str]]
) -> None:
    boss = visitor("administrator", locale="en")
    answer = boss.get(f"/customers/filters/apply?q=x&page=3&{sent}")
    assert answer.status_code == 302
    address = urlsplit(answer.location)
    assert address.path == "/customers/"
    assert sorted(parse_qsl(address.query)) == sorted([*filters, ("q", "x")])


def test_the_page_without_scripts_carries_the_state_of_the_list(visitor: Visitors) -> None:
    page = visitor("administrator", locale="en").get("/customers/filters?f.tier=vip").text
    forms = page.count('action="/customers/filters/apply"')
    assert forms > 5
    assert page.count('<input type="hidden" name="f.tier" value="vip">') == forms


def test_an_unknown_filter_is_no_page(visitor: Visitors) -> None:
    boss = visitor("administrator", locale="en")
    assert boss.get("/customers/filters/apply?filter=password&text=x").status_code == 404


def test_a_chip_without_a_form_cannot_be_opened(app: Flask, visitor: Visitors) -> None:
    with inside(app) as session:
        session.add(Customer(name="A"))
    tree = '{"op": "eq", "path": "tier", "value": "vip"}'
    page = visitor("administrator", locale="en").get(
        "/customers/", query_string={"where": tree, "f.tier": "vip"}
    )
    assert re.findall(r'data-filter-edit="([^"]+)"', page.text) == ["tier"]
