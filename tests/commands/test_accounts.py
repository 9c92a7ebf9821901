"""Accounts and keys from the command line: what is printed works, and is printed only once."""

from datetime import timedelta
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select, update

from app.entities.system.user import ApiKey, User
from app.entities.types import now_utc
from app.extensions import db
from app.lowcode.principal import system
from tests.factories import PASSWORD, make_user
from tests.visitors import Visitor


@pytest.fixture
def lin(app: Flask) -> int:
    with app.app_context(), system("test"):
        return make_user(db.session, "sales", username="lin").id


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=arguments)


def opens(app: Flask, username: str, password: str) -> bool:
    answer = Visitor(app).post("/login/", username=username, password=password)
    return answer.status_code == 302


def api(app: Flask, key: str) -> int:
    headers = {"Authorization": f"Bearer {key}"}
    return app.test_client().get("/api/v1/customers", headers=headers).status_code


def test_one_more_administrator_gets_a_one_time_password(app: Flask) -> None:
    answer = run(app, "users", "create-admin", "Second", "--name", "第二管理员")
    assert answer.exit_code == 0, answer.output
    username, password = answer.output.split()
    assert username == "second"
    assert opens(app, username, password)
    with app.app_context(), system("test"):
        user = db.session.scalars(select(User).where(User.username == "second")).one()
        assert user.must_change_password is True
        assert [role.name for role in user.roles] == ["administrator"]


def test_a_reset_password_replaces_the_old_one(app: Flask, lin: int) -> None:
    password = run(app, "users", "reset-password", "LIN").output.split()[1]
    assert not opens(app, "lin", PASSWORD)
    assert opens(app, "lin", password)


@pytest.mark.parametrize(
    "arguments",
    [
        ("users", "reset-password", "nobody"),
        ("users", "create-admin", "lin"),
        ("api-key", "create", "nobody", "shop"),
        ("api-key", "create", "lin", "  "),
        ("api-key", "create", "lin", "shop", "--days", "0"),
        ("api-key", "create", "lin", "shop", "--days", "731"),
        ("api-key", "create", "lin", "shop", "--role", "warehouse"),
        ("api-key", "revoke", "77"),
    ],
)
def test_what_cannot_be_done_ends_in_one_line(app: Flask, lin: int, arguments: Any) -> None:
    answer = run(app, *arguments)
    assert answer.exit_code != 0
    assert "Traceback" not in answer.output
    assert answer.output.strip()


def test_a_key_works_until_it_is_revoked(app: Flask, lin: int) -> None:
    key = run(app, "api-key", "create", "lin", "shop").output.strip()
    assert key.startswith("kehu_")
    assert api(app, key) == 200
    listed = run(app, "api-key", "list").output
    assert "shop" in listed
    assert key not in listed
    assert run(app, "api-key", "revoke", listed.split()[0]).exit_code == 0
    assert api(app, key) != 200


def test_a_key_ends_after_its_days(app: Flask, lin: int) -> None:
    key = run(app, "api-key", "create", "lin", "shop", "--days", "30").output.strip()
    assert api(app, key) == 200
    with app.app_context(), system("test"):
        left = db.session.scalars(select(ApiKey.expires_on)).one() - now_utc()
        assert timedelta(days=29) < left <= timedelta(days=30)
        db.session.execute(update(ApiKey).values(expires_on=now_utc()))
        db.session.commit()
    assert api(app, key) != 200
