"""Groups of duplicates are found, shown as far as one sees them, merged, and separated again."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.entities.customers import Contact, Customer
from app.entities.purchasing import Supplier
from app.entities.system.duplicates import DuplicateCluster, NotDuplicate
from app.entities.system.job import Job
from app.entities.system.user import User
from app.extensions import db
from app.lowcode.duplicates.scanning import scan
from app.lowcode.principal import system
from app.rules.jobs import JobState
from seed.roles import seed_roles
from tests.callers import inside
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]
PAGE = "/quality/duplicates/customers"


def silent(_percent: float, _text: str) -> None:
    """Nobody watches."""


def saved(app: Flask, *rows: Any) -> list[int]:
    with inside(app) as session:
        session.add_all(rows)
        session.commit()
        return [row.id for row in rows]


def scanned(app: Flask, model: type[Any] = Customer) -> None:
    with app.test_request_context(), system("test"):
        scan(db.session(), model, silent)
        db.session.commit()


def names(app: Flask) -> list[str]:
    with inside(app) as session:
        return sorted(session.scalars(select(Customer.name)))


def form_of(page: str) -> dict[str, Any]:
    """What the comparison posts as it stands."""
    fields: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]+>", page.partition('id="merge-form"')[2]):
        parts = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if parts.get("type") == "radio" and " checked" not in tag:
            continue
        if parts.get("name") not in {None, "csrf_token"}:
            fields.setdefault(parts["name"], []).append(parts["value"])
    return fields


def test_a_scan_is_put_in_once_and_says_how_far_it_is(app: Flask, visitor: Visitors) -> None:
    saved(app, Customer(name="华瑞科技"), Customer(name="华瑞科技公司"), Customer(name="别的"))
    boss = visitor("administrator", locale="en")
    assert "Not scanned yet." in boss.get(PAGE).text
    boss.post(f"{PAGE}/scan")
    boss.post(f"{PAGE}/scan")
    running = boss.get(f"{PAGE}/progress")
    assert "hx-get" in running.text
    assert "HX-Refresh" not in running.headers
    assert app.extensions["kehu_jobs"].run_pending() == 1
    assert boss.get(f"{PAGE}/progress").headers["HX-Refresh"] == "true"
    page = boss.get(PAGE).text
    assert "3 rows, 1 groups" in page
    assert "Compare and merge" in page


def test_keys_that_were_too_common_and_a_scan_that_stopped_are_told(
    app: Flask, visitor: Visitors
) -> None:
    boss = visitor("administrator", locale="en")
    boss.post(f"{PAGE}/scan")
    app.extensions["kehu_jobs"].run_pending()
    with inside(app) as session:
        (job,) = session.scalars(select(Job).where(Job.kind == "find_duplicates"))
        job.result = {**job.result, "capped": 2}
    assert "2 keys are shared by too many rows" in boss.get(PAGE).text
    with inside(app) as session:
        (job,) = session.scalars(select(Job).where(Job.kind == "find_duplicates"))
        job.state, job.error = JobState.DEAD, "broken"
    assert "The last scan stopped: broken" in boss.get(PAGE).text


def test_a_group_is_compared_merged_and_separated(app: Flask, visitor: Visitors) -> None:
    one, two = (
        Customer(name="华瑞科技", notes="first"),
        Customer(name="华瑞科技公司", phone="13800138000", email="a@example.com"),
    )
    kept, other, _contact = saved(app, one, two, Contact(name="王伟", customer=two))
    scanned(app)
    boss = visitor("administrator", locale="en")
    page = boss.get(PAGE).text
    assert "Same name" in page
    (link,) = set(re.findall(r'href="(/quality/merge/[^"]+)"', page))
    compared = boss.get(link.replace("&amp;", "&")).text
    fields = form_of(compared)
    # The richest stays unless somebody chooses another one.
    assert fields["keep"] == [str(other)]
    fields |= {"keep": str(kept), "pick.name": str(kept)}
    answer = boss.post("/quality/merge/customers", **fields)
    assert answer.location == f"/customers/{kept}"
    assert names(app) == ["华瑞科技"]
    with inside(app) as session:
        row = session.get_one(Customer, kept)
        assert (row.phone, row.notes, len(row.contacts)) == ("13800138000", "first", 1)
    # Sent once more it is done once.
    assert boss.post("/quality/merge/customers", **fields).status_code in {302, 404}

    shown = boss.get(PAGE).text
    (undo,) = set(re.findall(r'action="(/quality/merges/\d+/undo)"', shown))
    boss.post(undo)
    assert names(app) == ["华瑞科技", "华瑞科技公司"]
    with inside(app) as session:
        assert session.get_one(Customer, other).contacts[0].name == "王伟"
        assert session.get_one(Customer, kept).phone is None


def test_what_was_found_to_be_two_is_not_shown_again(app: Flask, visitor: Visitors) -> None:
    saved(app, Customer(name="华瑞科技"), Customer(name="华瑞科技公司"))
    scanned(app)
    boss = visitor("administrator", locale="en")
    (url,) = re.findall(rf'action="({PAGE}/\d+/dismiss)"', boss.get(PAGE).text)
    assert boss.post(url).status_code == 302
    scanned(app)
    assert "dismiss" not in boss.get(PAGE).text
    with inside(app) as session:
        assert session.scalar(select(func.count()).select_from(NotDuplicate)) == 1
    assert boss.post(url).status_code == 404


def test_a_group_shows_what_is_ones_own_alone(app: Flask, visitor: Visitors) -> None:
    with app.app_context(), system("test"):
        from app.lowcode.security import sync_permissions

        sync_permissions(app)
        seed_roles(db.session())
        db.session.commit()
    manager = visitor("sales_manager", locale="en")
    with inside(app) as session:
        me = session.get_one(User, manager.user_id)
        session.add_all(
            [
                Customer(name="我的客户", owner=me),
                Customer(name="我的客户公司", owner=me),
                Customer(name="我的客户有限公司"),
                Customer(name="别人的客户"),
                Customer(name="别人的客户公司"),
            ]
        )
    scanned(app)
    page = manager.get(PAGE).text
    assert page.count("我的客户") > 0
    assert "我的客户有限公司" not in page
    assert "别人的客户" not in page
    assert visitor("sales").get(PAGE).status_code == 403


def test_who_may_not_read_what_is_compared_sees_no_groups(app: Flask, visitor: Visitors) -> None:
    boss = visitor("administrator")
    assert boss.get("/quality/duplicates/suppliers").status_code == 200
    assert boss.get("/quality/duplicates/products").status_code == 404
    assert visitor("nobody").get(PAGE).status_code == 403


def test_ticked_rows_of_a_list_are_compared(app: Flask, visitor: Visitors) -> None:
    keys = saved(app, Supplier(name="甲"), Supplier(name="乙"))
    boss = visitor("administrator", locale="en")
    answer = boss.post("/suppliers/action/merge", rowid=[str(key) for key in keys], state="")
    assert answer.status_code == 302
    page = boss.get(answer.location)
    assert page.status_code == 200
    assert "This record stays" in page.text
    alone = boss.post("/suppliers/action/merge", rowid=str(keys[0]), state="")
    assert "/quality/" not in alone.location


def test_a_refusal_leaves_what_was_chosen(app: Flask, visitor: Visitors) -> None:
    one, two = saved(app, Customer(name="甲", phone="13800138000"), Customer(name="乙"))
    boss = visitor("administrator", locale="en")
    link = f"/quality/merge/customers?rowid={one}&rowid={two}"
    fields = form_of(boss.get(link).text)
    with inside(app) as session:
        session.get_one(Customer, two).notes = "changed meanwhile"
    fields["pick.name"] = str(two)
    answer = boss.post("/quality/merge/customers", **fields)
    assert answer.status_code == 422
    assert form_of(answer.text)["pick.name"] == [str(two)]
    assert names(app) == ["乙", "甲"]
    without = fields | {"keep": "0", "seen": [], "key": "another"}
    assert boss.post("/quality/merge/customers", **without).status_code == 422


@pytest.mark.parametrize("query", ["", "?rowid=1", "?rowid=x&rowid=y"])
def test_nothing_to_compare_leads_to_the_groups(app: Flask, visitor: Visitors, query: str) -> None:
    boss = visitor("administrator")
    assert boss.get(f"/quality/merge/customers{query}").location == PAGE
    with inside(app) as session:
        assert session.scalar(select(func.count()).select_from(DuplicateCluster)) == 0
