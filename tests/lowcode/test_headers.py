"""Every answer carries the headers that keep browsers safe: refusals, files and redirects, too."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.callers import Caller
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
POLICY = (
    "default-src 'self'",
    "script-src 'self';",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "object-src 'none'",
)


def check(answer: Any) -> None:
    for name, value in EVERYWHERE.items():
        assert answer.headers.get(name) == value, name
    policy = answer.headers["Content-Security-Policy"]
    assert [part for part in POLICY if part not in policy] == []
    assert "unsafe-eval" not in policy
    assert "camera=()" in answer.headers["Permissions-Policy"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/login/", 200),
        ("GET", "/customers/", 302),
        ("GET", "/no/such/page", 404),
        ("GET", "/logout/", 405),
        ("POST", "/login/", 400),
        ("GET", "/healthz", 200),
        ("GET", "/static/css/base.css", 200),
        ("GET", "/static/css/none.css", 404),
        ("GET", "/bundles/page.js", 200),
        ("GET", "/bundles/none.css", 404),
        ("GET", "/api/v1/customers", 401),
        ("GET", "/api/v1/nothing", 401),
        ("TRACE", "/login/", 405),
    ],
)
def test_whatever_a_stranger_asks(client: FlaskClient, method: str, path: str, status: int) -> None:
    answer = client.open(path, method=method, buffered=True)
    check(answer)
    if "/api/v1/nothing" not in path:
        assert answer.status_code == status


def test_files_documents_and_data_carry_them_too(app: Flask, visitor: Visitors) -> None:
    boss = visitor("administrator")
    for path in ("/customers/export.csv", "/customers/export.xlsx", "/customers/export.pdf"):
        answer = boss.get(path, buffered=True)
        check(answer)
        assert answer.headers["Cache-Control"] == "no-store"
    check(Caller(app, "administrator").get("customers"))
    check(Caller(app, "administrator").post("customers", name=""))


def test_an_attached_file_can_do_nothing_in_a_browser(visitor: Visitors) -> None:
    answer = visitor("administrator").get("/customers/export.csv", buffered=True)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_what_is_personal_is_kept_nowhere_and_what_is_not_for_long(
    client: FlaskClient, visitor: Visitors
) -> None:
    person = visitor("sales")
    for path in ("/", "/account/", "/customers/", "/no/such/page", "/notifications/recent"):
        assert person.get(path).headers["Cache-Control"] == "no-store", path
    file = client.get("/static/css/base.css", buffered=True)
    assert "max-age=31536000" in file.headers["Cache-Control"]


@pytest.mark.parametrize(("scheme", "expected"), [("https", True), ("http", False)])
def test_encrypted_once_means_encrypted_for_a_year(
    client: FlaskClient, scheme: str, expected: bool
) -> None:
    answer = client.get("/login/", base_url=f"{scheme}://localhost")
    assert ("Strict-Transport-Security" in answer.headers) is expected


def test_a_foreign_host_name_gets_no_answer(app: Flask, client: FlaskClient) -> None:
    app.config["TRUSTED_HOSTS"] = ["crm.example.com"]
    try:
        answer = client.get("/login/", base_url="https://evil.example")
        assert answer.status_code == 400
        check(answer)
        assert client.get("/login/", base_url="https://crm.example.com").status_code == 200
    finally:
        app.config["TRUSTED_HOSTS"] = None


def test_the_cookie_of_a_session_is_for_this_host_and_no_script(client: FlaskClient) -> None:
    (line,) = [
        line
        for line in client.get("/login/").headers.getlist("Set-Cookie")
        if line.startswith("__Host-sid=")
    ]
    flags = {part.strip() for part in line.split(";")[1:]}
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= flags
    assert not any(flag.startswith("Domain") for flag in flags)
