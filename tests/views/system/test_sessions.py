"""Everybody sees and ends their own sessions; administrators those of all."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.entities.system.audit import AuditEntry
from app.entities.system.session import UserSession
from app.entities.system.user import User
from app.rules.sessions import SessionEnd
from tests.callers import Caller, inside
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]


def second_browser(app: Flask, person: Visitor) -> Visitor:
    with inside(app) as session:
        username = session.get_one(User, person.user_id).username
    other = Visitor(app)
    other.sign_in(username, person.user_id or 0)
    return other


def keys(app: Flask, user_id: int | None) -> list[int]:
    with inside(app) as session:
        query = select(UserSession.id).where(UserSession.user_id == user_id)
        return list(session.scalars(query.order_by(UserSession.id)))


def is_in(person: Visitor) -> bool:
    return person.get("/account/").status_code == 200


def test_one_sees_the_own_devices_and_which_one_this_is(app: Flask, visitor: Visitors) -> None:
    person, stranger = visitor("sales", locale="en"), visitor("sales")
    second_browser(app, person)
    page = person.get("/account/sessions/").text
    assert page.count("Last seen") == 2
    assert page.count("This device") == 1
    (foreign,) = keys(app, stranger.user_id)
    assert f"/account/sessions/{foreign}/end" not in page


def test_one_ends_the_session_of_another_device_and_stays_signed_in(
    app: Flask, visitor: Visitors
) -> None:
    person = visitor("sales")
    other, third = second_browser(app, person), second_browser(app, person)
    _here, there, _third = keys(app, person.user_id)
    assert person.post(f"/account/sessions/{there}/end").status_code == 302
    assert [is_in(each) for each in (person, other, third)] == [True, False, True]
    person.post("/account/sessions/end-others")
    assert [is_in(each) for each in (person, other, third)] == [True, False, False]
    with inside(app) as session:
        ended = session.scalars(select(UserSession.ended_by)).all()
        assert sorted(filter(None, ended)) == [SessionEnd.REVOKED] * 2
        query = select(AuditEntry.changes).where(AuditEntry.action == "sign_out")
        assert session.scalars(query).all() == [{"sessions": [1, 0]}] * 2


def test_nobody_ends_the_session_of_somebody_else_that_way(app: Flask, visitor: Visitors) -> None:
    person, stranger = visitor("administrator"), visitor("sales")
    (foreign,) = keys(app, stranger.user_id)
    assert person.post(f"/account/sessions/{foreign}/end").status_code == 404
    assert is_in(stranger)


def test_an_administrator_sees_and_ends_the_sessions_of_all(app: Flask, visitor: Visitors) -> None:
    boss, person = visitor("administrator", locale="en"), visitor("sales", name="Somebody Known")
    (key,) = keys(app, person.user_id)
    assert "Somebody Known" in boss.get("/user-sessions/").text
    assert (
        f'href="/user-sessions/{key}"'
        in boss.get(f"/user-sessions/related/users/{person.user_id}").text
    )
    assert boss.post("/user-sessions/action/revoke", rowid=str(key)).status_code == 302
    assert not is_in(person)
    assert boss.post("/user-sessions/action/revoke", rowid=str(key)).status_code == 409


@pytest.mark.parametrize("path", ["/user-sessions/", "/user-sessions/1", "/api-keys/"])
def test_nobody_else_sees_them(visitor: Visitors, path: str) -> None:
    assert visitor("sales_manager").get(path).status_code == 403


def test_the_digest_of_a_session_is_shown_to_nobody(app: Flask, visitor: Visitors) -> None:
    boss = visitor("administrator")
    with inside(app) as session:
        digest = session.scalars(select(UserSession.digest)).one()
    for path in ("/user-sessions/", "/user-sessions/1", "/user-sessions/export.csv?columns=all"):
        assert digest not in boss.get(path).text
    shown = Caller(app, "administrator").get("user-sessions").text
    assert digest not in shown
    assert not re.search("digest|confirmed_on", shown)


def test_a_program_has_no_devices(app: Flask) -> None:
    program = Caller(app, "sales")
    assert program.call("GET", "/account/sessions/").status_code == 403
    assert program.call("GET", "/account/keys/").status_code == 403


@pytest.mark.parametrize("path", ["/account/sessions/", "/account/keys/"])
def test_a_stranger_has_neither(client: Any, path: str) -> None:
    assert client.get(path).status_code == 401
