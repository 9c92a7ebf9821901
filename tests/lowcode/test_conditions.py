"""The condition tree: one form for filters now and rules later, refusing what it cannot mean."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.customers import Contact, Customer, Tag
from app.entities.system.organization import Region
from app.lowcode import conditions
from app.lowcode.principal import Principal, acting_as
from app.rules.access import DataScope
from app.rules.customers import Tier
from app.rules.errors import InvalidInput
from tests.callers import inside
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def rows(app: Flask) -> Iterator[Session]:
    """Three customers: A (vip, 12.50, tagged, north), B (ordinary, 100), C (nothing known)."""
    with inside(app) as session:
        north = Region(code="N", name="North")
        session.add_all(
            [
                Customer(
                    name="A 50%_off",
                    tier=Tier.VIP,
                    credit_limit=Decimal("12.50"),
                    region=north,
                    tags=[Tag(name="key"), Tag(name="old")],
                    contacts=[Contact(name="in A")],
                    do_not_contact=True,
                    notes="x",
                ),
                Customer(name="B", tier=Tier.ORDINARY, credit_limit=Decimal(100), notes=""),
                Customer(name="C", contacts=[Contact(name="in C")]),
            ]
        )
        session.commit()
        with app.test_request_context():
            yield session


def found(session: Session, tree: Any, model: Any = Customer) -> str:
    where = conditions.to_sql(model, tree)
    names = session.scalars(select(model.name).where(where).order_by(model.name))
    return "".join(name[0] for name in names)


@pytest.mark.parametrize(
    ("tree", "names"),
    [
        ({}, "ABC"),
        ({"field": "tier", "op": "eq", "value": "vip"}, "A"),
        ({"field": "tier", "value": "vip"}, "A"),
        ({"field": "tier", "op": "in", "value": ["vip", "ordinary"]}, "AB"),
        ({"field": "tier", "op": "ne", "value": "vip"}, "BC"),
        ({"field": "credit_limit", "op": "gt", "value": "12.50"}, "B"),
        ({"field": "credit_limit", "op": "ge", "value": "12.5"}, "AB"),
        ({"field": "credit_limit", "op": "between", "value": [None, 12.5]}, "A"),
        ({"field": "credit_limit", "op": "ne", "value": 100}, "AC"),  # unknown is not 100
        ({"field": "credit_limit", "op": "empty"}, "C"),
        ({"field": "notes", "op": "empty"}, "BC"),  # an empty text is empty, too
        ({"field": "notes", "op": "not_empty"}, "A"),
        ({"field": "name", "op": "contains", "value": "50%_"}, "A"),
        ({"field": "name", "op": "contains", "value": "%"}, "A"),
        ({"field": "name", "op": "starts", "value": "b"}, "B"),
        ({"field": "do_not_contact", "op": "eq", "value": "no"}, "BC"),
        ({"field": "region", "op": "eq", "value": "North"}, "A"),
        ({"field": "region", "op": "empty"}, "BC"),
        ({"field": "region", "op": "ne", "value": "N"}, "BC"),
        ({"field": "region.name", "op": "contains", "value": "ort"}, "A"),
        ({"field": "tags", "op": "in", "value": ["key"]}, "A"),
        ({"field": "tags", "op": "empty"}, "BC"),
        ({"not": {"field": "tier", "value": "vip"}}, "BC"),
        ({"any": [{"field": "name", "value": "B"}, {"field": "name", "value": "C"}]}, "BC"),
        (
            {"all": [{"field": "tier", "value": "vip"}, {"not": {"field": "name", "value": "B"}}]},
            "A",
        ),
    ],
    ids=json.dumps,
)
def test_a_tree_means_what_it_says(rows: Session, tree: Any, names: str) -> None:
    assert found(rows, tree) == names


def test_a_path_looks_through_the_relation(rows: Session) -> None:
    tree = {"field": "customer.tier", "op": "in", "value": ["vip"]}
    where = conditions.to_sql(Contact, tree)
    assert rows.scalars(select(Contact.name).where(where)).all() == ["in A"]


@pytest.mark.parametrize(
    "tree",
    [
        {"field": "owner.password", "op": "starts", "value": "s"},
        {"field": "name_key", "value": "a"},
        {"field": 5},
        {"field": ["tier"]},
        {"field": "tier", "op": []},
        {"field": "tier", "op": "gt", "value": "vip"},
        {"field": "tier", "op": "in", "value": ["gold"]},
        {"field": "tier", "op": "in", "value": [["vip"]]},
        {"field": "credit_limit", "op": "between", "value": 5},
        {"field": "credit_limit", "op": "between", "value": [1, 2, 3]},
        {"field": "credit_limit", "op": "gt", "value": None},
        {"field": "credit_limit", "op": "gt", "value": "9" * 400},
        {"field": "created_on", "op": "preset", "value": []},
        {"field": "created_on", "op": "preset", "value": "someday"},
        {"field": "created_on", "op": "between", "value": ["0001-01-01", "9999-12-31"]},
        {"all": []},
        {"any": {"field": "tier"}},
        {"all": [None]},
        {"not": []},
        [],
        "x",
    ],
    ids=json.dumps,
)
def test_what_cannot_be_meant_or_may_not_be_asked_is_refused(rows: Session, tree: Any) -> None:
    allowed = frozenset({"tier", "credit_limit", "created_on"})
    with pytest.raises(InvalidInput):
        rows.execute(select(Customer.id).where(conditions.to_sql(Customer, tree, allowed)))


@pytest.mark.parametrize(
    "text",
    [
        "x" * 5000,
        "[" * 4000,
        "null",
        "[]",
        '"tier"',
        '{"field": "name", "value": "\\ud800"}',
        '{"field": "name", "value": "\\u0000"}',
        '{"not": ' * 20 + "{}" + "}" * 20,
        "{",
    ],
)
def test_a_tree_from_an_address_is_short_shallow_and_storable(rows: Session, text: str) -> None:
    with pytest.raises(InvalidInput):
        conditions.to_sql(Customer, conditions.loads(text))


@pytest.mark.parametrize(
    ("path", "text", "names"),
    [
        ("tier", "vip,ordinary", "AB"),
        ("tier", "-", ""),
        ("credit_limit", "12.5..", "AB"),
        ("credit_limit", "..12.5", "A"),
        ("credit_limit", "100", "B"),
        ("credit_limit", "-", "C"),
        ("credit_limit", "*", "AB"),
        ("name", "50%", "A"),
        ("do_not_contact", "yes", "A"),
        ("tags", "key", "A"),
        ("created_on", "this_month", "ABC"),
        ("created_on", "today", "ABC"),
        ("region", "N", "A"),
        ("region", "-", "BC"),
    ],
)
def test_the_forms_of_a_filter_in_an_address(
    rows: Session, path: str, text: str, names: str
) -> None:
    assert found(rows, conditions.from_text(Customer, path, text)) == names


@pytest.mark.parametrize("op", ["eq", "in", "not_empty"])
def test_a_filter_tells_nothing_of_rows_outside_the_scope(rows: Session, op: str) -> None:
    """Whether my customer's parent is called so would be a way to guess names."""
    me = make_user(rows, name="me")
    secret = rows.scalars(select(Customer).where(Customer.name == "B")).one()
    mine = Customer(name="M", owner=me, parent=secret)
    rows.add(mine)
    rows.commit()
    tree = {"field": "parent", "op": op, "value": ["B"] if op == "in" else "B"}
    path = {"field": "parent.name", "op": "starts", "value": "B"}
    principal = Principal(me.id, "me", scopes={"Customer": DataScope.OWN})
    with acting_as(principal):
        if op != "not_empty":
            assert found(rows, tree) == ""
        assert found(rows, path) == ""
