"""Accounts as administrators keep them: invited, reset, deactivated; passwords shown once."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.entities.system.user import Role, User
from app.extensions import db
from app.lowcode.principal import system
from app.lowcode.security import throttle
from app.lowcode.security.rights import rights_of, write_rights
from tests.factories import PASSWORD
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]
OWN = "quiet lamp over nine hills"


@pytest.fixture
def inside(app: Flask) -> Callable[..., Any]:
    def ask(question: Callable[..., Any], *arguments: Any) -> Any:
        with app.app_context(), system("test"):
            return question(*arguments)

    return ask


def user(**wanted: Any) -> User | None:
    found = db.session.scalars(select(User).filter_by(**wanted)).one_or_none()
    if found is not None:
        _ = found.roles
    return found


def roles_of(username: str) -> set[str]:
    found = user(username=username)
    return {role.name for role in found.roles} if found else set()


def role_id(name: str) -> int:
    return db.session.scalars(select(Role.id).where(Role.name == name)).one()


def name_of(key: int) -> str:
    return db.session.get_one(User, key).username


def invitation(inside: Any, **fields: str) -> dict[str, str]:
    return {
        "name": "王敏",
        "username": "WangMin",
        "email": "",
        "roles": str(inside(role_id, "sales")),
        "active": "y",
        **fields,
    }


def one_time_password(page: str) -> str:
    found = re.search(r"data-one-time>([^<]+)<", page)
    assert found, page
    return found[1]


def test_an_invited_person_signs_in_once_with_the_shown_password_and_then_chooses(
    app: Flask, visitor: Visitors, inside: Any
) -> None:
    boss = visitor("administrator")
    page = boss.post("/users/new", **invitation(inside))
    password = one_time_password(page.text)
    assert page.headers["Cache-Control"] == "no-store"
    assert inside(roles_of, "wangmin") == {"sales"}
    newcomer = Visitor(app)
    assert newcomer.post("/login/", username="wangmin", password=password).status_code == 302
    assert newcomer.get("/customers/").location == "/account/password"
    form = re.search(r'name="csrf_token" value="([^"]+)"', newcomer.get("/account/password").text)
    answer = newcomer.post_raw(
        "/account/password",
        data={
            "csrf_token": form[1],
            "old_password": password,
            "new_password": OWN,
            "repeat_password": OWN,
        },
    )
    assert answer.status_code == 302
    assert newcomer.get("/customers/").status_code == 200
    again = Visitor(app).post("/login/", username="wangmin", password=password)
    assert again.status_code == 401, "the one-time password is used up"


@pytest.mark.parametrize(
    ("fields", "marked"),
    [
        ({"username": ""}, "username"),
        ({"username": "two words"}, "username"),
        ({"email": "no address"}, "email"),
    ],
)
def test_a_wrong_invitation_is_refused_beside_its_field(
    visitor: Visitors, inside: Any, fields: dict[str, str], marked: str
) -> None:
    answer = visitor("administrator").post("/users/new", **invitation(inside, **fields))
    assert answer.status_code == 422
    assert f'id="{marked}-error"' in answer.text
    assert "王敏" in answer.text, "what was typed survives"


def test_a_user_name_is_taken_once_whatever_its_case(visitor: Visitors, inside: Any) -> None:
    boss = visitor("administrator")
    boss.post("/users/new", **invitation(inside))
    assert boss.post("/users/new", **invitation(inside, username="wangMIN")).status_code == 422


def test_a_reset_password_is_shown_once_and_opens_a_throttled_account(
    app: Flask, visitor: Visitors, inside: Any
) -> None:
    boss, person = visitor("administrator"), visitor("sales")
    username = inside(name_of, person.user_id)
    for _ in range(throttle.PER_ACCOUNT + 1):
        Visitor(app).post("/login/", username=username, password="wrong")
    page = boss.post("/users/action/reset_password", rowid=str(person.user_id))
    password = one_time_password(page.text)
    assert person.get("/customers/").status_code == 302, "the old session has ended"
    assert Visitor(app).post("/login/", username=username, password=PASSWORD).status_code == 401
    assert Visitor(app).post("/login/", username=username, password=password).status_code == 302


def test_deactivating_ends_access_and_activating_gives_it_back(
    app: Flask, visitor: Visitors, inside: Any
) -> None:
    boss, person = visitor("administrator"), visitor("sales")
    boss.post("/users/action/deactivate", rowid=str(person.user_id))
    assert person.get("/customers/").status_code == 302
    boss.post("/users/action/activate", rowid=str(person.user_id))
    assert person.get("/customers/").status_code == 302, "the old session does not come back"
    username = inside(lambda: db.session.get_one(User, person.user_id).username)
    again = Visitor(app)
    again.sign_in(username, person.user_id or 0)
    assert again.get("/customers/").status_code == 200


def test_no_page_and_no_file_holds_a_password_or_its_hash(visitor: Visitors, inside: Any) -> None:
    boss = visitor("administrator")
    stored = inside(lambda: db.session.get_one(User, boss.user_id).password)
    for path in ("/users/", f"/users/{boss.user_id}", f"/users/{boss.user_id}/edit"):
        assert stored not in boss.get(path).text
    csv = boss.get("/users/export.csv").text
    assert stored not in csv
    assert "scrypt" not in csv
    link = f'href="/users/{boss.user_id}"'
    assert link not in boss.get("/users/?q=scrypt").text, "the search does not reach it"
    for query in ("f.password=none", "sort=password", "sort=-password"):
        assert link in boss.get(f"/users/?{query}").text, "neither do filters and sorting"


@pytest.mark.parametrize("door", ["deactivate", "edit", "demote", "delete"])
def test_the_only_administrator_cannot_be_lost(visitor: Visitors, inside: Any, door: str) -> None:
    boss = visitor("administrator", name="Chief", username="chief")
    form = {"name": "Chief", "username": "chief", "email": "chief@example.com"}
    administrator = str(inside(role_id, "administrator"))
    match door:
        case "deactivate":
            answer = boss.post("/users/action/deactivate", rowid=str(boss.user_id))
        case "edit":
            answer = boss.post(f"/users/{boss.user_id}/edit", **form, roles=administrator)
        case "demote":
            roles = str(inside(role_id, "sales"))
            answer = boss.post(f"/users/{boss.user_id}/edit", **form, active="y", roles=roles)
        case _:
            answer = boss.post(f"/users/{boss.user_id}/delete")
    # Deleting tells the reason above the page it leads back to.
    assert answer.status_code == 302 if door == "delete" else answer.status_code in {409, 422}
    assert boss.get("/users/").status_code == 200
    assert inside(roles_of, "chief") == {"administrator"}


def let_sales_edit_users() -> None:
    role = db.session.scalars(select(Role).where(Role.name == "sales")).one()
    rights = {(name, "User") for name in ("can_list", "can_show", "can_edit", "can_add")}
    write_rights(db.session(), role, rights_of(db.session(), role) | rights, {})
    db.session.commit()


def test_editing_users_is_no_way_to_more_rights(visitor: Visitors, inside: Any) -> None:
    inside(let_sales_edit_users)
    person = visitor("sales", username="climber", email="c@example.com")
    form = {"name": "Climber", "username": "climber", "email": "c@example.com", "active": "y"}
    sales, administrator = inside(role_id, "sales"), inside(role_id, "administrator")
    harmless = person.post(f"/users/{person.user_id}/edit", **form, roles=str(sales), phone="")
    assert harmless.status_code == 302
    for roles in ([str(administrator)], [str(sales), str(administrator)]):
        answer = person.post(f"/users/{person.user_id}/edit", **form, roles=roles)
        assert answer.status_code == 422
    invited = person.post("/users/new", **invitation(inside, roles=str(administrator)))
    assert invited.status_code == 422
    assert inside(roles_of, "wangmin") == set()
    assert inside(roles_of, "climber") == {"sales"}
