"""What stands in the trail beside changes: who came, what left the house, what was refused."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select

from app.entities.customers import Customer
from app.entities.system.audit import AuditEntry
from app.entities.system.user import Role, User
from app.lowcode.audit import refusals, viewing
from app.lowcode.security.rights import write_rights
from app.lowcode.settings import set_settings
from app.lowcode.settings.trail import check_screens
from app.rules.audit import AuditAction
from app.rules.errors import InvalidInput
from tests.callers import Caller, inside
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]


@pytest.fixture(autouse=True)
def _nothing_told_yet() -> None:
    refusals.throttle.forget()


@pytest.fixture
def key(app: Flask) -> int:
    with inside(app) as session:
        row = Customer(name="Example")
        session.add(row)
        session.commit()
        return int(row.id)


def lines(app: Flask, action: AuditAction) -> list[dict[str, Any]]:
    with inside(app) as session:
        found = select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.sequence)
        return [
            {
                "user": row.user_id,
                "entity": row.entity,
                "key": row.entity_id,
                "label": row.label,
                "address": row.address,
                "changes": row.changes,
            }
            for row in session.scalars(found)
        ]


def test_coming_failing_and_leaving(app: Flask, visitor: Visitors) -> None:
    seller, person = visitor("sales"), Visitor(app)
    with inside(app) as session:
        name = session.get_one(User, seller.user_id).username
    person.sign_in(name, seller.user_id)
    person.sign_out()
    assert person.post("/login/", username=name, password="wrong").status_code == 401
    for action in (AuditAction.SIGN_IN, AuditAction.SIGN_OUT, AuditAction.SIGN_IN_FAILED):
        told = lines(app, action)
        assert [line["label"] for line in told] == [name], action
        assert told[0]["address"] == "127.0.0.1", action


def test_every_403_is_told_once(app: Flask, visitor: Visitors) -> None:
    person = visitor("sales", locale="en")
    for _time in range(3):
        assert person.get("/audit-entries/").status_code == 403
    assert person.post("/settings/", company_name="x").status_code == 403
    told = lines(app, AuditAction.DENIED)
    assert [line["label"] for line in told] == ["/audit-entries/", "/settings/"]
    assert {line["user"] for line in told} == {person.user_id}
    assert told[1]["changes"] == {"request": [None, "POST /settings/"]}
    other = visitor("sales")
    other.get("/audit-entries/")
    assert len(lines(app, AuditAction.DENIED)) == 3


def test_a_program_that_is_refused_is_told_of(app: Flask) -> None:
    caller = Caller(app, "sales")
    assert caller.get("audit-entries").status_code == 403
    assert [line["user"] for line in lines(app, AuditAction.DENIED)] == [caller.user_id]


def test_a_write_outside_the_scope_is_told_with_its_reason(app: Flask) -> None:
    caller, other = Caller(app, "sales_manager"), Caller(app, "sales")
    with inside(app) as session:
        mine = Customer(name="Mine", owner=session.get_one(User, caller.user_id))
        session.add(mine)
        session.flush()
        key = mine.id
    answer = caller.patch(f"customers/{key}", owner=other.user_id)
    assert answer.status_code >= 400
    (told,) = lines(app, AuditAction.DENIED)
    assert told["user"] == caller.user_id
    assert told["changes"]["request"] == [None, f"PATCH /api/v1/customers/{key}"]
    assert told["changes"]["reason"][1]


def test_reaching_for_more_rights_is_told(app: Flask) -> None:
    with inside(app) as session:
        role = Role(name="helpers")
        session.add(role)
        session.flush()
        pairs = {("can_list", "User"), ("can_show", "User"), ("can_edit", "User")}
        write_rights(session, role, pairs, {})
    caller = Caller(app, "helpers")
    with inside(app) as session:
        administrator = session.scalars(select(Role).where(Role.name == "administrator")).one().id
    answer = caller.patch(f"users/{caller.user_id}", roles=[administrator])
    assert answer.status_code >= 400
    assert [line["user"] for line in lines(app, AuditAction.DENIED)] == [caller.user_id]


def test_scanning_does_not_flood_the_trail() -> None:
    throttle = refusals.Throttle(600)
    told = [throttle.is_due(("me", number % 7), float(number)) for number in range(1000)]
    assert sum(told) == 7 * 2
    assert not throttle.is_due(("me", 0), 1000.0)
    assert throttle.is_due(("me", 0), 2000.0)


def test_exports_and_settings(app: Flask, visitor: Visitors, key: int) -> None:
    boss = visitor("administrator", locale="en")
    assert boss.get("/customers/export.csv").status_code == 200
    with inside(app) as session:
        set_settings(session, {"company_name": "Example"})
    (export,) = lines(app, AuditAction.EXPORT)
    assert (export["entity"], export["changes"]["rows"]) == ("Customer", 1)
    settings = [line for line in lines(app, AuditAction.CREATE) if line["entity"] == "Setting"]
    assert "Example" in str(settings[0]["changes"])


# readings -------------------------------------------------------------------------
@pytest.fixture
def watched(app: Flask) -> None:
    with inside(app) as session:
        assert set_settings(session, {"audit_views": "customers, contacts"}) == ["audit_views"]


def test_nobody_is_watched_unless_the_settings_say_so(
    app: Flask, visitor: Visitors, key: int
) -> None:
    assert visitor("administrator").get(f"/customers/{key}").status_code == 200
    assert lines(app, AuditAction.VIEW) == []


@pytest.mark.usefixtures("watched")
def test_a_reading_is_told_once_for_page_form_and_api(
    app: Flask, visitor: Visitors, key: int
) -> None:
    boss = visitor("administrator", locale="en")
    assert boss.get("/customers/").status_code == 200
    assert lines(app, AuditAction.VIEW) == []
    for path in ("", "/edit", "/history", ""):
        assert boss.get(f"/customers/{key}{path}").status_code == 200
    (told,) = lines(app, AuditAction.VIEW)
    assert (told["user"], told["entity"], told["key"]) == (boss.user_id, "Customer", key)
    assert told["label"] == "Example"
    caller = Caller(app, "administrator")
    assert caller.get(f"customers/{key}").status_code == 200
    assert [line["user"] for line in lines(app, AuditAction.VIEW)] == [
        boss.user_id,
        caller.user_id,
    ]


@pytest.mark.usefixtures("watched")
def test_a_reading_is_told_again_after_a_while_and_what_is_not_shown_is_none(
    app: Flask, visitor: Visitors, key: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    boss, stranger = visitor("administrator"), visitor("sales")
    assert stranger.get(f"/customers/{key}").status_code == 404
    boss.get(f"/customers/{key}")
    monkeypatch.setattr(viewing, "QUIET", viewing.QUIET * 0)
    boss.get(f"/customers/{key}")
    assert [line["user"] for line in lines(app, AuditAction.VIEW)] == [boss.user_id] * 2
    assert "Viewed" not in boss.get(f"/customers/{key}").text


@pytest.mark.parametrize(
    "typed", ["customers，Contacts", "Customers; contacts", "customers, , contacts"]
)
def test_screens_are_named_by_their_title_or_address(app: Flask, typed: str) -> None:
    with app.test_request_context(), inside(app) as session, force_locale("en"):
        assert check_screens(typed) == "customers, contacts"
        with pytest.raises(InvalidInput, match="no screen"):
            set_settings(session, {"audit_views": "customers, nonsense"})
