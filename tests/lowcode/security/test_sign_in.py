"""Who gets in, who does not, and what ends a session."""

import re
from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select, update
from sqlalchemy.engine import Engine

from app.entities.system.access import LoginAttempt
from app.entities.system.user import User
from app.entities.types import now_utc
from app.extensions import db
from app.lowcode.principal import system
from app.lowcode.security import throttle
from tests.factories import PASSWORD, make_user
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]


@pytest.fixture
def lin(app: Flask) -> int:
    """Somebody of the role sales with the user name `lin`."""
    with app.app_context(), system("test"):
        return make_user(db.session, "sales", username="lin", email="Lin@example.com").id


def token(client: FlaskClient) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login/").text)
    assert found
    return found[1]


def sign_in(client: FlaskClient, username: str, password: str = PASSWORD, **fields: str) -> Any:
    data = {"csrf_token": token(client), "username": username, "password": password, **fields}
    return client.post("/login/", data=data)


def is_in(client: FlaskClient) -> bool:
    return client.get("/account/").status_code == 200


@pytest.mark.parametrize("typed", ["lin", " LIN ", "lin@example.com", "LIN@EXAMPLE.COM"])
def test_the_user_name_or_the_e_mail_address_opens_in_any_case(client, lin, typed):
    assert sign_in(client, typed).status_code == 302
    assert is_in(client)


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("lin", "wrong"),
        ("lin", ""),
        ("nobody", PASSWORD),
        ("", ""),
        ("lin", "\0"),
        ("lin", "x" * 5000),
    ],
)
def test_every_wrong_sign_in_gets_the_same_answer(client, lin, username, password):
    answer = sign_in(client, username, password)
    assert answer.status_code == 401
    assert not is_in(client)
    reference = sign_in(client, "somebody else", "wrong")
    notice = re.compile(r'role="alert">.*?</div>\s*</div>', re.DOTALL)
    assert notice.findall(answer.text) == notice.findall(reference.text) != []


def test_a_deactivated_account_does_not_open_and_does_not_say_why(app, client, lin):
    with app.app_context(), system("test"):
        db.session.get(User, lin).active = False
        db.session.commit()
    assert sign_in(client, "lin").status_code == 401


@pytest.mark.parametrize(
    ("roles", "home"),
    [
        (["sales"], "/"),
        (["warehouse"], "/goods/"),
        (["sales", "purchasing"], "/purchase-orders/"),
        ([], "/"),
    ],
)
def test_the_day_begins_where_the_role_says(app, client, roles, home):
    with app.app_context(), system("test"):
        make_user(db.session, *roles, username="wang")
    assert sign_in(client, "wang").location == home


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("/customers/?q=x", "/customers/?q=x"),
        ("http://localhost/customers/", "/customers/"),
        ("", "/"),
        ("//evil.example/x", "/"),
        ("http://evil.example/x", "/"),
        ("https:evil.example", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("http://localhost@evil.example/", "/"),
        ("http://localhost//evil.example", "/"),
        ("evil.example", "/"),
    ],
)
def test_signing_in_leads_to_pages_of_this_site_only(client, lin, wanted, given):
    assert sign_in(client, "lin", next=wanted).location == given


def test_nothing_of_the_session_before_survives_the_sign_in(client, lin):
    with client.session_transaction() as planted:
        planted["trap"] = "set by somebody else"
    sign_in(client, "lin")
    with client.session_transaction() as present:
        assert "trap" not in present


def test_with_a_one_time_password_only_choosing_an_own_one_is_possible(app, client, lin):
    with app.app_context(), system("test"):
        db.session.get(User, lin).must_change_password = True
        db.session.commit()
    sign_in(client, "lin")
    for path in ("/", "/customers/", "/account/", "/palette"):
        assert client.get(path).location == "/account/password", path
    assert client.get("/account/password").status_code == 200


# The throttle -------------------------------------------------------------------


def test_after_ten_failures_the_right_password_is_refused_too(client, lin):
    for _ in range(throttle.PER_ACCOUNT):
        assert sign_in(client, "lin", "wrong").status_code == 401
    assert sign_in(client, "lin").status_code == 429
    assert sign_in(client, "lin@example.com").status_code == 429, "the same account by its address"
    assert not is_in(client)


def test_another_account_still_opens_from_the_same_office(app, client, lin):
    with app.app_context(), system("test"):
        make_user(db.session, "sales", username="wang")
    for _ in range(throttle.PER_ACCOUNT + 1):
        sign_in(client, "lin", "wrong")
    assert sign_in(client, "wang").status_code == 302


def test_one_address_cannot_try_account_after_account(client, lin):
    for number in range(throttle.PER_ADDRESS):
        assert sign_in(client, f"guess{number}", "wrong").status_code == 401
    assert sign_in(client, "lin").status_code == 429


def test_success_does_not_buy_new_tries(client, lin):
    for _ in range(throttle.PER_ACCOUNT - 1):
        sign_in(client, "lin", "wrong")
    assert sign_in(client, "lin").status_code == 302
    other = client.application.test_client()
    assert sign_in(other, "lin", "wrong").status_code == 401
    assert sign_in(other, "lin").status_code == 429


def test_the_wait_ends_after_the_window_and_does_not_grow_by_trying(app, client, lin):
    for _ in range(throttle.PER_ACCOUNT + 5):
        sign_in(client, "lin", "wrong")
    with app.app_context(), system("test"):
        assert db.session.scalar(select(func.count(LoginAttempt.id))) == throttle.PER_ACCOUNT
        long_ago = now_utc() - throttle.WINDOW - timedelta(seconds=1)
        db.session.execute(update(LoginAttempt).values(happened_on=long_ago))
        db.session.commit()
    assert sign_in(client, "lin").status_code == 302


def test_many_tries_at_once_are_counted_like_one_after_another(app, database, lin):
    answers: list[int] = []

    def attack() -> None:
        client = app.test_client()
        answers.extend(sign_in(client, "lin", "wrong").status_code for _ in range(5))

    threads = [Thread(target=attack) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 25
    assert answers.count(401) <= throttle.PER_ACCOUNT
    assert sign_in(app.test_client(), "lin").status_code == 429


def test_what_was_typed_as_a_name_is_not_kept(app, client, lin):
    sign_in(client, "my secret typed into the wrong box", "x")
    with app.app_context(), system("test"):
        kept = db.session.scalars(select(LoginAttempt.account)).all()
    assert kept
    assert not any("secret" in account for account in kept)


# What a request costs -------------------------------------------------------------


@pytest.mark.parametrize("role", ["administrator", "sales", "sales_manager"])
def test_knowing_who_asks_takes_at_most_three_statements(app, visitor: Visitors, role):
    person = visitor(role)
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_unused: Any) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        # An address that does nothing but find out that there is nothing to do.
        answer = person.get("/customers/action/none")
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert answer.status_code == 405
    access = [s for s in statements if "ab_user" in s or "ab_role" in s or "recursive" in s.lower()]
    assert 1 <= len(access) <= 3


def test_who_is_sent_to_the_door_is_not_scolded(client):
    answer = client.get("/customers/", follow_redirects=True)
    assert answer.request.path == "/login/"
    assert 'role="alert"' not in answer.text
