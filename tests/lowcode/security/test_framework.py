"""Doors of the framework underneath: shut, or as strict as the product's own."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.entities.system.user import Role
from app.lowcode.security.permissions import declared_pairs
from app.lowcode.security.rights import write_rights
from app.rules.access import DataScope
from app.rules.errors import InvalidInput
from tests.callers import inside
from tests.factories import make_user
from tests.visitors import Visitor


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/security/login",
        "/api/v1/security/refresh",
        "/api/v1/security/users/",
        "/api/v1/security/roles/",
        "/api/v1/menu/",
        "/api/v1/_openapi",
        "/swagger/v1",
        "/users/userinfo/",
        "/resetmypassword/form",
        "/resetpassword/form",
        "/register/form",
        "/userstatschartview/chart/",
        "/permissionviewmenu/list/",
    ],
)
def test_its_own_addresses_are_not_there(
    visitor: Callable[..., Visitor], app: Flask, path: str
) -> None:
    boss = visitor("administrator")
    assert boss.get(path).status_code == 404
    body = {"username": "x", "password": "x", "provider": "db"}
    answer = boss.post_raw(path, json=body, headers={"X-CSRFToken": boss.token()})
    assert answer.status_code in {404, 405}


def test_a_role_called_public_opens_nothing_to_strangers(app: Flask, client: FlaskClient) -> None:
    with inside(app) as session:
        role = Role(name=app.config["AUTH_ROLE_PUBLIC"])
        session.add(role)
        session.flush()
        write_rights(session, role, declared_pairs(app), {"Customer": DataScope.ALL})
    for path in ("/customers/", "/customers/export.csv", "/api/v1/customers", "/users/", "/"):
        assert client.get(path).status_code in {302, 401}, path


def test_its_ways_of_setting_a_password_ask_for_a_good_one(app: Flask) -> None:
    manager = app.extensions["appbuilder"].sm
    with inside(app) as session:
        user = make_user(session, "sales")
        role = user.roles[0]
        for weak in ("a", "\0" * 12, "Password1234!"):
            with pytest.raises(InvalidInput):
                manager.reset_password(user.id, weak)
            with pytest.raises(InvalidInput):
                manager.add_user("new", "New", "", "new@example.com", role, password=weak)


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry per password that was looked at; the work is done all the same."""
    rounds: list[int] = []
    real = hashlib.scrypt

    def noted(*values: Any, **named: Any) -> bytes:
        rounds.append(named["n"])
        return real(*values, **named)

    monkeypatch.setattr(hashlib, "scrypt", noted)
    return rounds


def test_an_unknown_name_takes_the_work_of_a_known_one(app: Flask, hashed: list[int]) -> None:
    """Time would tell which accounts there are; counting work is the same on a busy machine."""
    with inside(app) as session:
        make_user(session, "sales", username="known")
        make_user(session, "sales", username="gone", active=False)
    spent = {}
    for name in ("known", "gone", "nobody"):
        hashed.clear()
        Visitor(app).post("/login/", username=name, password="not the right one")
        spent[name] = len(hashed)
    assert spent == dict.fromkeys(spent, 1)
