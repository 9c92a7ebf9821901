"""Keys for programs: made for oneself, shown once, ended by oneself or an administrator."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.entities.system.audit import AuditEntry
from app.entities.system.user import ApiKey, Role
from app.entities.types import now_utc
from tests.callers import inside
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]


def role_id(app: Flask, name: str) -> str:
    with inside(app) as session:
        return str(session.scalars(select(Role.id).where(Role.name == name)).one())


def make(app: Flask, person: Visitor, **fields: str) -> Any:
    values = {"name": "Web shop", "role": role_id(app, "sales"), "days": "90", **fields}
    return person.post("/account/keys/", **values)


def shown(page: str) -> list[str]:
    return re.findall(r"kehu_[\w-]{43}", page)


def api(app: Flask, key: str) -> int:
    headers = {"Authorization": f"Bearer {key}"}
    return app.test_client().get("/api/v1/customers", headers=headers).status_code


def test_a_new_key_is_shown_once_and_works(app: Flask, visitor: Visitors) -> None:
    person = visitor("sales", "warehouse", locale="en")
    (key,) = shown(make(app, person).text)
    assert api(app, key) == 200
    page = person.get("/account/keys/").text
    assert "Web shop" in page
    assert not shown(page)
    with inside(app) as session:
        row = session.scalars(select(ApiKey)).one()
        assert row.role.name == "sales"
        assert timedelta(days=89) < row.expires_on - now_utc() <= timedelta(days=90)
        query = select(AuditEntry.changes).where(AuditEntry.action == "api_key")
        assert session.scalars(query).all() == [{"key": [None, "Web shop"]}]


def test_a_key_asked_for_twice_by_one_form_is_made_once(app: Flask, visitor: Visitors) -> None:
    person = visitor("sales")
    first, again = (make(app, person, key="one-form") for _click in range(2))
    assert (len(shown(first.text)), len(shown(again.text))) == (1, 0)
    with inside(app) as session:
        assert len(session.scalars(select(ApiKey)).all()) == 1


@pytest.mark.parametrize(
    ("fields", "marked"),
    [
        ({"name": " "}, "name"),
        ({"role": "999"}, "role"),
        ({"role": ""}, "role"),
        ({"days": "100000"}, "days"),
        ({"days": "-1"}, "days"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    app: Flask, visitor: Visitors, fields: dict[str, str], marked: str
) -> None:
    answer = make(app, visitor("sales"), **fields)
    assert answer.status_code == 422
    assert f'id="{marked}-error"' in answer.text
    assert not shown(answer.text)


def test_nobody_makes_a_key_for_a_role_of_others(app: Flask, visitor: Visitors) -> None:
    assert make(app, visitor("sales"), role=role_id(app, "administrator")).status_code == 422


def test_one_ends_the_own_key_and_no_other(app: Flask, visitor: Visitors) -> None:
    person, stranger = visitor("sales"), visitor("sales")
    (key,) = shown(make(app, person).text)
    with inside(app) as session:
        number = session.scalars(select(ApiKey.id)).one()
    assert stranger.post(f"/account/keys/{number}/revoke").status_code == 404
    assert api(app, key) == 200
    assert person.post(f"/account/keys/{number}/revoke").status_code == 302
    assert api(app, key) == 401
    person.get("/account/keys/")  # says that it was ended
    assert "Web shop" not in person.get("/account/keys/").text


def test_an_administrator_sees_and_ends_all_keys(app: Flask, visitor: Visitors) -> None:
    boss, person = visitor("administrator"), visitor("sales")
    (key,) = shown(make(app, person).text)
    with inside(app) as session:
        row = session.scalars(select(ApiKey)).one()
        number, digest = row.id, row.lookup_hash
    page = boss.get("/api-keys/").text + boss.get(f"/api-keys/{number}").text
    assert "Web shop" in page
    assert digest not in page + boss.get("/api-keys/export.csv?columns=all").text
    assert boss.post("/api-keys/action/revoke", rowid=str(number)).status_code == 302
    assert api(app, key) == 401


def test_whoever_has_no_role_is_told_so(visitor: Visitors) -> None:
    page = visitor(locale="en").get("/account/keys/")
    assert page.status_code == 200
    assert "You have no role yet" in page.text
