"""The condition tree: one form for filters now and rules later, refusing what it cannot mean."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask_babel import get_timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.customers import Contact, Customer, Tag
from app.entities.system.organization import Region, Team
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
        with app.test_request_context(method="POST"):
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
        ({"field": "tier", "op": "ne", "value": ["vip", "ordinary"]}, "C"),
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
        ({"field": "region", "op": "hidden"}, ""),
        ({"field": "created_on", "op": "preset", "value": "last_2_days"}, "ABC"),
        ({"field": "created_on", "op": "preset", "value": "older_than_2_days"}, ""),
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
        {"field": "credit_limit", "op": "eq"},
        {"field": "created_on", "op": "preset", "value": "last_0_days"},
        {"field": "tier", "op": "hidden"},
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
        ("region", "!", ""),
        ("created_on", "last_7_days", "ABC"),
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


def test_me_and_my_team_are_whoever_asks(rows: Session) -> None:
    above = Team(name="All", code="A")
    below = Team(name="North", code="N", parent=above)
    rows.add_all([above, below])
    rows.flush()
    me, colleague = make_user(rows, name="me", team=above), make_user(rows, name="c", team=below)
    for name, owner in (("A", me), ("B", colleague)):
        rows.scalars(select(Customer).where(Customer.name.startswith(name))).one().owner = owner
    rows.commit()
    actor = Principal(me.id, "me", team_id=above.id, team_ids=(above.id, below.id), is_system=True)
    with acting_as(actor):
        assert found(rows, {"field": "owner", "op": "in", "value": ["me"]}) == "A"
        assert found(rows, {"field": "owner", "op": "in", "value": ["my_team"]}) == "AB"
        assert found(rows, {"field": "owner", "op": "ne", "value": ["my_team"]}) == "C"
        assert found(rows, {"field": "owner.team", "value": "my_team"}) == "AB"
    with acting_as(Principal(None, "nobody", is_system=True)):
        assert found(rows, {"field": "owner", "value": "my_team"}) == ""


def test_what_is_hidden_can_be_told_from_what_is_not_there(rows: Session) -> None:
    me = make_user(rows, name="me")
    secret = rows.scalars(select(Customer).where(Customer.name == "B")).one()
    mine = [Customer(name="M", owner=me, parent=secret), Customer(name="N", owner=me)]
    rows.add_all([*mine, Customer(name="O", owner=me, parent=mine[1])])
    rows.commit()
    with acting_as(Principal(me.id, "me", scopes={"Customer": DataScope.OWN})):
        assert found(rows, {"field": "parent", "op": "hidden"}) == "M"
        assert found(rows, {"field": "parent", "op": "empty"}) == "N"


@pytest.mark.parametrize(
    ("op", "names"),
    [("eq", "A"), ("ne", "BC"), ("le", "A"), ("gt", "BC"), ("ge", "ABC"), ("lt", "")],
)
def test_a_day_of_a_moment_is_meant_as_a_whole(rows: Session, op: str, names: str) -> None:
    """A was made in the evening of that day, B after it by the user's clock, C just now."""
    zone = get_timezone()
    day = datetime(2020, 3, 5, 23, 30)  # noqa: DTZ001 - made aware by the zone
    for name, moment in (("A", day), ("B", day + timedelta(hours=1))):
        row = rows.scalars(select(Customer).where(Customer.name.startswith(name))).one()
        row.created_on = zone.localize(moment)
    rows.commit()
    assert found(rows, {"field": "created_on", "op": op, "value": "2020-03-05"}) == names


# random trees -------------------------------------------------------------------
NAMES, TIERS, LIMITS = "ABCDEF", [*Tier, None], [None, *map(Decimal, ("0", "12.5", "99.99"))]

_leaves = st.one_of(
    st.builds(lambda op, v: {"field": "name", "op": op, "value": v},
              st.sampled_from(["eq", "ne", "contains", "starts"]), st.sampled_from(NAMES)),
    st.builds(lambda op, v: {"field": "tier", "op": op, "value": v},
              st.sampled_from(["in", "ne"]),
              st.lists(st.sampled_from([str(t.value) for t in Tier]), min_size=1, max_size=2)),
    st.builds(lambda op, v: {"field": "credit_limit", "op": op, "value": str(v)},
              st.sampled_from(["eq", "ne", "lt", "le", "gt", "ge"]), st.sampled_from(LIMITS[1:])),
    st.builds(lambda op, f: {"field": f, "op": op}, st.sampled_from(["empty", "not_empty"]),
              st.sampled_from(["tier", "credit_limit"])),
    st.builds(lambda v: {"field": "do_not_contact", "op": "eq", "value": v},
              st.sampled_from(["yes", "no"])),
)  # fmt: skip
_trees = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.builds(lambda k, p: {k: p}, st.sampled_from(["all", "any"]),
                  st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda t: {"not": t}, inner),
    ),
    max_leaves=6,
)  # fmt: skip


def meets(row: Customer, tree: Any) -> bool | None:
    """What the tree means, in Python; None where a comparison with nothing says neither."""
    if "not" in tree:
        inner = meets(row, tree["not"])
        return None if inner is None else not inner
    for key, decisive in (("all", False), ("any", True)):
        if key in tree:
            parts = [meets(row, part) for part in tree[key]]
            return decisive if decisive in parts else None if None in parts else not decisive
    value, op, wanted = getattr(row, tree["field"]), tree["op"], tree.get("value")
    if op in {"empty", "not_empty"}:
        return (value is None) is (op == "empty")
    if tree["field"] == "do_not_contact":
        return bool(value) is (wanted == "yes")
    if op == "ne":
        wanted = wanted if isinstance(wanted, list) else [wanted]
        return str(getattr(value, "value", value)) not in {_plain(row, tree, one) for one in wanted}
    if value is None:
        return None
    if tree["field"] == "credit_limit":
        number = Decimal(wanted)
        return {"eq": value == number, "lt": value < number, "le": value <= number,
                "gt": value > number, "ge": value >= number}[op]  # fmt: skip
    if op == "in":
        return value.value in wanted
    return {"eq": value == wanted, "contains": wanted in value, "starts": value.startswith(wanted)}[
        op
    ]


def _plain(row: Customer, tree: Any, wanted: str) -> str:
    return (
        str(Decimal(wanted).quantize(Decimal("0.01")))
        if tree["field"] == "credit_limit"
        else wanted
    )


@pytest.fixture
def many(app: Flask) -> Iterator[Session]:
    """A customer for each of some combinations of values."""
    with inside(app) as session:
        session.add_all(
            Customer(name=name, tier=TIERS[i % len(TIERS)], credit_limit=LIMITS[i % len(LIMITS)],
                     do_not_contact=i % 3 == 0)
            for i, name in enumerate(NAMES * 2)
        )  # fmt: skip
        session.commit()
        with app.test_request_context():
            yield session


def test_random_trees_mean_in_sql_what_they_mean_in_python(many: Session) -> None:
    everybody = many.scalars(select(Customer).order_by(Customer.id)).all()

    @settings(max_examples=60, deadline=None)
    @given(_trees)
    def same(tree: Any) -> None:
        where = conditions.to_sql(Customer, tree)
        keys = many.scalars(select(Customer.id).where(where).order_by(Customer.id)).all()
        assert keys == [row.id for row in everybody if meets(row, tree)]

    same()


# addresses ----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("leaf", "text"),
    [
        ({"field": "tier", "op": "in", "value": ["vip", "ordinary"]}, "vip,ordinary"),
        ({"field": "tier", "op": "eq", "value": "vip"}, "vip"),
        ({"field": "tier", "op": "ne", "value": ["vip"]}, None),
        ({"field": "tier", "op": "empty"}, "-"),
        ({"field": "credit_limit", "op": "ge", "value": 5}, "5.."),
        ({"field": "credit_limit", "op": "le", "value": "5"}, "..5"),
        ({"field": "credit_limit", "op": "gt", "value": "5"}, None),
        ({"field": "credit_limit", "op": "between", "value": ["1", None]}, "1.."),
        ({"field": "created_on", "op": "preset", "value": "last_9_days"}, "last_9_days"),
        ({"field": "name", "op": "contains", "value": "ab"}, "ab"),
        ({"field": "name", "op": "contains", "value": " ab"}, None),
        ({"field": "name", "op": "contains", "value": "-"}, None),
        ({"field": "name", "op": "starts", "value": "ab"}, None),
        ({"field": "owner", "op": "in", "value": ["me", "3"]}, "me,3"),
        ({"field": "region", "op": "in", "value": ["a,b"]}, None),
    ],
    ids=json.dumps,
)
def test_a_comparison_is_written_as_a_filter_only_where_it_is_read_as_the_same(
    leaf: Any, text: str | None
) -> None:
    assert conditions.to_text(Customer, leaf) == text


@given(_leaves)
def test_a_filter_means_what_the_comparison_meant_that_it_was_written_for(leaf: Any) -> None:
    text = conditions.to_text(Customer, leaf)
    if text is not None:
        assert (
            conditions.to_text(Customer, conditions.from_text(Customer, leaf["field"], text))
            == text
        )
