"""Weighty changes ask for the password once more, whichever door they come through."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.entities.system.session import UserSession
from app.entities.system.user import ApiKey, Role, User
from app.lowcode.security import throttle
from app.rules.sessions import FRESH
from tests.callers import Caller, inside
from tests.factories import PASSWORD
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]
QUESTION = 'name="confirm_password"'


@pytest.fixture
def boss(app: Flask, visitor: Visitors) -> Visitor:
    """An administrator who signed in a quarter of an hour ago."""
    person = visitor("administrator", locale="en")
    grow_stale(app)
    return person


def grow_stale(app: Flask) -> None:
    long_ago = FRESH + timedelta(minutes=5)
    with inside(app) as session:
        for row in session.scalars(select(UserSession)):
            row.confirmed_on -= long_ago


def carried(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: value for name, value in found if name != "csrf_token"}


NEW_ROLE = {"name": "Auditors of the year", "description": "Typed with care"}


def test_a_change_of_rights_waits_for_the_password_and_keeps_what_was_typed(
    app: Flask, boss: Visitor
) -> None:
    asked = boss.post("/roles/new", **NEW_ROLE)
    assert asked.status_code == 403
    assert QUESTION in asked.text
    assert carried(asked.text).items() >= NEW_ROLE.items()
    assert PASSWORD not in asked.text
    assert role_named(app, NEW_ROLE["name"]) is None
    done = boss.post("/roles/new", **carried(asked.text), confirm_password=PASSWORD)
    assert done.status_code == 302
    role = role_named(app, NEW_ROLE["name"])
    assert role is not None
    assert role.description == NEW_ROLE["description"]
    # Said once, it holds for a while.
    assert boss.post("/roles/new", name="One more").status_code == 302


def role_named(app: Flask, name: str) -> Any:
    with inside(app) as session:
        query = select(Role.id, Role.version, Role.description).where(Role.name == name)
        return session.execute(query).one_or_none()


def test_a_wrong_password_asks_again_and_counts_as_a_wrong_sign_in(
    app: Flask, boss: Visitor
) -> None:
    for _ in range(throttle.PER_ACCOUNT):
        answer = boss.post("/roles/new", **NEW_ROLE, confirm_password="wrong")
        assert answer.status_code == 403
        assert QUESTION in answer.text
    answer = boss.post("/roles/new", **NEW_ROLE, confirm_password=PASSWORD)
    assert answer.status_code == 403
    assert "Too many failed sign-ins" in answer.text
    assert role_named(app, NEW_ROLE["name"]) is None


def test_somebody_else_s_page_cannot_use_up_the_tries(app: Flask, boss: Visitor) -> None:
    for _ in range(throttle.PER_ACCOUNT + 1):
        forged = boss.post_raw("/roles/new", data={"confirm_password": "wrong"})
        assert forged.status_code == 400
    assert boss.post("/roles/new", **NEW_ROLE, confirm_password=PASSWORD).status_code == 302


def matrix(app: Flask, boss: Visitor) -> Any:
    role = role_named(app, "sales")
    assert role is not None
    fields = {"version": str(role.version), "right": "can_list:Customer"}
    return boss.post(f"/roles/{role.id}/matrix", **fields)


def deactivation(app: Flask, boss: Visitor) -> Any:
    return boss.post("/users/action/deactivate", rowid=str(somebody(app)))


def new_password(app: Flask, boss: Visitor) -> Any:
    return boss.post("/users/action/reset_password", rowid=str(somebody(app)))


def new_user(app: Flask, boss: Visitor) -> Any:
    return boss.post("/users/new", name="New", username="new", active="y")


def copied_role(app: Flask, boss: Visitor) -> Any:
    role = role_named(app, "sales")
    assert role is not None
    return boss.post("/roles/action/copy", rowid=str(role.id))


def own_key(app: Flask, boss: Visitor) -> Any:
    role = role_named(app, "administrator")
    assert role is not None
    return boss.post("/account/keys/", name="backdoor", role=str(role.id), days="30")


def others_session(app: Flask, boss: Visitor) -> Any:
    with inside(app) as session:
        (key,) = session.scalars(select(UserSession.id)).all()
    return boss.post("/user-sessions/action/revoke", rowid=str(key))


def own_other_sessions(app: Flask, boss: Visitor) -> Any:
    return boss.post("/account/sessions/end-others")


def by_the_api_with_a_cookie(app: Flask, boss: Visitor) -> Any:
    headers = {"X-CSRFToken": boss.token()}
    body = {"active": False}
    return boss._client.patch(f"/api/v1/users/{somebody(app)}", json=body, headers=headers)


def somebody(app: Flask) -> int:
    with inside(app) as session:
        user = session.scalar(select(User.id).where(User.username == "somebody"))
        if user is None:
            row = User(username="somebody", name="Somebody", active=True)
            session.add(row)
            session.flush()
            user = row.id
        return int(user)


DOORS = [
    matrix,
    deactivation,
    new_password,
    new_user,
    copied_role,
    own_key,
    others_session,
    own_other_sessions,
    by_the_api_with_a_cookie,
]


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_every_door_asks(app: Flask, boss: Visitor, door: Callable[..., Any]) -> None:
    somebody(app)
    before = standing(app)
    answer = door(app, boss)
    assert answer.status_code == 403
    assert QUESTION in answer.text or answer.is_json
    assert standing(app) == before


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_no_door_asks_whoever_has_just_signed_in(
    app: Flask, visitor: Visitors, door: Callable[..., Any]
) -> None:
    boss = visitor("administrator")
    somebody(app)
    assert door(app, boss).status_code in {200, 302}


def standing(app: Flask) -> list[Any]:
    with inside(app) as session:
        users = select(User.id, User.password, User.active, User.version)
        queries = (users, select(Role.id, Role.version), select(ApiKey.id))
        sessions = select(UserSession.id).where(UserSession.ended_on.is_(None))
        return [sorted(map(tuple, session.execute(query))) for query in (*queries, sessions)]


def test_the_own_profile_and_password_ask_for_nothing_more(app: Flask, visitor: Visitors) -> None:
    person = visitor("sales")
    grow_stale(app)
    fields = {"name": "Another name", "phone": "", "locale": "en", "timezone": "Asia/Shanghai"}
    answer = person.post("/account/", **fields, theme="dark", density="compact")
    assert answer.status_code == 302
    new = "quiet lamp over nine hills"
    fields = {"old_password": PASSWORD, "new_password": new, "repeat_password": new}
    assert person.post("/account/password", **fields).status_code == 302


def test_a_program_with_a_key_is_asked_nothing(app: Flask) -> None:
    admin = Caller(app, "administrator")
    assert admin.patch(f"users/{somebody(app)}", name="Renamed").status_code == 200


def test_whoever_may_not_is_refused_and_not_asked(app: Flask, visitor: Visitors) -> None:
    person = visitor("sales")
    grow_stale(app)
    answer = person.post("/roles/new", **NEW_ROLE)
    assert answer.status_code == 403
    assert QUESTION not in answer.text


def test_another_person_s_password_confirms_nothing(app: Flask, boss: Visitor) -> None:
    with inside(app) as session:
        session.execute(update(User).where(User.id == boss.user_id).values(password=None))
    answer = boss.post("/roles/new", **NEW_ROLE, confirm_password=PASSWORD)
    assert answer.status_code == 403
    assert role_named(app, NEW_ROLE["name"]) is None
