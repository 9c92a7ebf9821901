"""A session lives in the database: what ends it there ends it everywhere, and at once."""

import re
from collections.abc import Callable
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.entities.system.session import UserSession
from app.entities.system.user import Role, User
from app.rules.sessions import SessionEnd
from tests.callers import inside
from tests.factories import PASSWORD, make_user

COOKIE = "__Host-sid"
NEW = "quiet lamp over nine hills"


@pytest.fixture
def lin(app: Flask) -> int:
    with inside(app) as session:
        return make_user(session, "sales", username="lin").id


def token(client: FlaskClient, path: str = "/login/") -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert found
    return found[1]


def sign_in(client: FlaskClient, **headers: str) -> str:
    """Sign in as lin; the cookie, as a thief would copy it."""
    data = {"csrf_token": token(client), "username": "lin", "password": PASSWORD}
    answer = client.post("/login/", data=data, headers=headers)
    assert answer.status_code == 302
    return cookie_of(answer)


def cookie_of(answer: Any) -> str:
    kept = SimpleCookie()
    for line in answer.headers.getlist("Set-Cookie"):
        kept.load(line)
    return str(kept[COOKIE].value)


def is_in(client: FlaskClient) -> bool:
    return client.get("/account/").status_code == 200


def opens(app: Flask, cookie: str) -> bool:
    """Does a copy of the cookie open anything in another browser?"""
    thief = app.test_client()
    thief.set_cookie(COOKIE, cookie, secure=True)
    return is_in(thief)


def rows(app: Flask) -> list[UserSession]:
    with inside(app) as session:
        found = list(session.scalars(select(UserSession).order_by(UserSession.id)))
        session.expunge_all()
        return found


def move_back(app: Flask, minutes: int, *columns: str) -> None:
    """Let the sessions look as if so much time had passed since."""
    with inside(app) as session:
        for row in session.scalars(select(UserSession)):
            for name in columns:
                setattr(row, name, getattr(row, name) - timedelta(minutes=minutes))


def test_a_copied_cookie_is_worth_nothing_after_signing_out(
    app: Flask, client: FlaskClient, lin: int
) -> None:
    cookie = sign_in(client)
    assert opens(app, cookie)
    assert client.get("/logout/").status_code == 405
    answer = client.post("/logout/", data={"csrf_token": token(client, "/account/")})
    assert answer.location == "/login/"
    assert not is_in(client)
    assert not opens(app, cookie)
    assert [row.ended_by for row in rows(app)] == [SessionEnd.SIGN_OUT]


def new_password(user: User, session: Any) -> None:
    user.password = "another hash"


def other_roles(user: User, session: Any) -> None:
    user.roles = []


def one_more_role_from_its_other_end(user: User, session: Any) -> None:
    role = session.scalars(select(Role).where(Role.name == "warehouse")).one()
    role.user.append(user)


def deactivation(user: User, session: Any) -> None:
    user.active = False


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (new_password, SessionEnd.PASSWORD),
        (other_roles, SessionEnd.ROLES),
        (one_more_role_from_its_other_end, SessionEnd.ROLES),
        (deactivation, SessionEnd.ACCOUNT),
    ],
)
def test_what_changes_an_account_ends_its_sessions(
    app: Flask, client: FlaskClient, lin: int, change: Callable[..., None], why: SessionEnd
) -> None:
    cookie = sign_in(client)
    with inside(app) as session:
        change(session.get_one(User, lin), session)
    assert not opens(app, cookie)
    assert [row.ended_by for row in rows(app)] == [why]


@pytest.mark.parametrize("column", ["name", "phone", "theme"])
def test_other_changes_of_an_account_leave_its_sessions_alone(
    app: Flask, client: FlaskClient, lin: int, column: str
) -> None:
    cookie = sign_in(client)
    with inside(app) as session:
        setattr(session.get_one(User, lin), column, "dark")
    assert opens(app, cookie)


def test_the_own_new_password_ends_every_copy_but_not_this_browser(
    app: Flask, client: FlaskClient, lin: int
) -> None:
    other = app.test_client()
    copies = [sign_in(client), sign_in(other)]
    answer = client.post(
        "/account/password",
        data={
            "csrf_token": token(client, "/account/password"),
            "old_password": PASSWORD,
            "new_password": NEW,
            "repeat_password": NEW,
        },
    )
    assert answer.status_code == 302
    assert is_in(client)
    assert not is_in(other)
    assert not any(opens(app, cookie) for cookie in copies)


def test_signing_in_gives_a_fresh_number_and_keeps_nothing_planted(
    app: Flask, client: FlaskClient, lin: int
) -> None:
    first = sign_in(client)
    other = app.test_client()
    with other.session_transaction() as planted:
        planted["sid"], planted["trap"] = "chosen by somebody else", True
    second = sign_in(other)
    with other.session_transaction() as present:
        assert present["sid"] != "chosen by somebody else"
        assert "trap" not in present
    assert first != second
    assert len({row.digest for row in rows(app)}) == 2


def test_a_signed_cookie_without_its_row_opens_nothing(
    app: Flask, client: FlaskClient, lin: int
) -> None:
    """Whoever knows the secret key can still not make himself a session."""
    for forged in ({"_user_id": str(lin), "_fresh": True}, {"sid": "x"}, {"sid": 1}, {"sid": None}):
        with client.session_transaction() as session:
            session.clear()
            session.update(forged)
        assert not is_in(client), forged


def test_the_number_itself_is_nowhere_in_the_database(
    app: Flask, client: FlaskClient, lin: int
) -> None:
    sign_in(client)
    with client.session_transaction() as present:
        number = present["sid"]
    (row,) = rows(app)
    assert number not in {row.digest, row.device, row.agent}


@pytest.mark.parametrize(
    ("columns", "minutes", "still_in"),
    [
        (("seen_on", "expires_on"), 29, True),
        (("seen_on", "expires_on"), 31, False),
        (("created_on", "seen_on", "expires_on"), 31, False),
    ],
)
def test_a_session_ends_when_idle(
    app: Flask,
    client: FlaskClient,
    lin: int,
    columns: tuple[str, ...],
    minutes: int,
    still_in: bool,
) -> None:
    sign_in(client)
    move_back(app, minutes, *columns)
    assert is_in(client) is still_in


def test_use_prolongs_a_session_but_not_beyond_a_working_day(
    app: Flask, client: FlaskClient, lin: int
) -> None:
    sign_in(client)
    (before,) = rows(app)
    move_back(app, 20, "seen_on", "expires_on")
    client.get("/account/", buffered=True)
    (used,) = rows(app)
    assert used.seen_on >= before.seen_on
    assert used.expires_on >= before.expires_on
    move_back(app, 8 * 60 - 5, "created_on")
    move_back(app, 20, "seen_on", "expires_on")
    client.get("/account/", buffered=True)
    (old,) = rows(app)
    assert old.expires_on - old.created_on == timedelta(hours=8)


def test_use_within_a_minute_writes_nothing(app: Flask, client: FlaskClient, lin: int) -> None:
    sign_in(client)
    before = rows(app)[0].seen_on
    for _ in range(3):
        client.get("/account/", buffered=True)
    assert rows(app)[0].seen_on == before


def test_the_cookie_stays_small_whatever_was_visited(
    app: Flask, client: FlaskClient, lin: int
) -> None:
    sign_in(client)
    for number in range(8):
        client.get(f"/customers/?q={'x' * 2000}{number}")
        kept = client.get_cookie(COOKIE)
        assert kept is not None
        assert len(kept.value) < 1024
    assert is_in(client)


def test_what_is_known_of_a_browser_is_kept_within_bounds(
    app: Flask, client: FlaskClient, lin: int
) -> None:
    sign_in(client, **{"User-Agent": "Mozilla/5.0 (X11; Linux) Firefox/126.0 " + "x" * 500})
    (row,) = rows(app)
    assert (row.device, len(row.agent), row.address) == ("Firefox · Linux", 200, "127.0.0.1")
