"""Seeded roles belong to the administrator once made; an upgrade only adds what is new."""

from typing import Any

import pytest
from sqlalchemy import select

from app.entities.system.access import SeededRole
from app.entities.system.user import Role
from app.lowcode.principal import DataScope
from app.lowcode.security.permissions import known_pairs
from app.lowcode.security.rights import rights_of, scopes_of, write_rights
from seed.roles import ROLES, seed_roles


def role_named(session: Any, name: str) -> Role:
    return session.scalars(select(Role).where(Role.name == name)).one()


def state(session: Any) -> dict[str, Any]:
    return {
        role.name: (role.version, rights_of(session, role), scopes_of(role))
        for role in session.scalars(select(Role))
    }


def test_a_second_seed_changes_nothing(session: Any) -> None:
    before = state(session)
    seed_roles(session)
    assert state(session) == before
    assert before.keys() >= ROLES.keys()


def test_what_an_administrator_changed_stays(session: Any) -> None:
    role = role_named(session, "sales")
    write_rights(session, role, {("can_list", "Tag")}, {"Customer": DataScope.ALL})
    seed_roles(session)
    assert rights_of(session, role) == {("can_list", "Tag")}
    assert scopes_of(role) == {"Customer": DataScope.ALL}


def test_a_renamed_role_is_not_made_again(session: Any) -> None:
    role_named(session, "sales").name = "门店销售"
    session.flush()
    seed_roles(session)
    assert session.scalar(select(Role).where(Role.name == "sales")) is None


def test_a_deleted_role_stays_deleted(session: Any) -> None:
    session.delete(role_named(session, "finance"))
    session.commit()
    seed_roles(session)
    assert session.scalar(select(Role).where(Role.name == "finance")) is None


def test_an_upgrade_gives_rights_on_a_new_screen_and_leaves_the_others(session: Any) -> None:
    role, seeded = role_named(session, "sales"), session.get_one(SeededRole, "sales")
    # As if the screen of customers had come with this version, and tags had been taken away.
    kept = {pair for pair in rights_of(session, role) if pair[1] not in {"Customer", "Tag"}}
    write_rights(session, role, kept, {})
    seeded.rights = [right for right in seeded.rights if not right.endswith(" Customer")]
    session.flush()
    seed_roles(session)
    screens = {screen for _permission, screen in rights_of(session, role)}
    assert "Customer" in screens
    assert "Tag" not in screens
    assert scopes_of(role) == {"Customer": DataScope.OWN}


def test_an_upgrade_gives_a_new_right_on_a_known_screen_and_no_old_one_again(session: Any) -> None:
    role = role_named(session, "sales_manager")
    seeded = session.get_one(SeededRole, "sales_manager")
    # As if handing records over had come with this version, and exports had been taken away.
    lost = {("can_assign", "Customer"), ("can_export", "Customer")}
    write_rights(session, role, rights_of(session, role) - lost, {})
    seeded.rights = [right for right in seeded.rights if right != "can_assign Customer"]
    session.flush()
    seed_roles(session)
    assert ("can_assign", "Customer") in rights_of(session, role)
    assert ("can_export", "Customer") not in rights_of(session, role)
    assert scopes_of(role) == {}


@pytest.mark.parametrize("name", [name for name in ROLES if name != "administrator"])
def test_the_table_of_roles_names_words_and_screens_that_exist(session: Any, name: str) -> None:
    screens = {screen for _permission, screen in known_pairs(session)}
    assert ROLES[name].rights.keys() - screens <= {"ImportRun"}, "not a screen of this version"
    held = {screen for _permission, screen in rights_of(session, role_named(session, name))}
    assert held == ROLES[name].rights.keys() & screens


def test_only_the_administrator_reaches_accounts_and_rights(session: Any) -> None:
    for role in session.scalars(select(Role)):
        screens = {screen for _permission, screen in rights_of(session, role)}
        assert not screens & {"User", "Role", "Setting", "AuditEntry"}, role.name
