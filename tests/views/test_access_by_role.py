"""What each seeded role gets from every door, as a table of expected answers.

Each row of CUSTOMERS is one role; the columns are doors to the customers: 200 or 302 (done, sent
on) is a yes, 403 says that the role lacks the right, 404 that the row is not the person's to see.
SCREENS says for every screen what a role may do there.
"""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.entities.customers import Contact, Customer
from app.entities.system.organization import Team
from app.extensions import db
from app.lowcode.principal import system
from app.services.system.accounts import create_api_key
from seed.roles import ROLES
from tests.factories import make_user
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]

#                   list       open a record       add  change a record  act on one  export  API
#                        own team other       own other    own other          list  own other
CUSTOMERS = {
    "administrator": (200, 200, 200, 200, 200, 200, 200, 302, 302, 200, 200, 200, 200),
    "sales_manager": (200, 200, 200, 404, 200, 200, 404, 302, 404, 200, 200, 200, 404),
    "sales":         (200, 200, 404, 404, 200, 200, 404, 302, 404, 200, 200, 200, 404),
    "purchasing":    (403, 403, 403, 403, 403, 403, 403, 403, 403, 403, 403, 403, 403),
    "warehouse":     (403, 403, 403, 403, 403, 403, 403, 403, 403, 403, 403, 403, 403),
    "marketing":     (200, 200, 200, 200, 403, 403, 403, 403, 403, 200, 200, 200, 200),
    "service":       (200, 200, 200, 200, 403, 403, 403, 403, 403, 403, 200, 200, 200),
    "finance":       (200, 200, 200, 200, 403, 403, 403, 403, 403, 200, 200, 200, 200),
    "read_only":     (200, 200, 200, 200, 403, 403, 403, 403, 403, 403, 200, 200, 200),
}  # fmt: skip

#: "." nothing, "r" list and open, "w" also add and edit; then "d" delete, "x" export, "i" import
SCREENS = {
    # administrator, sales_manager, sales, purchasing, warehouse, marketing, service, finance,
    # read_only
    "customers":          "wdxi wdxi wx   .    .  rx  r  rx r",
    "contacts":           "wdxi wdxi wdx  .    .  rx  w  r  r",
    "interactions":       "wdxi wdxi wx   .    .  wx  w  r  r",
    "tags":               "wdxi w    r    .    .  wd  r  r  r",
    "customer-sources":   "wdxi w    r    .    .  wd  r  r  r",
    "industries":         "wdxi w    r    .    .  w   r  r  r",
    "products":           "wdxi r    r    wxi  rx r   r  rx r",
    "product-categories": "wdxi r    r    w    r  r   r  r  r",
    "units":              "wdxi r    r    w    r  r   r  r  r",
    "suppliers":          "wdxi .    .    wdxi .  .   .  rx r",
    "leads":              "wdxi wdxi wx   .    .  wxi .  .  r",
    "deals":              "wdxi wdxi wx   .    .  r  .  .  r",
    "stage-changes":      "rx   r    r    .    .  .  .  .  r",
    "targets":            "wdxi wdx  r    .    .  .  .  .  r",
    "pipelines":          "wdxi w    r    .    .  .  .  .  r",
    "lost-reasons":       "wdxi w    r    .    .  .  .  .  r",
    "competitors":        "wdxi wd   w    .    .  .  .  .  r",
    "tasks":              "wdxi wd   wd   wd   wd wd  wd wd r",
    "tickets":            "wdxi wx   w    .    .  .   wdxi r r",
    "surveys":            "wdxi .    .    .    .  w   w  .  r",
    "survey-responses":   "wdxi rx   r    .    .  rx  wdxi . r",
    "campaigns":          "wdxi rx   r    .    .  wdxi . .  r",
    "campaign-members":   "wdxi .    .    .    .  wdxi . .  r",
    "teams":              "wdxi r    .    .    .  .   .  .  r",
    "regions":            "wdxi r    .    r    .  .   .  .  r",
    "users":              "wdxi .    .    .    .  .   .  .  .",
    "roles":              "wdx  .    .    .    .  .   .  .  .",
    "jobs":               "rx   .    .    .    .  .   .  .  .",
    "audit-entries":      "rx   .    .    .    .  .   .  .  .",
}  # fmt: skip


def test_the_tables_speak_of_every_seeded_role() -> None:
    assert list(CUSTOMERS) == list(ROLES)
    assert all(len(letters.split()) == len(ROLES) for letters in SCREENS.values())


class Scene:
    """Four customers: of the person, of a team below the person's, and of somebody elsewhere."""

    def __init__(self, session: Session, user_id: int) -> None:
        person = session.get_one(type(make_user(session)), user_id)
        top = Team(code="T", name="Top")
        below, elsewhere = Team(code="B", name="Below", parent=top), Team(code="E", name="Else")
        session.add_all([top, below, elsewhere])
        session.flush()
        person.team = top
        mate, stranger = make_user(session, team=below), make_user(session, team=elsewhere)
        owners = {"own": person, "team": mate, "other": stranger}
        rows = {key: Customer(name=f"示例 {key}", owner=owner) for key, owner in owners.items()}
        session.add_all(rows.values())
        session.commit()
        self.ids = {key: row.id for key, row in rows.items()}
        self.key = create_api_key(session, person, "test", person.roles[0])
        session.commit()


@pytest.fixture
def scene(app: Flask) -> Callable[[Visitor], Scene]:
    def make(person: Visitor) -> Scene:
        assert person.user_id
        with app.app_context(), system("test"):
            return Scene(db.session(), person.user_id)

    return make


@pytest.mark.parametrize("role", CUSTOMERS)
def test_every_door_to_the_customers(app: Flask, visitor: Visitors, scene: Any, role: str) -> None:
    person = visitor(role)
    at = scene(person)
    own, team, other = at.ids["own"], at.ids["team"], at.ids["other"]
    program = app.test_client(use_cookies=False)

    def api(path: str) -> int:
        headers = {"Authorization": f"Bearer {at.key}"}
        return program.get(f"/api/v1/customers{path}", headers=headers).status_code

    def act(pk: int) -> int:
        return person.post("/customers/action/make_vip", rowid=str(pk)).status_code

    answers = (
        person.get("/customers/").status_code,
        person.get(f"/customers/{own}").status_code,
        person.get(f"/customers/{team}").status_code,
        person.get(f"/customers/{other}").status_code,
        person.get("/customers/new").status_code,
        person.get(f"/customers/{own}/edit").status_code,
        person.get(f"/customers/{other}/edit").status_code,
        act(own),
        act(other),
        person.get("/customers/export.csv").status_code,
        api(""),
        api(f"/{own}"),
        api(f"/{other}"),
    )
    assert answers == CUSTOMERS[role]


@pytest.mark.parametrize("role", CUSTOMERS)
def test_a_list_an_export_and_the_api_hold_the_same_rows(
    app: Flask, visitor: Visitors, scene: Any, role: str
) -> None:
    person = visitor(role)
    at = scene(person)
    seen = {"sales": {"own"}, "sales_manager": {"own", "team"}}.get(role, set(at.ids))
    column = dict(zip(("list", "export", "api"), (0, 9, 10), strict=True))
    answers = {
        "list": person.get("/customers/"),
        "export": person.get("/customers/export.csv"),
        "api": app.test_client(use_cookies=False).get(
            "/api/v1/customers", headers={"Authorization": f"Bearer {at.key}"}
        ),
    }
    for channel, answer in answers.items():
        text = answer.json and str(answer.json) if channel == "api" else answer.text
        shown = {key for key in at.ids if f"示例 {key}" in str(text)}
        allowed = CUSTOMERS[role][column[channel]] == 200
        assert shown == (seen if allowed else set()), channel


@pytest.mark.parametrize("place", range(len(ROLES)), ids=list(ROLES))
def test_every_screen_offers_a_role_what_the_table_says(visitor: Visitors, place: int) -> None:
    person = visitor(list(ROLES)[place])
    for resource, letters in SCREENS.items():
        expected = letters.split()[place]
        doors = {
            "/": set("rw") & set(expected),
            "/new": set("w") & set(expected),
            "/export.csv": set("x") & set(expected),
        }
        for door, may in doors.items():
            if door == "/new" and resource in {"jobs", "audit-entries"}:
                continue
            answer = person.get(f"/{resource}{door}").status_code
            assert answer == (200 if may else 403), (resource, door)
        deleting = person.post(f"/{resource}/999999/delete").status_code
        assert deleting == (404 if "d" in expected or resource in {"jobs"} else 403), resource


@pytest.mark.parametrize("place", range(len(ROLES)), ids=list(ROLES))
def test_the_menu_holds_exactly_what_the_role_may_list(visitor: Visitors, place: int) -> None:
    page = visitor(list(ROLES)[place]).get("/account/").text
    sidebar = page[page.index('id="sidebar"') : page.index("<main")]
    for resource, letters in SCREENS.items():
        may = bool(set("rw") & set(letters.split()[place]))
        assert (f'href="/{resource}/"' in sidebar) is may, resource


def test_a_stranger_is_sent_to_the_door(client: Any) -> None:
    for resource in SCREENS:
        for door in ("/", "/1", "/new", "/1/edit", "/export.csv"):
            answer = client.get(f"/{resource}{door}")
            assert answer.status_code in {302, 404}, (resource, door)
            if answer.status_code == 302:
                assert answer.location.startswith("/login/"), (resource, door)


def test_somebody_without_a_role_may_nothing(visitor: Visitors) -> None:
    person = visitor()
    for resource in SCREENS:
        assert person.get(f"/{resource}/").status_code == 403, resource


def test_two_roles_give_what_either_gives(visitor: Visitors, scene: Any) -> None:
    person = visitor("sales", "service")
    at = scene(person)
    assert person.get(f"/customers/{at.ids['other']}").status_code == 200, "service sees all"
    assert person.get("/customers/new").status_code == 200, "sales adds"


def test_a_contact_follows_its_customer(app: Flask, visitor: Visitors, scene: Any) -> None:
    person = visitor("sales")
    at = scene(person)
    with app.app_context(), system("test"):
        contacts = {key: Contact(name=key, customer_id=pk) for key, pk in at.ids.items()}
        db.session.add_all(contacts.values())
        db.session.commit()
        ids = {key: contact.id for key, contact in contacts.items()}
    codes = {key: person.get(f"/contacts/{pk}").status_code for key, pk in ids.items()}
    assert codes == {"own": 200, "team": 404, "other": 404}
    assert person.get(f"/contacts/{ids['own']}/edit").status_code == 200
