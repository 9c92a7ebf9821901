"""The builder of conditions: what it offers to whom, its way back to the list, chips in words."""

import html
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from flask import Flask
from sqlalchemy import event

from app.entities.customers import Contact, Customer
from app.entities.system.organization import Region
from app.entities.system.user import User
from app.extensions import db
from app.rules.customers import Tier
from tests.callers import Caller, inside
from tests.secrets import ROLE, make_company
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]

VIP = {"field": "tier", "op": "in", "value": ["vip"]}
EITHER = {"any": [VIP, {"field": "owner", "op": "in", "value": ["me"]}]}


def offer(person: Visitor, resource: str, **query: str) -> Any:
    answer = person.get(f"/{resource}/filters/fields", query_string=query)
    assert answer.status_code == 200
    return answer.json


def chips(page: str) -> list[str]:
    """The chips of a list as they read."""
    found = re.findall(r'<span class="chip">(.*?)<a ', page, re.DOTALL)
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", chip)).split()) for chip in found]


# what is offered ------------------------------------------------------------------
def test_related_fields_are_offered_as_far_as_their_list_is_open(visitor: Visitors) -> None:
    boss = {one["path"]: one for one in offer(visitor("administrator"), "contacts")["fields"]}
    assert boss["customer"]["more"] == "/customers/filters/fields"
    seller = {one["path"]: one for one in offer(visitor("sales"), "customers")["fields"]}
    assert seller["owner"]["more"] is None, "a seller has no list of people"
    assert seller["owner"]["options"][0][0] == "me"


def test_the_offer_holds_everything_that_narrows_the_list_and_the_labels_of_what_it_names(
    app: Flask, visitor: Visitors
) -> None:
    with inside(app) as session:
        session.add(Region(code="N", name="North"))
        session.flush()
    where = {"any": [VIP, {"field": "region", "op": "in", "value": ["1"]}]}
    found = offer(
        visitor("administrator"), "customers", **{"f.country": "CN", "where": json.dumps(where)}
    )
    assert found["tree"] == {"all": [{"field": "country", "op": "in", "value": ["CN"]}, where]}
    assert found["known"]["region"] == {"1": "North"}
    assert found["known"]["country"]["CN"]


def test_labels_of_what_may_not_be_asked_about_are_not_told(app: Flask, visitor: Visitors) -> None:
    seller = visitor("sales")
    with inside(app) as session:
        session.add(Customer(name="Somebody else's"))
    tree = {"any": [{"field": "parent", "op": "in", "value": ["1"]},
                    {"field": "owner.roles", "op": "in", "value": ["1"]}]}  # fmt: skip
    assert offer(seller, "customers", where=json.dumps(tree))["known"] == {"parent": {}}


# what may be asked ----------------------------------------------------------------
@pytest.fixture
def sellers(app: Flask, visitor: Visitors) -> Caller:
    """A seller's program; of their two contacts one belongs to a VIP, the third is not theirs."""
    seller = Caller(app, "sales")
    with inside(app) as session:
        owner = session.get_one(User, seller.user_id)
        session.add_all(
            [
                Contact(name="A", customer=Customer(name="Mine", tier=Tier.VIP, owner=owner)),
                Contact(name="B", customer=Customer(name="Other of mine", owner=owner)),
                Contact(name="C", customer=Customer(name="Not mine", tier=Tier.VIP)),
            ]
        )
    return seller


@pytest.mark.parametrize(
    ("tree", "names"),
    [
        ({"field": "customer.name", "op": "contains", "value": "M"}, None),
        ({"field": "customer.tier", "op": "in", "value": ["vip"]}, "A"),
        ({"field": "customer.owner", "op": "in", "value": ["me"]}, "AB"),
        ({"field": "customer.parent.tier", "op": "empty"}, ""),
        ({"field": "customer.parent.parent.tier", "op": "empty"}, None),
        ({"field": "customer.owner.name", "op": "contains", "value": "U"}, None),
        ({"field": "customer.owner.password", "op": "not_empty"}, None),
        ({"not": {"field": "customer.tier", "op": "in", "value": ["vip"]}}, "B"),
    ],
    ids=lambda value: json.dumps(value),
)
def test_paths_lead_through_two_relations_and_only_to_what_their_lists_filter_by(
    sellers: Caller, tree: Any, names: str | None
) -> None:
    answer = sellers.get("contacts", where=json.dumps(tree), sort="name")
    if names is None:
        assert answer.status_code == 400
    else:
        assert "".join(row["name"] for row in answer.json["result"]) == names


@pytest.mark.parametrize("op", ["gt", "empty", "not_empty"])
def test_no_path_leads_to_a_column_that_is_not_read(app: Flask, op: str) -> None:
    make_company(app)
    tree = json.dumps({"not": {"field": "product.purchase_price", "op": op, "value": "0"}})
    assert Caller(app, ROLE).call("GET", f"stock-moves?where={quote(tree)}").status_code == 400
    boss = Caller(app, "administrator").call("GET", f"stock-moves?where={quote(tree)}")
    assert boss.status_code == 200


# back to the list -----------------------------------------------------------------
@pytest.mark.parametrize(
    ("tree", "sent"),
    [
        ({}, []),
        (VIP, [("f.tier", "vip")]),
        (
            {"all": [VIP, {"field": "credit_limit", "op": "ge", "value": "5"}]},
            [("f.credit_limit", "5.."), ("f.tier", "vip")],
        ),
        (EITHER, [("where", EITHER)]),
        ({"all": [VIP, EITHER]}, [("f.tier", "vip"), ("where", EITHER)]),
        ({"not": VIP}, [("where", {"not": VIP})]),
        (
            {"field": "parent.tier", "op": "in", "value": ["vip"]},
            [("where", {"field": "parent.tier", "op": "in", "value": ["vip"]})],
        ),
        ({"field": "nothing", "op": "eq"}, [("where", {"field": "nothing", "op": "eq"})]),
    ],
    ids=lambda value: json.dumps(value),
)
def test_what_a_filter_can_say_becomes_one(visitor: Visitors, tree: Any, sent: Any) -> None:
    query = {"tree": json.dumps(tree), "q": "x", "page": "3", "f.kind": "company"}
    answer = visitor("administrator").get("/customers/filters/build", query_string=query)
    assert answer.status_code == 302
    pairs = parse_qsl(urlsplit(answer.location).query)
    read = [(name, json.loads(text) if name == "where" else text) for name, text in pairs]
    assert sorted(read, key=str) == sorted([*sent, ("q", "x")], key=str)


@pytest.mark.parametrize("tree", ["{", '{"field": "nothing"}', '{"all": []}', "[]"])
def test_a_condition_that_cannot_be_read_shows_nothing_and_says_so(
    app: Flask, visitor: Visitors, tree: str
) -> None:
    with inside(app) as session:
        session.add(Customer(name="There"))
    boss = visitor("administrator", locale="en")
    built = boss.get("/customers/filters/build", query_string={"tree": tree})
    page = boss.get(built.location).text
    assert "There is no filter" in page or "cannot be read" in page
    assert "There</a>" not in page
    assert boss.get("/customers/filters/fields", query_string={"where": tree}).status_code == 200


# words ----------------------------------------------------------------------------
def test_each_part_of_a_condition_is_a_chip_that_says_what_it_means(visitor: Visitors) -> None:
    boss = visitor("administrator", locale="en")
    where = {
        "all": [
            {"field": "credit_limit", "op": "gt", "value": "100000"},
            {"field": "parent.tier", "op": "ne", "value": ["vip"]},
            {"any": [VIP, {"all": [{"field": "owner", "op": "in", "value": ["me"]},
                                   {"not": {"field": "created_on", "op": "preset",
                                            "value": "last_9_days"}}]}]},
        ]
    }  # fmt: skip
    page = boss.get("/customers/", query_string={"where": json.dumps(where)}).text
    assert chips(page) == [
        "Credit limit > 100,000.00",
        "Parent company: Tier ≠ VIP",
        "Condition Tier = VIP or (Owner = me and not: Created on = Last 9 days)",
    ]


def test_a_chip_takes_its_own_part_away(visitor: Visitors) -> None:
    boss = visitor("administrator", locale="en")
    where = {"all": [{"not": VIP}, EITHER]}
    page = boss.get("/customers/", query_string={"where": json.dumps(where)}).text
    links = re.findall(r'<span class="chip">.*?<a href="([^"]+)"', page, re.DOTALL)
    queries = [dict(parse_qsl(urlsplit(html.unescape(link)).query)) for link in links]
    assert [json.loads(query["where"]) for query in queries] == [EITHER, {"not": VIP}]


def test_related_rows_are_called_by_their_names_in_one_statement(
    app: Flask, visitor: Visitors
) -> None:
    with inside(app) as session:
        session.add_all([Region(code=code, name=f"Region {code}") for code in "NSE"])
    boss = visitor("administrator", locale="en")
    boss.get("/customers/")
    with statements(app) as before:
        boss.get("/customers/?f.tier=vip")
    with statements(app) as after:
        page = boss.get("/customers/?f.region=1,2&f.region=3").text
    assert chips(page) == ["Region Region N, Region S", "Region Region E"]
    assert len(after) == len(before) + 1


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """What the database is asked inside."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
