"""What the cookie of a session says is believed where it was signed here, and as it was signed."""

import json
from typing import Any

import pytest
from flask import Flask, get_flashed_messages
from flask.sessions import SecureCookieSessionInterface

from app.lowcode.security.cookies import SessionCookies

#: five messages as long as they get, in letters that JSON writes with six signs each
LONG = ["已保存" * 60 for _ in range(5)]
MOST = 4093  # bytes that browsers keep of a cookie with its name


def product(secret: str, *before: str) -> Flask:
    app = Flask("cookies")
    app.secret_key, app.config["SECRET_KEY_FALLBACKS"] = secret, list(before)
    app.session_interface = SessionCookies()
    return app


def signed(app: Flask, said: dict[str, Any]) -> str:
    text: str = app.session_interface.get_signing_serializer(app).dumps(said)  # type: ignore[attr-defined]
    return text


def read(app: Flask, cookie: str) -> dict[str, Any]:
    with app.test_request_context(headers={"Cookie": f"session={cookie}"}) as context:
        return dict(context.session)


@pytest.mark.parametrize("said", [{"sid": "x", "_flashes": [("success", "好")]}, {"long": LONG}])
def test_what_was_signed_is_read_by_whoever_has_the_secret(said: dict[str, Any]) -> None:
    cookie = signed(product("one"), said)
    assert len(cookie) < MOST
    said = json.loads(json.dumps(said))  # pairs are read as lists
    assert read(product("one"), cookie) == said
    assert read(product("two", "one"), cookie) == said
    assert read(product("two"), cookie) == {}
    assert read(product("one", "two"), signed(product("two"), said)) == said


def test_what_is_known_of_a_cookie_is_not_what_a_request_made_of_it() -> None:
    app = product("one")
    cookie = signed(app, {"names": ["first"]})
    for _again in range(2):
        with app.test_request_context(headers={"Cookie": f"session={cookie}"}) as context:
            assert context.session["names"] == ["first"]
            context.session["names"].append("second")


def test_an_altered_cookie_says_nothing() -> None:
    app = product("one")
    cookie = signed(app, {"sid": "x"})
    assert read(app, cookie) == {"sid": "x"}
    for place in (0, len(cookie) // 2, len(cookie) - 5):
        letter = "A" if cookie[place] != "A" else "B"
        assert read(app, cookie[:place] + letter + cookie[place + 1 :]) == {}


def test_what_was_told_before_an_upgrade_is_still_told() -> None:
    app = product("one")
    app.session_interface = SecureCookieSessionInterface()
    cookie = signed(app, {"_flashes": [("success", 'a "quotation" {" t":1}')], "sid": "x"})
    with product("one").test_request_context(headers={"Cookie": f"session={cookie}"}):
        told = get_flashed_messages(with_categories=True)
        assert [*map(tuple, told)] == [("success", 'a "quotation" {" t":1}')]


@pytest.mark.parametrize("text", ['{" t":["a","b"]}', 'a {" d":"Mon"} b', '\\"{" u":1'])
def test_a_text_that_looks_like_a_mark_stays_a_text(text: str) -> None:
    app = product("one")
    assert read(app, signed(app, {"text": text})) == {"text": text}
