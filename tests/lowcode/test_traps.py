"""The traps of the framework below: each test fails where our own base class does not close it."""

import re
import sqlite3
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.exc import IntegrityError, OperationalError

from app.entities.customers import Contact, Customer, CustomerAddress
from app.entities.system.audit import AuditEntry
from app.entities.system.record import Attachment, Note
from app.entities.system.user import User
from app.extensions import db
from app.rules.customers import Tier
from tests.callers import inside
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]


class Foreign:
    """Somebody else's customer with everything that may hang on one; mine beside it."""

    def __init__(self, app: Flask, me: Visitor) -> None:
        with inside(app) as session:
            mine = Customer(name="MINE", owner_id=me.user_id)
            theirs = Customer(name="SECRET", tier=Tier.POTENTIAL, notes="SECRET")
            theirs.contacts.append(Contact(name="SECRET person"))
            theirs.addresses.append(CustomerAddress(street="SECRET street"))
            session.add_all([mine, theirs])
            session.flush()
            on = {"entity": "Customer", "entity_id": theirs.id}
            file = Attachment(
                **on,
                name="x.txt",
                stored_name="f" * 32,
                content_type="text/plain",
                size=6,
                sha256="0",
            )
            session.add_all([Note(**on, text="SECRET note"), file])
            session.flush()
            self.mine, self.key, self.file = mine.id, theirs.id, file.id
            self.contact = theirs.contacts[0].id
        folder = app.extensions["kehu_settings"].attachments
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ("f" * 32)).write_bytes(b"SECRET")


@pytest.fixture
def seller(visitor: Visitors) -> Visitor:
    return visitor("sales", locale="en")


@pytest.fixture
def foreign(app: Flask, seller: Visitor) -> Foreign:
    return Foreign(app, seller)


def row_of(app: Flask, model: Any, key: int) -> Any:
    with inside(app) as session:
        found = session.get(model, key)
        if found is not None:
            session.expunge(found)
        return found


# inside the scope, by whatever door -----------------------------------------------
def test_no_door_shows_somebody_elses_record(app: Flask, seller: Visitor, foreign: Foreign) -> None:
    for path in (
        f"/customers/{foreign.key}",
        f"/customers/{foreign.key}/edit",
        f"/customers/{foreign.key}/files/{foreign.file}",
        f"/customers/{foreign.mine}/files/{foreign.file}",
        f"/contacts/related/customers/{foreign.key}",
        f"/contacts/{foreign.contact}",
        "/customers/99999999999999999999",
    ):
        answer = seller.get(path)
        assert answer.status_code == 404, path
        assert "SECRET" not in answer.text
    for path in (
        "/customers/",
        "/contacts/",
        f"/contacts/?f.customer={foreign.key}",
        f"/customers/?f.parent={foreign.key}",
        "/customers/?layout=board",
        "/customers/chart?chart=8",
        "/contacts/picker/customer?q=SECRET",
        "/contacts/picker/reports_to?q=SECRET",
        "/customers/picker/parent",
        "/palette?q=SECRET",
        f"/contacts/new?customer={foreign.key}",
        "/customers/export.csv",
    ):
        answer = seller.get(path)
        assert answer.status_code == 200, path
        assert "SECRET" not in answer.text, path


def test_an_action_runs_on_all_ticked_rows_or_on_none(
    app: Flask, seller: Visitor, foreign: Foreign
) -> None:
    for keys in ([foreign.key], [foreign.mine, foreign.key]):
        answer = seller.post("/customers/action/make_vip", rowid=keys)
        assert answer.status_code == 404
    assert row_of(app, Customer, foreign.key).tier is Tier.POTENTIAL
    assert row_of(app, Customer, foreign.mine).tier is Tier.POTENTIAL
    assert seller.post("/customers/action/make_vip", rowid=[foreign.mine]).status_code == 302
    assert row_of(app, Customer, foreign.mine).tier is Tier.VIP


@pytest.mark.parametrize("key", ["²", "", "x", "-1", "1.0"])
def test_an_action_on_what_is_no_key_is_a_bad_request(seller: Visitor, key: str) -> None:
    assert seller.post("/customers/action/make_vip", rowid=key).status_code == 400


def test_an_unknown_action_is_not_found_and_none_is_run_by_get(
    seller: Visitor, foreign: Foreign
) -> None:
    assert seller.post("/customers/action/explode", rowid=foreign.mine).status_code == 404
    assert seller.post("/customers/action/__init__", rowid=foreign.mine).status_code == 404
    assert seller.get("/customers/action/make_vip").status_code == 405
    assert seller.get(f"/customers/{foreign.mine}/delete").status_code == 405


def test_nothing_is_written_on_somebody_elses_record(app: Flask, visitor: Visitors) -> None:
    """A manager may edit and delete, but not outside the teams below."""
    manager = visitor("sales_manager", locale="en")
    foreign = Foreign(app, manager)
    pk = foreign.key
    attempts = [
        manager.post(f"/customers/{pk}/edit", name="x"),
        manager.post(f"/customers/{pk}/delete"),
        manager.post(f"/customers/{pk}/notes", text="mine"),
        manager.post(f"/customers/{pk}/files", file=(BytesIO(b"x"), "x.txt")),
        manager.post(f"/customers/{pk}/files/{foreign.file}/delete"),
        manager.post(f"/customers/{foreign.mine}/files/{foreign.file}/delete"),
        manager.post_raw(
            "/customers/move/tier",
            json={"id": pk, "value": "vip"},
            headers={"X-CSRFToken": manager.token()},
        ),
    ]
    assert [answer.status_code for answer in attempts] == [404] * len(attempts)
    with inside(app) as session:
        kept = session.get_one(Customer, pk)
        assert (kept.name, kept.tier, kept.version) == ("SECRET", Tier.POTENTIAL, 1)
        assert session.scalar(select(func.count(Note.id))) == 1
        assert session.scalar(select(func.count(Attachment.id))) == 1


def test_a_foreign_row_cannot_be_pointed_at_by_form_address_or_line(
    app: Flask, seller: Visitor, foreign: Foreign
) -> None:
    contact = {"name": "x", "customer": foreign.key}
    for path in (
        "/contacts/new",
        f"/contacts/new?customer={foreign.key}",
        "/contacts/new?dialog=1",
    ):
        assert seller.post(path, **contact).status_code == 422
    with inside(app) as session:
        assert session.scalar(select(func.count(Contact.id))) == 1


def test_a_tab_of_a_screen_without_the_right_is_not_there(app: Flask, visitor: Visitors) -> None:
    reader = visitor("warehouse", locale="en")  # products, no customers
    with inside(app) as session:
        session.add(Customer(name="SECRET"))
    assert reader.get("/contacts/related/customers/1").status_code in {302, 403}
    buyer = visitor("purchasing", locale="en")
    assert buyer.get("/products/related/suppliers/1").status_code == 404


# one request, one person ----------------------------------------------------------
@pytest.fixture
def hostile_switching() -> Iterator[None]:
    """Threads give way a million times a second: what is shared shows."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_filters_of_four_people_at_once_stay_apart(
    app: Flask, visitor: Visitors, hostile_switching: None
) -> None:
    people = [visitor("sales", locale="en") for _n in range(4)]
    with inside(app) as session:
        for n, person in enumerate(people):
            for tier in Tier:
                row = Customer(name=f"P{n} {tier.value}", tier=tier, owner_id=person.user_id)
                session.add(row)
    mixed: list[str] = []

    def browse(n: int, person: Visitor) -> None:
        for turn in range(12):
            tier = list(Tier)[(n + turn) % 3]
            page = person.get(f"/customers/?f.tier={tier.value}").text
            names = set(re.findall(r"P\d (?:vip|ordinary|potential)", page))
            if names != {f"P{n} {tier.value}"}:
                mixed.append(f"{n} {tier}: {names}")

    threads = [Thread(target=browse, args=pair) for pair in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert mixed == []


# whole tables ---------------------------------------------------------------------
def test_no_page_holds_the_rows_of_a_related_table(app: Flask, visitor: Visitors) -> None:
    """FAB put all of them into every form and into the hidden search form of every list."""
    with inside(app) as session:
        session.add_all(Customer(name=f"Company {n:03}") for n in range(250))
        session.flush()
        session.add(Contact(name="x", customer_id=1))
    boss = visitor("administrator", locale="en")
    for path in ("/contacts/", "/contacts/new", "/contacts/1/edit", "/interactions/new"):
        text = boss.get(path).text
        assert len(re.findall(r"Company \d{3}", text)) <= 3, path
    assert len(boss.get("/contacts/picker/customer").json) == 20


# reading changes nothing ----------------------------------------------------------
def test_no_address_changes_anything_when_it_is_read(app: Flask, visitor: Visitors) -> None:
    """An export notes that it happened, and so does a refusal; they are looked at elsewhere."""
    boss = visitor("administrator", locale="en")
    with inside(app) as session:
        session.add(Contact(name="x", customer=Customer(name="Company")))
    watcher = sqlite3.connect(app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///"))
    before = commits_of_others(watcher)
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint.endswith((".export", "static")):
            continue
        values = {name: 1 for name in rule.arguments if name in {"pk", "file_id", "key", "run"}}
        values |= dict.fromkeys(rule.arguments - values.keys(), "x")
        with app.test_request_context():
            built = rule.build(values, append_unknown=False)
        if built is None:
            continue
        if boss.get(built[1]).status_code == 403:
            before = commits_of_others(watcher)
        assert commits_of_others(watcher) == before, rule.rule
    boss.post("/customers/1/notes", text="x")
    assert commits_of_others(watcher) != before  # the watcher does see changes
    watcher.close()


def commits_of_others(connection: sqlite3.Connection) -> int:
    """A number that SQLite moves whenever another connection changed something."""
    version: int = connection.execute("PRAGMA data_version").fetchone()[0]
    return version


# what people are told -------------------------------------------------------------
@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (RuntimeError("SELECT password FROM ab_user"), 500, "Incident"),
        (IntegrityError("INSERT INTO customer", {}, Exception("UNIQUE")), 422, "already exists"),
        (OperationalError("SELECT 1", {}, Exception("no route to host")), 503, "cannot be reached"),
    ],
)
@pytest.mark.parametrize("json", [True, False])
def test_a_broken_page_names_an_incident_and_nothing_of_the_inside(
    app: Flask,
    visitor: Visitors,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    status: int,
    told: str,
    json: bool,
) -> None:
    boss = visitor("administrator", locale="en")
    monkeypatch.setattr(app, "testing", False)

    def fail(*_args: Any) -> None:
        raise error

    monkeypatch.setattr("app.lowcode.screens.view.list_page", fail)
    answer = boss.get("/customers/", headers={"Accept": "application/json"} if json else {})
    assert answer.status_code == status
    assert told in answer.text
    for inside_word in ("SELECT", "INSERT", "UNIQUE", "sqlalche", "Traceback", "route to host"):
        assert inside_word not in answer.text
    if status == 500:
        incident = re.search(r"Incident (\w{8})", answer.text)
        assert incident is not None
        assert incident[1] in caplog.text


def test_a_page_without_a_database_is_still_a_page(
    app: Flask, visitor: Visitors, monkeypatch: pytest.MonkeyPatch
) -> None:
    boss = visitor("administrator", locale="en")
    monkeypatch.setattr(app, "testing", False)
    with app.app_context():
        engine = db.engine

    def refuse(*_args: Any) -> None:
        raise OperationalError("SELECT secret", {}, Exception("gone"))

    event.listen(engine, "before_cursor_execute", refuse)
    try:
        answer = boss.get("/customers/", headers={"Accept-Language": "en"})
        assert boss.get("/healthz").status_code == 503
    finally:
        event.remove(engine, "before_cursor_execute", refuse)
    assert answer.status_code == 503
    assert "The database cannot be reached" in answer.text
    assert "secret" not in answer.text


def test_a_post_without_a_token_is_told_as_a_page(app: Flask, visitor: Visitors) -> None:
    answer = visitor("administrator", locale="en").post_raw("/customers/new", data={"name": "x"})
    assert answer.status_code == 400
    assert "Page expired" in answer.text


@pytest.mark.parametrize("path", ["/nowhere", "/customers/5", "/static/nothing.js"])
def test_what_is_not_there_is_a_page_with_its_number(visitor: Visitors, path: str) -> None:
    answer = visitor("administrator", locale="en").get(path)
    assert answer.status_code == 404
    assert "404" in answer.text
    assert answer.text.startswith("<!doctype html>")


# where a save leads ---------------------------------------------------------------
def test_saves_lead_to_addresses_of_ours_whatever_the_browser_says(
    app: Flask, visitor: Visitors
) -> None:
    """FAB's way back was one stack for all tabs; ours is said by the page itself."""
    boss = visitor("administrator", locale="en")
    tag = {"name": "key", "color": "blue", "position": "0", "is_active": "y"}
    headers = {"Referer": "https://evil.example/", "X-Forwarded-Host": "evil.example"}
    answer = boss.post_raw(
        "/tags/new?next=https://evil.example/",
        data={"csrf_token": boss.token(), "next": "//evil.example", **tag},
        headers=headers,
    )
    assert answer.location == "/tags/1"
    answer = boss.post("/tags/1/edit", **tag | {"version": "1", "position": "5"})
    assert answer.location == "/tags/1"
    with inside(app) as session:
        session.add(Customer(name="x"))
    for state, place in (
        ("?f.tier=vip&page=2", "/customers/?f.tier=vip&page=2"),
        ("https://evil.example/", "/customers/"),
        ("//evil.example", "/customers/"),
        ("", "/customers/"),
    ):
        answer = boss.post("/customers/action/make_vip", rowid=1, state=state)
        assert answer.location == place
    assert boss.post("/tags/1/delete").location == "/tags/"


def test_a_record_in_use_is_not_deleted_and_says_why(app: Flask, visitor: Visitors) -> None:
    boss = visitor("administrator", locale="en")
    with inside(app) as session:
        session.add(Contact(name="x", customer=Customer(name="Company")))
    answer = boss.post("/customers/1/delete")
    assert answer.location == "/customers/1"
    assert "still used: Contacts 1" in boss.get("/customers/1").text


def test_a_refused_request_leaves_no_trace(app: Flask, visitor: Visitors) -> None:
    """What a refused save had flushed before is gone, its line in the trail too."""
    boss = visitor("administrator", locale="en")
    with inside(app) as session:
        session.add(Customer(name="示例有限公司"))
    fields = {"kind": "company", "tier": "vip", "lifecycle_stage": "new", "country": "CN"}
    answer = boss.post("/customers/new", name="示例（有限公司）", **fields)
    if answer.status_code == 302:
        pytest.fail("the duplicate was not asked about")
    with inside(app) as session:
        assert session.scalar(select(func.count(Customer.id))) == 1
        created = select(func.count()).where(
            AuditEntry.entity == "Customer", AuditEntry.action == "create"
        )
        assert session.scalar(created) == 1
        assert session.scalar(select(func.count(User.id))) == 1
