"""What surrounds every page: the menu of one's rights, the palette, and plain words in trouble."""

from collections.abc import Callable

import pytest
from flask import Flask

from app.entities.customers import Contact, Customer
from app.lowcode.naming import plural_of, resource_of, title_of
from tests.callers import inside
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]


@pytest.mark.parametrize(
    ("name", "title", "plural", "resource"),
    [
        ("Customer", "Customer", "Customers", "customers"),
        ("ProductCategory", "Product category", "Product categories", "product-categories"),
        ("Address", "Address", "Addresses", "addresses"),
        ("Person", "Person", "People", "people"),
        ("Survey", "Survey", "Surveys", "surveys"),
    ],
)
def test_titles_and_addresses_follow_from_the_name_of_a_class(
    name: str, title: str, plural: str, resource: str
) -> None:
    model = type(name, (), {})
    assert (title_of(model), plural_of(model), resource_of(model)) == (title, plural, resource)


def test_the_palette_finds_screens_and_records_one_may_open(app: Flask, visitor: Visitors) -> None:
    seller, keeper = visitor("sales", locale="en"), visitor("warehouse", locale="en")
    with inside(app) as session:
        mine = Customer(name="Cust mine", owner_id=seller.user_id)
        session.add_all([mine, Customer(name="Cust theirs"), Contact(name="Cust P", customer=mine)])
    found = [item["label"] for group in seller.get("/palette?q=cust").json["groups"]
             for item in group["items"]]  # fmt: skip
    assert {"Customers", "Cust mine", "Cust P"} <= set(found)
    assert "Cust theirs" not in found
    groups = keeper.get("/palette?q=cust").json["groups"]
    assert [item["label"] for group in groups for item in group["items"]] == []


def test_every_address_of_the_palette_opens(app: Flask, visitor: Visitors) -> None:
    seller = visitor("sales", locale="en")
    with inside(app) as session:
        session.add(Customer(name="Cust mine", owner_id=seller.user_id))
    for group in seller.get("/palette?q=c").json["groups"]:
        for item in group["items"]:
            assert seller.get(item["url"]).status_code == 200, item


@pytest.mark.parametrize("q", ["%", "\x00", "a" * 5000, "' OR 1=1 --", "\\"])
def test_no_words_break_the_palette(visitor: Visitors, q: str) -> None:
    assert visitor("administrator").get("/palette", query_string={"q": q}).status_code == 200


def test_a_stranger_has_no_palette(client) -> None:  # type: ignore[no-untyped-def]
    assert client.get("/palette").status_code == 401


def test_a_page_stands_in_the_language_of_its_reader(visitor: Visitors) -> None:
    chinese = visitor("administrator", locale="zh").get("/customers/").text
    english = visitor("administrator", locale="en").get("/customers/").text
    assert 'lang="zh-CN"' in chinese
    assert "客户" in chinese
    assert 'lang="en"' in english
    assert "Customers" in english


def test_two_languages_at_once_do_not_mix(visitor: Visitors) -> None:
    """FAB built its titles once, in the language of whoever came first."""
    people = [visitor("administrator", locale=locale) for locale in ("zh", "en", "zh", "en")]
    pages = [person.get("/customers/").text for person in people]
    titles = [page.split("<title>")[1].split("·")[0].strip() for page in pages]
    assert titles == ["客户", "Customers"] * 2


def test_programs_are_answered_in_json_and_people_with_a_page(visitor: Visitors) -> None:
    boss = visitor("administrator", locale="en")
    page = boss.get("/customers/999")
    assert page.content_type.startswith("text/html")
    data = boss.get("/customers/999", headers={"Accept": "application/json"})
    assert data.status_code == 404
    assert set(data.json) == {"message"}


def test_messages_that_no_page_has_shown_yet_do_not_outgrow_their_cookie(visitor: Visitors) -> None:
    """Browsers refuse one of more than 4 KB, and the newest message with it."""
    boss = visitor("administrator", locale="en")
    token = boss.token()
    for turn in range(60):
        form = {"csrf_token": token, "name": f"Company {turn:03}", "kind": "company"}
        form |= {"tier": "vip", "lifecycle_stage": "prospect", "country": "CN"}
        answer = boss.post_raw("/customers/new", data=form)
        assert answer.status_code == 302
    assert all(len(cookie) < 4096 for cookie in answer.headers.getlist("Set-Cookie"))
    page = boss.get("/customers/").text
    assert "Company 059 was created." in page
    assert "Company 000 was created." not in page
