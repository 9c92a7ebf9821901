"""The screens of access: sharing, rules with their preview, field levels, grants, explanations."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.entities.customers import Customer
from app.entities.system.row_access import AccessRule
from app.entities.system.user import Role, User
from app.lowcode.security.rights import write_rights
from app.rules.customers import CustomerKind
from tests.callers import inside
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]


@pytest.fixture
def scene(app: Flask, visitor: Visitors) -> dict[str, Any]:
    """Two sellers; the first has a company and a government office as customers."""
    first, second = visitor("sales", name="First"), visitor("sales", name="Second")
    with inside(app) as session:
        owner = session.get_one(User, first.user_id)
        kinds = (CustomerKind.COMPANY, CustomerKind.GOVERNMENT)
        rows = [Customer(name=f"Buyer {kind}", kind=kind, owner=owner) for kind in kinds]
        session.add_all(rows)
        session.flush()
        keys = [row.id for row in rows]
    return {"first": first, "second": second, "keys": keys, "boss": visitor("administrator")}


def test_a_record_is_shared_on_its_page_and_taken_back(scene: dict[str, Any]) -> None:
    first, second, key = scene["first"], scene["second"], scene["keys"][0]
    assert second.get(f"/customers/{key}").status_code == 404
    card = first.post(
        f"/shares/customers/{key}", user=second.user_id, access="read", notes="holiday"
    )
    assert "Second" in card.text
    assert "holiday" in card.text
    page = second.get(f"/customers/{key}")
    assert page.status_code == 200
    offered = [name for name in ("edit", "delete") if f"/customers/{key}/{name}" in page.text]
    assert offered == [], "shared to be read"
    assert second.get(f"/customers/{key}/edit").status_code == 302
    second.post(f"/customers/{key}/edit", name="Changed", version=1)
    assert "Changed" not in second.get(f"/customers/{key}").text, "shared to be read"
    remove = card.text.split(f'hx-post="/shares/customers/{key}/')[1].split('"')[0]
    first.post(f"/shares/customers/{key}/{remove}")
    assert second.get(f"/customers/{key}").status_code == 404


def test_nothing_is_shared_with_nobody(scene: dict[str, Any]) -> None:
    key = scene["keys"][0]
    answer = scene["first"].post(f"/shares/customers/{key}", access="read")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def _rule(second: Visitor) -> dict[str, Any]:
    tree = {"all": [{"field": "kind", "op": "in", "value": ["government"]}]}
    return {
        "name": "Government", "entity": "Customer", "effect": "deny", "operation": "read",
        "is_active": "y", "condition": json.dumps(tree), "subjects-0-user": second.user_id,
        "subjects-0-is_exception": "y",
    }  # fmt: skip


def test_a_rule_tells_its_effect_before_it_holds(app: Flask, scene: dict[str, Any]) -> None:
    boss, first, (company, office) = scene["boss"], scene["first"], scene["keys"]
    preview = boss.post("/access-rules/preview", **_rule(scene["second"]))
    assert "First" in preview.text
    assert "−1" in preview.text
    assert "Second" not in preview.text, "an exception"
    assert first.get(f"/customers/{office}").status_code == 200, "nothing was saved"
    saved = boss.post("/access-rules/new", **_rule(scene["second"]))
    assert saved.status_code == 302
    assert first.get(f"/customers/{office}").status_code == 404
    assert first.get(f"/customers/{company}").status_code == 200
    assert "政府机构" in boss.get(saved.location).text, "the condition in words"


def test_a_rule_whose_condition_cannot_be_read_is_not_saved(
    app: Flask, scene: dict[str, Any]
) -> None:
    for tree in ('{"field": "nothing", "op": "eq", "value": 1}', "[]", "{"):
        rule = {**_rule(scene["second"]), "condition": tree}
        assert scene["boss"].post("/access-rules/new", **rule).status_code == 422, tree
    with inside(app) as session:
        assert session.scalar(select(AccessRule)) is None


def test_the_builder_offers_what_the_screen_filters_by(scene: dict[str, Any]) -> None:
    offer = scene["boss"].get("/access-rules/fields/Customer").json
    offered = {one["path"]: one for one in offer["fields"]}
    assert offer["operators"][offered["kind"]["kind"]][0][0] == "in"
    assert ["government", "政府机构"] in offered["kind"]["options"]
    assert offered["owner"]["picker"] == "/customers/picker/owner"
    assert offered["parent"]["more"] == "/access-rules/fields/Customer"
    assert offered["owner"]["more"] is None
    assert scene["boss"].get("/access-rules/fields/User").status_code == 404


def test_a_record_explains_who_sees_it_and_a_person_what_they_see(scene: dict[str, Any]) -> None:
    boss, first, key = scene["boss"], scene["first"], scene["keys"][0]
    page = boss.get(f"/access/customers/{key}").text
    assert "First" in page
    assert "Second" not in page
    assert first.get(f"/access/customers/{key}").status_code == 403
    assert f"/access/customers/{key}" not in first.get(f"/customers/{key}").text
    seen = boss.get(f"/access/people/{first.user_id}").text
    table = seen[seen.index("<tbody>") :]
    row = table[table.index('href="/customers/"') :].split("</tr>")[0]
    numbers = re.findall(r'<td class="number"[^>]*>(\d+)</td>', row)
    assert numbers == ["2", "2"], "seen and changeable"


def test_a_role_is_narrowed_by_field(app: Flask, scene: dict[str, Any]) -> None:
    boss, first, key = scene["boss"], scene["first"], scene["keys"][0]
    role = _role(app, "sales")
    address = f"/roles/{role}/fields/Customer"
    assert 'name="Customer.phone"' in boss.get(address).text
    assert boss.post(address, **{"Customer.phone": "none"}).status_code == 302
    assert 'name="phone"' not in first.get(f"/customers/{key}/edit").text
    assert boss.post(address, **{"Customer.phone": "everything"}).status_code == 400


def test_the_matrix_tells_what_its_ticks_would_change(app: Flask, scene: dict[str, Any]) -> None:
    role = _role(app, "sales")
    ticks = ["can_list:Customer", "can_show:Customer"]
    answer = scene["boss"].post(f"/roles/{role}/preview", right=ticks, **{"reach.Customer": "all"})
    assert "Second" in answer.text
    assert "+2" in answer.text
    assert scene["second"].get(f"/customers/{scene['keys'][0]}").status_code == 404


def test_people_are_offered_the_roles_they_may_give(app: Flask, visitor: Visitors) -> None:
    with inside(app) as session:
        helper = Role(name="helper")
        helper.grants = [session.scalars(select(Role).where(Role.name == "sales")).one()]
        session.add(helper)
        session.flush()
        write_rights(session, helper, {("can_list", "User"), ("can_edit", "User")}, {})
    person, boss = visitor("helper"), visitor("administrator")
    offered = [one["label"] for one in person.get("/users/picker/roles").json]
    assert len(offered) == 1
    assert len(boss.get("/users/picker/roles").json) > len(offered)


def _role(app: Flask, name: str) -> int:
    with inside(app) as session:
        return session.scalars(select(Role.id).where(Role.name == name)).one()
