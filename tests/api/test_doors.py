"""Who gets into the API at all, and what its document tells."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import validate

from app.entities.system.user import User
from app.lowcode import registered
from tests.callers import Caller, inside
from tests.visitors import Visitor


@pytest.mark.parametrize("path", ["customers", "customers/1", "customers/_info", "openapi.json"])
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer kehu_wrong"}])
def test_nobody_gets_a_plain_refusal(
    client: FlaskClient, path: str, headers: dict[str, str]
) -> None:
    answer = client.get(f"/api/v1/{path}", headers=headers)
    assert answer.status_code == 401
    assert answer.is_json
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
def test_nobody_changes_anything(client: FlaskClient, method: str) -> None:
    path = "/api/v1/customers" if method == "POST" else "/api/v1/customers/1"
    assert client.open(path, method=method, json={"name": "X"}).status_code == 401


def test_an_unknown_address_is_answered_in_json(app: Flask) -> None:
    answer = Caller(app, "administrator").get("unicorns")
    assert (answer.status_code, answer.is_json) == (404, True)


def test_a_session_needs_the_token_of_its_page(visitor: Callable[..., Visitor]) -> None:
    person = visitor("administrator")
    body = {"json": {"name": "By a browser"}}
    assert person.post_raw("/api/v1/customers", **body).status_code == 400
    token = {"X-CSRFToken": person.token()}
    assert person.post_raw("/api/v1/customers", headers=token, **body).status_code == 201
    assert person.get("/api/v1/customers").json["count"] == 1


def test_a_session_with_a_one_time_password_is_refused(
    app: Flask, visitor: Callable[..., Visitor]
) -> None:
    person = visitor("administrator")
    with inside(app) as session:
        session.get(User, person.user_id).must_change_password = True
    answer = person.get("/api/v1/customers")
    assert (answer.status_code, answer.is_json) == (403, True)


def test_the_document_is_valid_openapi_and_names_every_offered_route(app: Flask) -> None:
    document = Caller(app, "administrator").get("openapi.json").json
    validate(document)
    rules = {
        (rule.rule.removeprefix("/api/v1").replace("<int:pk>", "{id}"), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and "<name>" not in rule.rule
        for method in rule.methods - {"HEAD", "OPTIONS"}
    } - {("/openapi.json", "get")}
    described = {
        (path, method)
        for path, operations in document["paths"].items()
        if "/actions/" not in path
        for method in operations
        if method != "parameters"
    }
    assert described == rules
    assert "/customers/{id}/actions/make_vip" in document["paths"]


def test_the_document_tells_nothing_of_hidden_columns(app: Flask) -> None:
    schemas = Caller(app, "administrator").get("openapi.json").json["components"]["schemas"]
    named = {name for schema in schemas.values() for name in schema["properties"]}
    assert "credit_limit" in named
    assert named.isdisjoint({"password", "name_key", "key_hash", "lookup_hash"})


def test_the_rights_of_a_person_stand_in_the_info_of_a_screen(app: Flask) -> None:
    info = Caller(app, "read_only").get("customers/_info").json
    assert "can_list" in info["rights"]
    assert "can_edit" not in info["rights"]
    assert info["actions"] == []
    assert {"name": "tier", "required": True}.items() <= next(
        field for field in info["fields"] if field["name"] == "tier"
    ).items()


def test_every_screen_answers_and_exports(app: Flask) -> None:
    admin = Caller(app, "administrator", locale="zh")
    admin.post("customers", name="客户")
    for screen in registered.screens(app).values():
        listed = admin.get(screen.resource)
        assert (listed.status_code, listed.json.keys()) == (
            200,
            {"count", "page", "size", "result"},
        )
        assert admin.get(f"{screen.resource}/_info").status_code == 200
        for row in listed.json["result"][:1]:
            if "can_show" in screen.base_permissions:
                assert admin.get(f"{screen.resource}/{row['id']}").json["id"] == row["id"]
        if "can_export" in screen.base_permissions:
            for fmt in ("csv", "xlsx", "pdf"):
                answer = admin.get(f"/{screen.resource}/export.{fmt}", columns="all")
                assert answer.status_code == 200, (screen.resource, fmt)
