"""The matrix of a role: what is ticked holds at once, and nobody but an administrator ticks."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.entities.system.audit import AuditEntry
from app.entities.system.user import Role
from app.extensions import db
from app.lowcode.principal import DataScope, system
from app.lowcode.security.rights import rights_of, scopes_of, write_rights
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]


@pytest.fixture
def look(app: Flask) -> Callable[..., Any]:
    """`look(question)` asks the database outside any request."""

    def ask(question: Callable[..., Any], *arguments: Any) -> Any:
        with app.app_context(), system("test"):
            return question(*arguments)

    return ask


def role_id(name: str) -> int:
    return db.session.scalars(select(Role.id).where(Role.name == name)).one()


def state_of(name: str) -> tuple[set[tuple[str, str]], dict[str, DataScope], int]:
    role = db.session.scalars(select(Role).where(Role.name == name)).one()
    return rights_of(db.session(), role), scopes_of(role), role.version


def form_of(page: str) -> dict[str, Any]:
    """What the browser would send back unchanged."""
    rights = re.findall(r'name="right" value="([^"]+)" checked', page)
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    reach = re.findall(
        r'name="(reach\.\w+)".*?<option value="(\w+)" selected', page, flags=re.DOTALL
    )
    return {"right": rights, "version": version[1], **dict(reach)}


def test_saving_the_matrix_unchanged_changes_nothing(visitor: Visitors, look: Any) -> None:
    before = look(state_of, "sales")
    boss = visitor("administrator")
    path = f"/roles/{look(role_id, 'sales')}"
    answer = boss.post(f"{path}/matrix", **form_of(boss.get(path).text))
    assert answer.location.endswith(path)
    assert look(state_of, "sales") == before


def test_a_tick_and_a_scope_hold_from_the_next_request_on(visitor: Visitors, look: Any) -> None:
    boss, person = visitor("administrator"), visitor("sales")
    path = f"/roles/{look(role_id, 'sales')}"
    assert person.get("/suppliers/").status_code == 403
    form = form_of(boss.get(path).text)
    form["right"] += ["can_list:Supplier"]
    form["right"].remove("can_list:Product")
    form["reach.Customer"] = "all"
    boss.post(f"{path}/matrix", **form)
    assert person.get("/suppliers/").status_code == 200
    assert person.get("/products/").status_code == 403
    rights, scopes, _version = look(state_of, "sales")
    assert ("can_list", "Supplier") in rights
    assert scopes["Customer"] == DataScope.ALL


def test_a_change_stands_in_the_audit_trail_with_what_was_gained_and_lost(
    visitor: Visitors, look: Any
) -> None:
    boss = visitor("administrator")
    path = f"/roles/{look(role_id, 'sales')}"
    form = form_of(boss.get(path).text)
    form["right"].remove("can_export:Customer")
    form["reach.Customer"] = "none"
    boss.post(f"{path}/matrix", **form)
    entry = look(
        lambda: (
            db.session.scalars(
                select(AuditEntry)
                .where(AuditEntry.action == "rights")
                .order_by(AuditEntry.id.desc())
            )
            .first()
            .__dict__
        )
    )
    assert entry["user_id"] == boss.user_id
    assert entry["label"] == "sales"
    assert entry["changes"] == {
        "Customer": ["can_export", ""],
        "rows of Customer": ["own", "none"],
    }


def test_the_second_of_two_editors_is_told(visitor: Visitors, look: Any) -> None:
    boss = visitor("administrator")
    path = f"/roles/{look(role_id, 'service')}"
    form = form_of(boss.get(path).text)
    first = {**form, "right": [*form["right"], "can_list:Supplier"]}
    assert boss.post(f"{path}/matrix", **first).status_code == 302
    second = boss.post(f"{path}/matrix", **{**form, "right": []})
    assert second.status_code == 409
    rights, _scopes, _version = look(state_of, "service")
    assert ("can_list", "Supplier") in rights


@pytest.mark.parametrize(
    "field",
    [
        {"right": "can_list:Nothing"},
        {"right": "fly:Customer"},
        {"right": ""},
        {"reach.Customer": "everybody"},
    ],
)
def test_what_the_page_does_not_offer_is_refused(
    visitor: Visitors, look: Any, field: dict[str, str]
) -> None:
    before = look(state_of, "sales")
    boss = visitor("administrator")
    path = f"/roles/{look(role_id, 'sales')}"
    form = form_of(boss.get(path).text)
    assert boss.post(f"{path}/matrix", **{**form, **field}).status_code == 400
    assert look(state_of, "sales") == before


def give(right: str, role: str) -> None:
    """Let `role` do something on the screen of roles, as an administrator might have."""

    row = db.session.scalars(select(Role).where(Role.name == role)).one()
    wanted = rights_of(db.session(), row) | {(right, "Role"), ("can_show", "Role")}
    write_rights(db.session(), row, wanted, scopes_of(row))
    db.session.commit()


@pytest.mark.parametrize("right", [None, "can_show", "can_edit"])
def test_nobody_widens_the_own_role(visitor: Visitors, look: Any, right: str | None) -> None:
    if right:
        look(give, right, "sales")
    before = look(state_of, "sales")
    person = visitor("sales")
    answer = person.post(
        f"/roles/{look(role_id, 'sales')}/matrix",
        right=["can_list:User", "can_edit:User"],
        version=str(before[2]),
    )
    assert answer.status_code == 403
    assert look(state_of, "sales") == before


def test_the_administrator_role_is_everything_and_has_no_boxes(
    visitor: Visitors, look: Any
) -> None:
    boss = visitor("administrator", locale="en")
    path = f"/roles/{look(role_id, 'administrator')}"
    page = boss.get(path).text
    assert "may do everything" in page
    assert 'name="right"' not in page
    version = str(look(state_of, "administrator")[2])
    assert boss.post(f"{path}/matrix", version=version).status_code == 403


def test_a_copy_has_the_same_rights_under_a_name_of_its_own(visitor: Visitors, look: Any) -> None:
    boss = visitor("administrator")
    answer = boss.post("/roles/action/copy", rowid=str(look(role_id, "sales")))
    assert answer.status_code == 302
    rights, scopes, _version = look(state_of, "sales 2")
    assert (rights, scopes) == look(state_of, "sales")[:2]


def test_two_who_edit_a_role_are_told_of_each_other(visitor: Visitors, look: Any) -> None:
    boss = visitor("administrator", locale="en")
    answer = boss.post(f"/roles/{look(role_id, 'sales')}/edit", description="又改", version="9")
    assert answer.status_code == 409
    assert re.search(r"Somebody else saved it[^.]* after you had opened it\.", answer.text)


def test_a_new_role_starts_with_nothing(visitor: Visitors, look: Any) -> None:
    boss = visitor("administrator")
    answer = boss.post("/roles/new", name="门店 店长", description="")
    assert answer.status_code == 302
    assert look(state_of, "门店 店长")[:2] == (set(), {})


def test_the_matrix_lists_every_screen_in_its_area(visitor: Visitors, look: Any) -> None:
    boss = visitor("administrator", locale="en")
    page = boss.get(f"/roles/{look(role_id, 'sales')}").text
    offered = set(re.findall(r'name="right" value="(\w+):(\w+)"', page))
    assert {("can_list", "Customer"), ("make_vip", "Customer"), ("can_edit", "Setting")} <= offered
    screens = {screen for _permission, screen in offered} - {"SavedView"}  # an entity's own name
    assert not any(screen.endswith(("View", "Api")) for screen in screens)
    # What stands on no menu: views of lists, which stand beside the lists' titles.
    _areas, _head, others = page.partition("</i> Other</th>")
    assert set(re.findall(r'name="right" value="\w+:(\w+)"', others)) == {"SavedView"}
