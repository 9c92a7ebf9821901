"""What is the person's own: profile, language, zone, looks, password."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app.entities.system.user import User
from app.extensions import db
from app.lowcode.principal import system
from tests.factories import PASSWORD
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]
NEW = "quiet lamp over nine hills"


def language_of(page: str) -> str:
    found = re.search(r'<html lang="([\w-]+)"', page)
    assert found
    return found[1]


def profile(**fields: str) -> dict[str, str]:
    own = {"name": "王敏", "phone": "", "locale": "en", "timezone": "Europe/Berlin"}
    return {**own, "theme": "dark", "density": "compact", **fields}


def stored(app: Flask, person: Visitor) -> dict[str, Any]:
    with app.app_context(), system("test"):
        row = db.session.get_one(User, person.user_id)
        return {name: getattr(row, name) for name in profile()}


def test_the_own_profile_is_saved_and_holds_at_once(app: Flask, visitor: Visitors) -> None:
    person = visitor("sales")
    assert person.post("/account/", **profile()).status_code == 302
    assert stored(app, person) == {**profile(), "phone": None}
    page = person.get("/account/").text
    assert language_of(page) == "en"
    assert 'data-theme="dark"' in page
    assert 'data-density="compact"' in page


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/account/", "timezone"),
        ("/account/", "density"),
        ("/account/keys/", "days"),
        ("/settings/", "language"),
    ],
)
def test_there_is_something_to_choose_from(visitor: Visitors, path: str, name: str) -> None:
    page = visitor("administrator").get(path).text
    select = re.search(rf'<select[^>]* name="{name}".*?</select>', page, re.S)
    assert select
    assert re.findall(r'<option value="[^"]+" selected>', select[0])
    assert len(re.findall(r'<option value="[^"]+">', select[0])) > 0


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", ""),
        ("phone", "not a number"),
        ("locale", "xx"),
        ("timezone", "Mars/Olympus"),
        ("theme", "pink"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    app: Flask, visitor: Visitors, field: str, typed: str
) -> None:
    person = visitor("sales")
    before = stored(app, person)
    answer = person.post("/account/", **profile(**{field: typed}))
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert stored(app, person) == before


def test_the_profile_form_cannot_write_anything_else(app: Flask, visitor: Visitors) -> None:
    person = visitor("sales")
    person.post("/account/", **profile(username="boss", roles="1", active="", team="1"))
    with app.app_context(), system("test"):
        row = db.session.get_one(User, person.user_id)
        assert row.active is True
        assert row.username != "boss"
        assert {role.name for role in row.roles} == {"sales"}


@pytest.mark.parametrize(
    ("headers", "cookie", "expected"),
    [
        ({}, None, "zh-CN"),
        ({"Accept-Language": "en-GB,en;q=0.8"}, None, "en"),
        ({"Accept-Language": "fr"}, None, "zh-CN"),
        ({"Accept-Language": "en"}, "zh", "zh-CN"),
        ({"Accept-Language": "zh-CN"}, "en", "en"),
        ({}, "klingon", "zh-CN"),
    ],
)
def test_before_signing_in_the_cookie_then_the_browser_choose_the_language(
    client: Any, headers: dict[str, str], cookie: str | None, expected: str
) -> None:
    if cookie:
        client.set_cookie("kehu_locale", cookie)
    assert language_of(client.get("/login/", headers=headers).text) == expected


def test_the_person_s_own_choice_comes_first(visitor: Visitors) -> None:
    person = visitor("sales", locale="en")
    page = person.get("/account/", headers={"Accept-Language": "zh"})
    assert language_of(page.text) == "en"


def test_preferences_are_kept_signed_in_or_not(app: Flask, client: Any, visitor: Visitors) -> None:
    page = client.get("/login/").text
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert csrf
    answer = client.post(
        "/preferences", data={"csrf_token": csrf[1], "locale": "en", "next": "/login/?next=/x"}
    )
    assert answer.location == "/login/?next=/x"
    assert language_of(client.get("/login/").text) == "en"
    person = visitor("sales")
    version = stored(app, person)
    person.post("/preferences", theme="dark")
    assert stored(app, person) == {**version, "theme": "dark"}


def test_an_unknown_preference_is_left_alone(app: Flask, visitor: Visitors) -> None:
    person = visitor("sales")
    before = stored(app, person)
    answer = person.post("/preferences", locale="xx", theme="<script>", next="//evil.example")
    assert answer.location == "/"
    assert stored(app, person) == before


@pytest.mark.parametrize(
    ("old", "new", "repeated", "marked"),
    [
        ("wrong", NEW, NEW, "old_password"),
        (PASSWORD, "tiny-pw1", "tiny-pw1", "new_password"),
        (PASSWORD, PASSWORD, PASSWORD, "new_password"),
        (PASSWORD, NEW, NEW + "x", "repeat_password"),
    ],
)
def test_a_password_changes_only_with_the_old_one_and_a_good_new_one_twice(
    visitor: Visitors, old: str, new: str, repeated: str, marked: str
) -> None:
    person = visitor("sales")
    answer = person.post(
        "/account/password", old_password=old, new_password=new, repeat_password=repeated
    )
    assert answer.status_code == 422
    assert f'id="{marked}-error"' in answer.text
    assert new not in answer.text, "passwords do not come back in the page"


@pytest.mark.parametrize("path", ["/account/", "/account/password"])
def test_a_stranger_has_no_account(client: Any, path: str) -> None:
    assert client.get(path).location.startswith("/login/?next=/account/")
