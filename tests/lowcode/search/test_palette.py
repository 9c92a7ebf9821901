"""The palette: one box over all entities, within reach and rights, the closest first."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from app.entities.catalog import Product
from app.entities.customers import Contact, Customer
from app.entities.purchasing import Supplier
from app.entities.system.row_access import RecordShare
from app.entities.system.views import RecentlyViewed
from app.entities.work import Task
from app.extensions import db
from app.lowcode.search import candidates, finding
from app.rules.access import Access
from tests.callers import Caller, inside
from tests.secrets import CONTACT_PHONE, EMAIL, PHONE, ROLE, make_company
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]


def groups(person: Visitor, typed: str) -> dict[str, list[dict[str, Any]]]:
    """Records by the title of their group; screens are left out."""
    answer = person.get("/palette", query_string={"q": typed}).json["groups"]
    return {group["label"]: group["items"] for group in answer if group["label"] != "Screens"}


def labels(person: Visitor, typed: str) -> list[str]:
    return [item["label"] for items in groups(person, typed).values() for item in items]


@pytest.mark.usefixtures("database")
def test_all_entities_answer_grouped_and_marked(app: Flask, visitor: Visitors) -> None:
    boss = visitor("administrator", locale="en")
    with inside(app) as session:
        customer = Customer(name="重庆华瑞有限公司", phone="02312345678")
        session.add_all([customer, Contact(name="华瑞英", customer=customer)])
        session.add_all([Supplier(name="上海华瑞"), Product(name="华瑞笔记本", code="HR-1")])
    found = groups(boss, "华瑞")
    assert {label: [item["label"] for item in items] for label, items in found.items()} == {
        "Customers": ["重庆华瑞有限公司"],
        "Contacts": ["华瑞英"],
        "Suppliers": ["上海华瑞"],
        "Products": ["华瑞笔记本"],
    }
    assert found["Customers"][0]["marks"] == [[2, 4]]
    assert labels(boss, "cqhr") == ["重庆华瑞有限公司"]
    (by_phone,) = groups(boss, "1234567")["Customers"]
    assert by_phone["hint"] == "Phone: 02312345678"
    assert by_phone["hint"][slice(*by_phone["hint_marks"][0])] == "1234567"


@pytest.mark.usefixtures("database")
def test_what_is_called_so_comes_first_however_many_others_there_are(
    app: Flask, visitor: Visitors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "MOST", 6)
    boss = visitor("administrator")
    with inside(app) as session:
        session.add_all([Customer(name="华瑞"), Customer(name="华瑞贸易")])
        session.flush()
        session.add_all(Customer(name=f"上海华瑞 {n}") for n in range(30))
        session.flush()
        session.add(Customer(name="北京的华瑞"))
    assert labels(boss, "华瑞")[:2] == ["华瑞", "华瑞贸易"]
    assert len(labels(boss, "华瑞")) == finding.SHOWN
    options = boss.get("/contacts/picker/customer?q=华瑞").json
    assert [option["label"] for option in options][:2] == ["华瑞", "华瑞贸易"]


def test_ones_own_and_what_was_opened_lately_come_before_the_rest(
    app: Flask, visitor: Visitors
) -> None:
    boss = visitor("administrator")
    with inside(app) as session:
        rows = [Customer(name=f"上海华瑞 {n}") for n in range(8)]
        session.add_all(rows)
        session.flush()
        rows[0].owner_id = boss.user_id
        opened = RecentlyViewed(user_id=boss.user_id, entity="Customer", entity_id=rows[3].id)
        session.add(opened)
    assert labels(boss, "华瑞")[:2] == ["上海华瑞 0", "上海华瑞 3"]


@pytest.mark.usefixtures("database")
def test_nobody_finds_what_is_not_theirs(app: Flask, visitor: Visitors) -> None:
    seller = visitor("sales")
    with inside(app) as session:
        mine = Customer(name="华瑞我的", owner_id=seller.user_id)
        shared = Customer(name="华瑞共享")
        hidden = Customer(name="华瑞别人", contacts=[Contact(name="华瑞隐藏")])
        session.add_all([mine, shared, hidden, Contact(name="华瑞联系", customer=mine)])
        session.add(Task(subject="华瑞任务", assignee_id=seller.user_id))
        session.flush()
        key = shared.id
    assert set(labels(seller, "华瑞")) == {"华瑞我的", "华瑞联系", "华瑞任务"}
    with inside(app) as session:
        session.add(
            RecordShare(
                entity="Customer", entity_id=key, user_id=seller.user_id, access=Access.READ
            )
        )
    assert "华瑞共享" in labels(seller, "华瑞")
    assert "华瑞别人" not in labels(seller, "华瑞")


def test_a_slip_is_forgiven_where_nothing_is_written_so(app: Flask, visitor: Visitors) -> None:
    boss = visitor("administrator")
    with inside(app) as session:
        session.add_all([Customer(name="Siemens AG"), Customer(name="Simens Trading")])
    assert labels(boss, "simens") == ["Simens Trading"]
    assert labels(boss, "siemnes") == ["Siemens AG"]
    options = boss.get("/contacts/picker/customer?q=siemnes").json
    assert [option["label"] for option in options] == ["Siemens AG"]
    assert "Siemens AG" not in boss.get("/customers/?q=siemnes").text


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("secret", [PHONE, PHONE[3:9], CONTACT_PHONE[4:], EMAIL, "topsecret"])
def test_nobody_finds_by_what_they_may_not_read(app: Flask, visitor: Visitors, secret: str) -> None:
    make_company(app)
    insider, boss = visitor(ROLE, locale="en"), visitor("administrator", locale="en")
    assert groups(boss, secret) != {}
    assert groups(insider, secret) == {}
    program = Caller(app, ROLE)
    for resource in ("customers", "contacts"):
        assert program.get(resource, q=secret).json["count"] == 0
        assert "Secret" not in insider.get(f"/{resource}/?q={secret}").text
    assert insider.get(f"/contacts/picker/customer?q={secret}").json == []


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_only_entities_with_an_answer_are_read_and_nothing_is_counted(
    app: Flask, visitor: Visitors, statements: list[str]
) -> None:
    boss = visitor("administrator")
    with inside(app) as session:
        session.add(Customer(name="华瑞"))
    labels(boss, "华瑞")  # rights and menu are known from here on
    statements.clear()
    assert labels(boss, "华瑞") == ["华瑞"]
    reading = [text for text in statements if "search_words" in text or "FROM customer" in text]
    assert len(reading) == 2
    assert not any("count(" in text.lower() for text in reading)
