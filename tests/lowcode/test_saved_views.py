"""Saved views: the whole state under a name, for whom it is meant, as far as they may see."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.entities.customers import Customer
from app.entities.system.organization import Team
from app.entities.system.user import Role
from app.entities.system.views import SavedView
from app.lowcode.security.field_levels import write_levels
from app.lowcode.security.rights import rights_of, scopes_of, write_rights
from app.rules.masking import FieldLevel
from tests.callers import Caller, inside
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]
pytestmark = pytest.mark.usefixtures("database")

STATE = "?f.tier=vip&sort=-name&cols=name%3A240,tier&size=50"


@pytest.fixture
def boss(visitor: Visitors) -> Visitor:
    return visitor("administrator", locale="en")


def save(person: Visitor, name: str = "VIPs", state: str = STATE, **fields: str) -> int:
    answer = person.post("/saved-views/customers", name=name, state=state, **fields)
    found = re.search(r"view=(\d+)", answer.location)
    assert found, person.get(answer.location).text
    return int(found[1])


def names(person: Visitor) -> list[str]:
    menu = person.get("/saved-views/customers").text
    return re.findall(r'href="/saved-views/customers/\d+"[^>]*>.*?<span>(.*?)</span>', menu, re.S)


def let_share(app: Flask, role: str) -> None:
    with inside(app) as session:
        row = session.scalar(select(Role).where(Role.name == role))
        rights = {*rights_of(session, row), ("can_share", "SavedView")}
        write_rights(session, row, rights, scopes_of(row))


# state ----------------------------------------------------------------------------
def test_a_view_is_the_whole_state_of_the_list(boss: Visitor) -> None:
    key = save(boss)
    opened = boss.get(f"/saved-views/customers/{key}").location
    assert opened == (f"/customers/?f.tier=vip&sort=-name&cols=name%3A240,tier&size=50&view={key}")
    page = boss.get(opened).text
    assert "VIPs" in page
    assert 'aria-label="changed"' not in page
    assert 'aria-label="changed"' in boss.get(f"{opened}&q=x").text


def test_a_page_of_rows_is_no_part_of_it(boss: Visitor) -> None:
    key = save(boss, state="?f.tier=vip&page=7&after=abc&view=99")
    assert boss.get(f"/saved-views/customers/{key}").location == (
        f"/customers/?f.tier=vip&view={key}"
    )


def test_links_of_the_list_stay_in_the_view(boss: Visitor) -> None:
    key = save(boss)
    page = boss.get(boss.get(f"/saved-views/customers/{key}").location).text
    assert f'name="view" value="{key}"' in page
    assert re.search(rf'hx-get="/customers/\?[^"]*sort=[^"]*view={key}', page)


def test_changes_are_saved_over_it_or_as_another(boss: Visitor) -> None:
    key = save(boss)
    url = f"/saved-views/customers/{key}"
    answer = boss.post(url, over="1", state=f"?q=blue&view={key}")
    assert answer.location == f"/customers/?q=blue&view={key}"
    assert boss.get(url).location == f"/customers/?q=blue&view={key}"
    assert save(boss, "Others", f"?q=red&view={key}") != key
    assert names(boss) == ["Others", "VIPs"]


def test_a_view_is_renamed_and_deleted(boss: Visitor) -> None:
    key = save(boss)
    boss.post(f"/saved-views/customers/{key}", name="Best", sharing="everybody")
    assert names(boss) == ["Best"]
    boss.post(f"/saved-views/customers/{key}/pin", on="1")
    boss.post("/saved-views/customers/default", view=str(key))
    boss.post(f"/saved-views/customers/{key}/delete", state=f"?view={key}")
    assert names(boss) == []
    assert boss.get("/customers/").status_code == 200
    assert boss.get(f"/customers/?view={key}").status_code == 200
    assert boss.get(f"/saved-views/customers/{key}").status_code == 404


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"name": " "}, "Give the view a name"),
        ({"name": "x" * 65}, "Give the view a name"),
        ({"name": "VIPs"}, "There is a view of this name already."),
        ({"name": "a", "sharing": "team:x"}, "Choose who sees this view."),
        ({"name": "a", "sharing": "role:99999"}, "Choose who sees this view."),
        ({"name": "a", "state": f"?where={'x' * 9000}"}, "too"),
    ],
)
def test_what_cannot_be_saved_is_said(boss: Visitor, fields: dict[str, str], text: str) -> None:
    save(boss)
    answer = boss.post("/saved-views/customers", **({"state": "?q=a"} | fields))
    if "view=" in answer.location:  # a filter that cannot be read is left out
        assert "where" not in answer.location
    else:
        assert answer.location == f"/customers/{fields.get('state', '?q=a')}"
        assert text in boss.get("/customers/?q=a").text


# for whom -------------------------------------------------------------------------
def test_a_view_is_seen_by_those_it_is_meant_for(app: Flask, visitor: Visitors) -> None:
    with inside(app) as session:
        above = Team(code="N", name="North")
        session.add(above)
        session.flush()
        below, aside = (
            Team(code="H", name="Harbour", parent_id=above.id),
            Team(code="S", name="South"),
        )
        session.add_all([below, aside])
        session.flush()
        north, harbour, south = above.id, below.id, aside.id
    boss = visitor("administrator", locale="en")
    with inside(app) as session:
        role = session.scalar(select(Role.id).where(Role.name == "marketing"))
    save(boss, "mine")
    save(boss, "all", sharing="everybody")
    save(boss, "north", sharing=f"team:{north}")
    save(boss, "south", sharing=f"team:{south}")
    save(boss, "marketing", sharing=f"role:{role}")
    assert names(visitor("sales", team_id=harbour)) == ["all", "north"]
    assert names(visitor("sales", team_id=south)) == ["all", "south"]
    assert names(visitor("marketing")) == ["all", "marketing"]
    # Whoever administers the product sees what is shared, and nobody's own.
    assert names(visitor("administrator")) == ["all", "marketing", "north", "south"]


def test_others_views_are_not_there(app: Flask, boss: Visitor, visitor: Visitors) -> None:
    key, seller = save(boss), visitor("sales")
    url = f"/saved-views/customers/{key}"
    assert seller.get(url).status_code == 404
    for part in ("", "/delete", "/pin"):
        assert seller.post(url + part, name="x").status_code == 404
    assert seller.post("/saved-views/customers/default", view=str(key)).status_code == 404
    assert "VIPs" not in seller.get(f"/customers/?view={key}").text


def test_whoever_sees_a_view_does_not_change_it(boss: Visitor, visitor: Visitors) -> None:
    key, seller = save(boss, sharing="everybody"), visitor("sales", locale="en")
    url = f"/saved-views/customers/{key}"
    for part, fields in (("", {"name": "x"}), ("", {"over": "1"}), ("/delete", {})):
        seller.post(url + part, **fields)
        assert "Only whoever made this view may change it." in seller.get("/customers/").text
    assert names(boss) == ["VIPs"]


def test_sharing_is_a_right(app: Flask, visitor: Visitors) -> None:
    seller = visitor("sales", locale="en")
    seller.post("/saved-views/customers", name="a", sharing="everybody")
    assert "You may not share views with others." in seller.get("/customers/").text
    assert 'value="everybody"' not in seller.get("/saved-views/customers").text
    let_share(app, "sales")
    save(seller, "b", sharing="everybody")
    assert names(visitor("marketing")) == ["b"]
    with inside(app) as session:
        roles = dict(session.execute(select(Role.name, Role.id)).all())
        team = Team(code="E", name="Elsewhere")
        session.add(team)
        session.flush()
        elsewhere = team.id
    save(seller, "c", sharing=f"role:{roles['sales']}")
    for sharing in (f"role:{roles['administrator']}", f"team:{elsewhere}"):
        answer = seller.post("/saved-views/customers", name="d", sharing=sharing)
        assert "view=" not in answer.location


def test_a_shared_view_shows_nobody_more_than_they_may_see(
    app: Flask, boss: Visitor, visitor: Visitors
) -> None:
    seller = visitor("sales", locale="en")
    with inside(app) as session:
        session.add(Customer(name="Theirs", phone="13800138000"))
        session.add(Customer(name="Mine", phone="13900139000", owner_id=seller.user_id))
        role = session.scalar(select(Role).where(Role.name == "sales"))
        write_levels(session, role, {("Customer", "phone"): FieldLevel.NONE})
    where = '{"field":"phone","op":"contains","value":"138"}'
    key = save(boss, state=f"?cols=name,phone&where={where}&sort=-name", sharing="everybody")
    opened = seller.get(f"/saved-views/customers/{key}").location
    assert opened == f"/customers/?sort=-name&cols=name&view={key}"
    page = seller.get(opened).text
    assert "Parts of this view are not open to you" in page
    assert "Mine" in page
    assert "Theirs" not in page
    assert "13900139000" not in page
    assert 'aria-label="changed"' not in page


def test_programs_keep_no_views(app: Flask) -> None:
    program = Caller(app, "administrator")
    assert program.get("/saved-views/customers").status_code == 403
    assert program.get("/shelf/").status_code == 403


# what lists open with -------------------------------------------------------------
def test_the_bare_list_opens_with_the_default(boss: Visitor) -> None:
    key = save(boss, default="1")
    opened = boss.get("/customers/").location
    assert opened.endswith(f"&view={key}")
    assert boss.get("/customers/?q=x").status_code == 200
    assert 'href="/customers/?view=all"' in boss.get(f"/saved-views/customers?view={key}").text
    assert 'name="forget"' in boss.get(f"/saved-views/customers?view={key}").text
    plain = boss.get("/customers/?view=all")
    assert plain.status_code == 200
    assert 'name="view" value="all"' in plain.text
    by_script = boss.get("/customers/", headers={"HX-Request": "true"})
    assert by_script.status_code == 200
    assert by_script.headers["HX-Push-Url"] == "/customers/?view=all"
    boss.post("/saved-views/customers/default")
    assert boss.get("/customers/").status_code == 200


def test_a_role_has_a_default_that_people_may_do_without(
    app: Flask, boss: Visitor, visitor: Visitors
) -> None:
    with inside(app) as session:
        role = session.scalar(select(Role.id).where(Role.name == "sales"))
    key = save(boss, sharing=f"role:{role}")
    change: Any = {"view": str(key), "role": str(role)}
    boss.post("/saved-views/customers/default", **change)
    seller, other = visitor("sales"), visitor("sales")
    assert seller.get("/customers/").location.endswith(f"&view={key}")
    assert visitor("marketing").get("/customers/").status_code == 200
    own = save(seller, "own", "?q=x", default="1")
    assert seller.get("/customers/").location.endswith(f"view={own}")
    seller.post("/saved-views/customers/default")
    assert seller.get("/customers/").status_code == 200
    seller.post("/saved-views/customers/default", forget="1")
    assert seller.get("/customers/").location.endswith(f"&view={key}")
    assert other.post("/saved-views/customers/default", **change).status_code == 302
    boss.post("/saved-views/customers/default", role=str(role))
    assert seller.get("/customers/").status_code == 200


def test_a_role_opens_only_with_what_it_sees(app: Flask, boss: Visitor, visitor: Visitors) -> None:
    with inside(app) as session:
        role = session.scalar(select(Role.id).where(Role.name == "sales"))
    boss.post("/saved-views/customers/default", view=str(save(boss)), role=str(role))
    assert "Share the view with this role or with everybody first." in boss.get("/customers/").text
    assert visitor("sales").get("/customers/").status_code == 200


# in the sidebar -------------------------------------------------------------------
def test_pinned_views_stand_in_the_sidebar_with_their_counts(app: Flask, boss: Visitor) -> None:
    with inside(app) as session:
        session.add_all([Customer(name=f"C{n}", tier="vip") for n in range(3)])
    key = save(boss, pin="1")
    page = boss.get("/suppliers/").text
    assert f'href="/saved-views/customers/{key}"' in page
    assert 'hx-get="/shelf/?here="' in page
    assert "<small>3</small>" in boss.get("/shelf/").text
    boss.post(f"/saved-views/customers/{key}/pin")
    assert f'href="/saved-views/customers/{key}"' not in boss.get("/suppliers/").text


def test_views_are_found_by_their_names(boss: Visitor, visitor: Visitors) -> None:
    key = save(boss, "Harbour towns", sharing="everybody")
    for person in (boss, visitor("sales", locale="en")):
        groups = {g["label"]: g["items"] for g in person.get("/palette?q=harbour").json["groups"]}
        (found,) = groups["Views"]
        assert found["url"] == f"/saved-views/customers/{key}"
    groups = [g["label"] for g in visitor("warehouse").get("/palette?q=harbour").json["groups"]]
    assert groups == []  # the list is not theirs


def test_what_is_shared_is_written_down(app: Flask, boss: Visitor) -> None:
    save(boss, "mine")
    save(boss, "all", sharing="everybody")
    trail = boss.get("/audit-entries/?f.entity=SavedView").text
    assert ">all" in trail
    assert ">mine" not in trail
    with inside(app) as session:
        assert session.scalar(select(SavedView.audience).where(SavedView.name == "all"))
