"""Rows over REST: the same filters, rights, rules and scopes as the screens."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from app.entities.customers import Customer
from app.entities.system.audit import AuditEntry
from app.entities.system.user import User
from app.extensions import db
from tests.callers import Caller, inside

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def admin(app: Flask) -> Caller:
    return Caller(app, "administrator")


def test_a_row_is_added_read_changed_and_deleted(app: Flask, admin: Caller) -> None:
    made = admin.post("customers", name="Made by a program", credit_limit="12.50", kind="company")
    assert made.status_code == 201, made.text
    key = made.json["id"]
    assert made.headers["Location"].endswith(f"/api/v1/customers/{key}")
    assert made.json["owner"]["id"] == admin.user_id
    assert admin.get(f"customers/{key}").json["name"] == "Made by a program"
    changed = admin.patch(f"customers/{key}", tier="vip", version=1)
    assert (changed.status_code, changed.json["tier"], changed.json["version"]) == (200, "vip", 2)
    assert changed.json["name"] == "Made by a program"
    assert admin.delete(f"customers/{key}").status_code == 204
    assert admin.get(f"customers/{key}").status_code == 404


def test_a_change_is_answered_without_a_second_turn_to_write(app: Flask, admin: Caller) -> None:
    key = admin.post("customers", name="Made by a program").json["id"]
    statements: list[str] = []

    def note(*args: Any) -> None:
        statements.append(args[2])

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert admin.patch(f"customers/{key}", tier="vip").json["tier"] == "vip"
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert statements.count("BEGIN IMMEDIATE") == (1 if engine.dialect.name == "sqlite" else 0)


@pytest.mark.parametrize("amount", ["12.50", 12.5, "12.5", "１２．５０"])
def test_money_is_a_decimal_text_whatever_was_sent(admin: Caller, amount: Any) -> None:
    made = admin.post("customers", name="Exact", credit_limit=amount)
    assert made.json["credit_limit"] == "12.50"
    listed = admin.get("customers", **{"f.credit_limit": "12.50..12.50"}).json
    assert [row["credit_limit"] for row in listed["result"]] == ["12.50"]


def test_a_float_does_not_lose_a_cent(admin: Caller) -> None:
    made = admin.call(
        "POST",
        "customers",
        data='{"name": "Long", "credit_limit": 99999999999.99}',
        content_type="application/json",
    )
    assert made.json["credit_limit"] == "99999999999.99"


def test_the_list_filters_sorts_and_pages_as_the_screen_does(admin: Caller) -> None:
    for name, tier in (("Alpha", "vip"), ("Beta", "vip"), ("Gamma", "ordinary")):
        admin.post("customers", name=name, tier=tier)
    listed = admin.get("customers", **{"f.tier": "vip", "sort": "-name", "size": 1}).json
    assert (listed["count"], listed["page"], listed["size"]) == (2, 1, 1)
    assert [row["name"] for row in listed["result"]] == ["Beta"]
    where = '{"not": {"field": "tier", "op": "in", "value": ["vip"]}}'
    rows = admin.get("customers", where=where, fields="name,owner").json["result"]
    assert [(row["name"], row["owner"]["id"]) for row in rows] == [("Gamma", admin.user_id)]
    assert admin.get("customers", q="alp").json["count"] == 1


def test_a_page_holds_at_most_a_hundred_rows(admin: Caller) -> None:
    assert admin.get("customers", size=100_000).json["size"] == 100


@pytest.mark.parametrize(
    "query",
    [
        {"f.name_key": "x"},
        {"f.owner.password": "x"},
        {"sort": "owner.password"},
        {"sort": "name_key"},
        {"fields": "name_key"},
        {"fields": "owner.password"},
        {"where": '{"field": "name_key", "value": "x"}'},
        {"where": '{"field": "owner.password", "op": "starts", "value": "s"}'},
        {"where": "((("},
        {"where": "[" * 3000},
        {"where": '{"not": ' * 20 + "{}" + "}" * 20},
        {"where": "{" + " " * 5000 + "}"},
        {"f.credit_limit": "lots"},
        {"f.credit_limit": "9" * 40},
        {"f.owner": "9" * 40},
    ],
)
def test_what_is_not_offered_cannot_be_asked_about(admin: Caller, query: dict[str, str]) -> None:
    answer = admin.get("customers", **query)
    assert answer.status_code in {200, 400}, answer.text
    if answer.status_code == 200:  # a key that no row can have
        assert query.keys() == {"f.owner"}
        assert answer.json["count"] == 0
    else:
        assert set(answer.json) >= {"message"}
        assert "SELECT" not in answer.text


def test_every_wrong_field_is_named_and_nothing_is_saved(app: Flask, admin: Caller) -> None:
    answer = admin.post(
        "customers",
        name="",
        email="nowhere",
        credit_limit=-1,
        tier="platinum",
        id=7,
        created_on="2020-01-01",
        secret=True,
        owner=99999,
        tags="x",
        phone=True,
    )
    assert answer.status_code == 422
    wrong = {"email", "tier", "id", "created_on", "secret", "owner", "tags", "phone"}
    assert set(answer.json["errors"]) == wrong
    assert admin.post("customers").json["errors"].keys() == {"name"}
    assert admin.get("customers").json["count"] == 0


@pytest.mark.parametrize("body", ["", "[]", "{", '"x"', "[" * 100_000, '{"name": NaN}', "{} {}"])
def test_a_body_that_is_no_object_is_refused(admin: Caller, body: str) -> None:
    answer = admin.call("POST", "customers", data=body, content_type="application/json")
    assert answer.status_code == 400
    assert admin.call("POST", "customers", data="name=x").status_code == 415


def test_a_stale_version_is_refused_and_changes_nothing(admin: Caller) -> None:
    key = admin.post("customers", name="First").json["id"]
    assert admin.patch(f"customers/{key}", name="Second", version=1).status_code == 200
    assert admin.patch(f"customers/{key}", name="Third", version=1).status_code == 409
    assert admin.get(f"customers/{key}").json["name"] == "Second"


def test_saving_the_same_values_again_is_no_change(app: Flask, admin: Caller) -> None:
    key = admin.post("customers", name="Same", credit_limit="5").json["id"]
    row = admin.patch(f"customers/{key}", name="Same", credit_limit="5.00").json
    assert row["version"] == 1


def test_inline_lines_come_and_go_with_their_row(admin: Caller) -> None:
    line = {"kind": "billing", "city": "Lyon", "street": "Rue Haute 1", "country": "FR"}
    made = admin.post("customers", name="With addresses", addresses=[line])
    assert made.status_code == 201, made.text
    (saved,) = made.json["addresses"]
    assert (saved["city"], saved["kind"]) == ("Lyon", "billing")
    path = f"customers/{made.json['id']}"
    moved = admin.patch(path, addresses=[{"id": saved["id"], "city": "Paris"}]).json
    assert [(row["id"], row["city"]) for row in moved["addresses"]] == [(saved["id"], "Paris")]
    wrong = admin.patch(path, addresses=[{"id": 99999}, {"kind": "castle", "x": 1}])
    assert {"addresses.2.kind", "addresses.2.x"} <= set(wrong.json["errors"])
    assert admin.patch(path, addresses=[{"id": 99999}]).status_code == 422
    assert admin.patch(path, addresses=[]).json["addresses"] == []


def test_an_action_runs_once_on_one_row(admin: Caller) -> None:
    key = admin.post("customers", name="To become VIP", tier="potential").json["id"]
    assert admin.post(f"customers/{key}/actions/make_vip").json["tier"] == "vip"
    assert admin.post(f"customers/{key}/actions/explode").status_code == 404
    assert admin.call("GET", f"customers/{key}/actions/make_vip").status_code == 405
    assert admin.post("customers/99999/actions/make_vip").status_code == 404


def test_a_row_that_others_need_is_not_deleted(admin: Caller) -> None:
    category = admin.post("product-categories", name="Needed", code="N").json["id"]
    admin.post("product-categories", name="Below", code="B", parent=category)
    assert admin.delete(f"product-categories/{category}").status_code == 409
    assert admin.get(f"product-categories/{category}").status_code == 200


def test_the_same_code_twice_names_the_field(admin: Caller) -> None:
    admin.post("units", name="Box", code="BOX")
    answer = admin.post("units", name="Crate", code="BOX")
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["code"])


@pytest.mark.parametrize("key", ["0", "999999", str(2**31), str(2**63), str(2**70)])
def test_a_key_without_a_row_is_not_found(admin: Caller, key: str) -> None:
    for method in ("GET", "PATCH", "DELETE"):
        answer = admin.call(method, f"customers/{key}", json={})
        assert answer.status_code == 404


def test_rows_of_colleagues_are_not_there(app: Flask) -> None:
    ann, ben = Caller(app, "sales"), Caller(app, "sales")
    mine = ann.post("customers", name="Of Ann").json["id"]
    theirs = ben.post("customers", name="Of Ben").json["id"]
    assert [row["id"] for row in ann.get("customers").json["result"]] == [mine]
    assert ann.get("customers", **{"f.owner": ben.user_id}).json["count"] == 0
    assert ann.get(f"customers/{theirs}").status_code == 404
    assert ann.patch(f"customers/{theirs}", name="X").status_code == 404
    assert ann.post(f"customers/{theirs}/actions/make_vip").status_code == 404
    assert ann.patch(f"customers/{mine}", parent=theirs).status_code == 422
    assert ann.patch(f"customers/{mine}", owner=ben.user_id).status_code == 422
    assert ann.post("contacts", name="Spy", customer=theirs).status_code == 422
    with inside(app) as session:
        row = session.get(Customer, theirs)
        assert (row.name, row.version) == ("Of Ben", 1)
        assert session.get(Customer, mine).owner_id == ann.user_id


def test_the_label_of_a_related_row_outside_the_scope_is_not_told(app: Flask) -> None:
    ann, admin = Caller(app, "sales"), Caller(app, "administrator")
    hidden = admin.post("customers", name="Secret group").json["id"]
    mine = ann.post("customers", name="Subsidiary").json["id"]
    assert admin.patch(f"customers/{mine}", parent=hidden).status_code == 200
    assert "Secret group" not in ann.get(f"customers/{mine}").text
    assert "Secret group" not in ann.get("customers", fields="name,parent").text


def test_each_method_asks_for_the_right_of_its_page(app: Flask) -> None:
    admin, reader = Caller(app, "administrator"), Caller(app, "read_only")
    nobody = Caller(app)
    key = admin.post("customers", name="Guarded").json["id"]
    calls = {
        ("GET", "customers"): 200,
        ("GET", f"customers/{key}"): 200,
        ("GET", "customers/_info"): 200,
        ("POST", "customers"): 403,
        ("PATCH", f"customers/{key}"): 403,
        ("PUT", f"customers/{key}"): 403,
        ("DELETE", f"customers/{key}"): 403,
        ("POST", f"customers/{key}/actions/make_vip"): 403,
    }
    for (method, path), expected in calls.items():
        assert reader.call(method, path, json={"name": "X"}).status_code == expected, path
        assert nobody.call(method, path, json={"name": "X"}).status_code == 403, path
    assert admin.get(f"customers/{key}").json["version"] == 1


def test_a_change_over_the_api_stands_in_the_trail(app: Flask, admin: Caller) -> None:
    key = admin.post("customers", name="Trailed").json["id"]
    admin.patch(f"customers/{key}", tier="vip")
    with inside(app) as session:
        entries = session.scalars(
            select(AuditEntry).where(AuditEntry.entity == "Customer").order_by(AuditEntry.id)
        ).all()
        assert [entry.action for entry in entries] == ["create", "update"]
        assert {entry.user_id for entry in entries} == {admin.user_id}


def test_reading_changes_nothing(app: Flask, admin: Caller) -> None:
    key = admin.post("customers", name="Still").json["id"]
    with inside(app) as session:
        before = session.scalar(select(func.count(AuditEntry.id)))
    for path in ("customers", f"customers/{key}", "customers/_info", "openapi.json"):
        assert admin.get(path).status_code == 200
    with inside(app) as session:
        assert session.scalar(select(func.count(AuditEntry.id))) == before


def test_an_action_with_a_page_to_show_has_not_happened(app: Flask, admin: Caller) -> None:
    with inside(app) as session:
        before = session.get(User, admin.user_id).password
    answer = admin.post(f"users/{admin.user_id}/actions/reset_password")
    assert answer.status_code == 409
    with inside(app) as session:
        assert session.get(User, admin.user_id).password == before
