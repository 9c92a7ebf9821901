"""Who may edit people gives and takes exactly the roles that their own roles may grant."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.catalog import ProductCategory
from app.entities.inventory import Warehouse
from app.entities.system.organization import Team
from app.entities.system.user import Role, User
from app.lowcode.principal import acting_as
from app.lowcode.security import principal_for
from app.lowcode.security.guard import EscalationRefused
from app.lowcode.security.rights import copy_role, write_grants, write_rights
from app.rules.access import ADMINISTRATOR
from app.services.system.accounts import hash_password
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("database")

EDITING = {("can_list", "User"), ("can_add", "User"), ("can_edit", "User")}


def role_named(session: Session, name: str) -> Role:
    return session.scalars(select(Role).where(Role.name == name)).one()


class Helpdesk:
    """Somebody who keeps people and may make sellers and storekeepers of them."""

    def __init__(self, session: Session) -> None:
        self.session = session
        role = Role(name="helpdesk")
        session.add(role)
        session.flush()
        write_rights(session, role, EDITING, {})
        write_grants(session, role, [role_named(session, n) for n in ("sales", "warehouse")])
        self.me = make_user(session, "helpdesk")
        self.seller = make_user(session, "sales")
        self.manager = make_user(session, "sales_manager")
        self.team = Team(code="T", name="T")
        self.warehouse = Warehouse(code="w", name="w")
        session.add_all([self.team, self.warehouse])
        session.commit()

    def role(self, name: str) -> Role:
        return role_named(self.session, name)


@pytest.fixture
def desk(session: Session) -> Helpdesk:
    return Helpdesk(session)


def _flushed(act: Callable[[Helpdesk], None], desk: Helpdesk) -> None:
    act(desk)
    desk.session.flush()


def gives_a_role(desk: Helpdesk) -> None:
    desk.seller.roles.append(desk.role("warehouse"))


def takes_a_role(desk: Helpdesk) -> None:
    desk.seller.roles = []


def invites_a_seller(desk: Helpdesk) -> None:
    desk.session.add(User(username="new", email="n@x", roles=[desk.role("sales")]))


def resets_a_password(desk: Helpdesk) -> None:
    desk.seller.password = hash_password("a password of my choice")


def places_a_seller(desk: Helpdesk) -> None:
    desk.seller.team = desk.team


@pytest.mark.parametrize(
    "act",
    [gives_a_role, takes_a_role, invites_a_seller, resets_a_password, places_a_seller],
    ids=lambda act: act.__name__,
)
def test_within_the_granted_roles(session: Session, desk: Helpdesk, act: Any) -> None:
    with acting_as(principal_for(desk.me.id)):
        _flushed(act, desk)


def gives_the_manager_role(desk: Helpdesk) -> None:
    desk.seller.roles.append(desk.role("sales_manager"))


def makes_an_administrator(desk: Helpdesk) -> None:
    desk.seller.roles = [desk.role(ADMINISTRATOR)]


def takes_from_a_manager(desk: Helpdesk) -> None:
    desk.manager.roles = [desk.role("sales")]


def resets_a_managers_password(desk: Helpdesk) -> None:
    desk.manager.password = hash_password("a password of my choice")


def deactivates_a_manager(desk: Helpdesk) -> None:
    desk.manager.active = False


def renames_a_managers_account(desk: Helpdesk) -> None:
    desk.manager.username = "mine"


def invites_a_manager(desk: Helpdesk) -> None:
    desk.session.add(User(username="new", email="n@x", roles=[desk.role("sales_manager")]))


def gives_themself_a_role(desk: Helpdesk) -> None:
    desk.me.roles.append(desk.role("sales"))


def moves_into_another_team(desk: Helpdesk) -> None:
    desk.me.team = desk.team


def moves_into_another_team_by_key(desk: Helpdesk) -> None:
    desk.me.team_id = desk.team.id


def takes_a_warehouse(desk: Helpdesk) -> None:
    desk.me.warehouses.append(desk.warehouse)


def takes_a_category(desk: Helpdesk) -> None:
    desk.me.categories.append(ProductCategory(code="c", name="c"))


def lets_the_own_role_grant_more(desk: Helpdesk) -> None:
    role = desk.role("helpdesk")
    role.grants.append(desk.role("sales_manager"))
    desk.session.flush()


def deletes_a_seller(desk: Helpdesk) -> None:
    desk.session.delete(desk.seller)


@pytest.mark.parametrize(
    "act",
    [
        gives_the_manager_role,
        makes_an_administrator,
        takes_from_a_manager,
        resets_a_managers_password,
        deactivates_a_manager,
        renames_a_managers_account,
        invites_a_manager,
        gives_themself_a_role,
        moves_into_another_team,
        moves_into_another_team_by_key,
        takes_a_warehouse,
        takes_a_category,
        lets_the_own_role_grant_more,
        deletes_a_seller,
    ],
    ids=lambda act: act.__name__,
)
def test_nothing_beyond_them(session: Session, desk: Helpdesk, act: Any) -> None:
    with acting_as(principal_for(desk.me.id)):
        with pytest.raises(EscalationRefused):
            _flushed(act, desk)
        session.rollback()


def test_no_role_grants_the_administrator(session: Session, desk: Helpdesk) -> None:
    with pytest.raises(EscalationRefused):
        write_grants(session, desk.role("helpdesk"), [desk.role(ADMINISTRATOR)])
    session.rollback()


def test_a_change_of_grants_holds_at_once_and_a_copy_has_them_too(
    session: Session, desk: Helpdesk
) -> None:
    role = desk.role("helpdesk")
    twin = copy_role(session, role, "twin")
    assert {granted.name for granted in twin.grants} == {"sales", "warehouse"}
    before = principal_for(desk.me.id).grants
    assert write_grants(session, role, [desk.role("sales")])
    assert not write_grants(session, role, [desk.role("sales")])
    session.commit()
    assert principal_for(desk.me.id).grants == before - {desk.role("warehouse").id}
