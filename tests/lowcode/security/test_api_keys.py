"""A program with a key acts as its user, as long as key and user are good."""

from datetime import timedelta

import pytest
from flask import Flask
from flask_jwt_extended import create_access_token
from sqlalchemy import select

from app.entities.system.user import ApiKey
from app.entities.types import now_utc
from app.extensions import db
from app.lowcode.principal import acting_as, system
from app.lowcode.security import principal_for, throttle
from app.lowcode.security.guard import EscalationRefused
from app.services.system.accounts import create_api_key
from tests.factories import make_user


@pytest.fixture
def key(app: Flask) -> str:
    """A key of somebody of the role sales."""
    with app.app_context(), system("test"):
        made = create_api_key(db.session(), make_user(db.session, "sales"), "shop")
        db.session.commit()
        return made


def status(
    app: Flask,
    authorization: str | None,
    path: str = "/customers/",
    address: str = "127.0.0.1",
) -> int:
    headers = {"Authorization": authorization} if authorization else {}
    answer = app.test_client().get(
        path, headers=headers, environ_base={"REMOTE_ADDR": address}, buffered=True
    )
    return answer.status_code


def change(app: Flask, act) -> None:
    with app.app_context(), system("test"):
        act(db.session.scalars(select(ApiKey)).one())
        db.session.commit()


def test_a_key_acts_as_its_user(app, key):
    assert status(app, f"Bearer {key}") == 200
    assert status(app, f"bearer {key}") == 200
    assert status(app, f"Bearer {key}", "/users/") == 403, "with the user's rights and no more"


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "Bearer",
        "Bearer kehu_",
        "Bearer kehu_" + "A" * 43,
        "Basic a2VodTprZWh1",
        "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.",
    ],
)
def test_anything_else_is_nobody(app, key, authorization):
    assert status(app, authorization) == 302


@pytest.mark.filterwarnings("ignore:The HMAC key")
def test_a_token_signed_with_the_product_s_own_key_is_no_way_in(app, key):

    with app.app_context():
        forged = create_access_token("1")
    assert status(app, f"Bearer {forged}") == 302


def expire(key: ApiKey) -> None:
    key.expires_on = now_utc() - timedelta(seconds=1)


def revoke(key: ApiKey) -> None:
    key.revoked_on = now_utc()


def switch_off(key: ApiKey) -> None:
    key.active = False


def deactivate_the_user(key: ApiKey) -> None:
    key.user.active = False


def take_the_role(key: ApiKey) -> None:
    key.user.roles = []


@pytest.mark.parametrize("end", [expire, revoke, switch_off, deactivate_the_user, take_the_role])
def test_a_key_ends_with_its_time_its_use_or_its_user(app, key, end):
    change(app, end)
    assert status(app, f"Bearer {key}") == 302


def test_a_key_outlives_the_password_of_its_user(app, key):
    def new_password(row: ApiKey) -> None:
        row.user.password = "another hash"

    change(app, new_password)
    assert status(app, f"Bearer {key}") == 200


def test_the_key_itself_is_nowhere_in_the_database(app, key):
    with app.app_context():
        row = db.session.scalars(select(ApiKey)).one()
        assert key not in {row.key_hash, row.lookup_hash, row.key_prefix, row.name}


def test_its_use_is_noted_once_an_hour_or_where_it_comes_from_elsewhere(app, key):
    def last_use() -> object:
        with app.app_context():
            return db.session.execute(select(ApiKey.last_used_on, ApiKey.last_address)).one()

    assert last_use() == (None, None)
    status(app, f"Bearer {key}")
    first, address = last_use()
    assert first is not None
    assert address == "127.0.0.1"
    status(app, f"Bearer {key}")
    assert last_use() == (first, address)
    status(app, f"Bearer {key}", address="10.0.0.7")
    assert last_use()[1] == "10.0.0.7"


def test_a_key_has_the_rights_of_its_role_and_not_of_its_user_s_others(app):
    with app.app_context(), system("test"):
        user = make_user(db.session, "sales", "administrator")
        sales = next(role for role in user.roles if role.name == "sales")
        made = create_api_key(db.session(), user, "shop", sales)
        db.session.commit()
    assert status(app, f"Bearer {made}") == 200
    assert status(app, f"Bearer {made}", "/users/") == 403


def test_wrong_keys_are_counted_per_address_like_wrong_passwords(app, key):
    for number in range(throttle.PER_ADDRESS):
        assert status(app, f"Bearer kehu_{number:043}", "/api/v1/customers") == 401
    assert status(app, "Bearer kehu_" + "y" * 43, "/api/v1/customers") == 429
    assert status(app, "Bearer kehu_" + "y" * 43, "/customers/") == 429
    assert status(app, f"Bearer {key}") == 200, "nobody guesses a key: a right one still works"
    assert status(app, "Bearer kehu_" + "y" * 43, address="10.0.0.7") == 302


def test_the_key_says_who_acts_even_when_somebody_else_s_cookie_comes_along(app, key, visitor):
    administrator = visitor("administrator")
    answer = administrator.get("/users/", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 403


def test_only_an_administrator_makes_keys_for_others(app):

    with app.app_context():
        with system("test"):
            me, boss = make_user(db.session, "sales"), make_user(db.session, "administrator")
            mine = principal_for(me.id)
        with acting_as(mine):
            create_api_key(db.session(), me, "my own")
            with pytest.raises(EscalationRefused):
                create_api_key(db.session(), boss, "the boss's")
