"""Rights are given and taken by administrators alone, and one of them always remains.

The claims are about the session itself: whatever screen, import, API or job writes, it flushes
here.
"""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.entities.system.access import RoleScope
from app.entities.system.user import Role, User
from app.lowcode.principal import DataScope, acting_as
from app.lowcode.security import InactiveAccount, principal_for
from app.lowcode.security.guard import EscalationRefused
from app.lowcode.security.rights import write_rights
from app.rules.access import ADMINISTRATOR
from app.services.system.accounts import hash_password
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("database")


def role_named(session: Any, name: str) -> Role:
    return session.scalars(select(Role).where(Role.name == name)).one()


def flushed(session: Any, act: Callable[..., None], *arguments: Any) -> None:
    act(session, *arguments)
    session.flush()


def gives_himself_everything(session: Any, me: User, other: User) -> None:
    me.roles.append(role_named(session, ADMINISTRATOR))


def gives_another_a_role(session: Any, me: User, other: User) -> None:
    other.roles = [role_named(session, "sales_manager")]


def takes_a_role_away(session: Any, me: User, other: User) -> None:
    other.roles = []


def adds_the_user_to_the_role_instead(session: Any, me: User, other: User) -> None:
    role = role_named(session, ADMINISTRATOR)
    role.user.append(me)


def widens_his_rows(session: Any, me: User, other: User) -> None:
    scope = role_named(session, "sales").scopes[0]
    scope.reach = DataScope.ALL


def adds_rows_to_his_role(session: Any, me: User, other: User) -> None:
    session.add(RoleScope(role=me.roles[0], entity="Ticket", reach=DataScope.ALL))


def copies_the_rights_of_the_manager(session: Any, me: User, other: User) -> None:
    role_named(session, "sales").permissions = role_named(session, "sales_manager").permissions


def writes_rights_by_the_matrix(session: Any, me: User, other: User) -> None:
    write_rights(session, me.roles[0], {("can_list", "User")}, {})


def makes_a_role(session: Any, me: User, other: User) -> None:
    session.add(Role(name="mine"))


def invites_somebody_with_a_role(session: Any, me: User, other: User) -> None:
    session.add(User(username="friend", roles=[role_named(session, "sales")]))


def sets_anothers_password(session: Any, me: User, other: User) -> None:
    other.password = hash_password("a password of my choice")


def deactivates_another(session: Any, me: User, other: User) -> None:
    other.active = False


def deletes_another(session: Any, me: User, other: User) -> None:
    session.delete(other)


@pytest.mark.parametrize(
    "attempt",
    [
        gives_himself_everything,
        gives_another_a_role,
        takes_a_role_away,
        adds_the_user_to_the_role_instead,
        widens_his_rows,
        adds_rows_to_his_role,
        copies_the_rights_of_the_manager,
        writes_rights_by_the_matrix,
        makes_a_role,
        invites_somebody_with_a_role,
        sets_anothers_password,
        deactivates_another,
        deletes_another,
    ],
    ids=lambda attempt: attempt.__name__,
)
def test_nobody_but_an_administrator(session: Any, attempt: Callable[..., None]) -> None:
    me, other = make_user(session, "sales"), make_user(session, "service")
    principal = principal_for(me.id)
    with acting_as(principal):
        with pytest.raises(EscalationRefused):
            flushed(session, attempt, me, other)
        session.rollback()
    # The same by an administrator's hand goes through, so it was the person that was refused.
    with acting_as(principal_for(make_user(session, ADMINISTRATOR).id)):
        flushed(session, attempt, me, other)


def test_everybody_may_change_the_own_password(session: Any) -> None:
    me = make_user(session, "sales")
    with acting_as(principal_for(me.id)):
        me.password = hash_password("another one of my own")
        session.flush()


def test_signing_out_of_a_role_moves_the_version_of_no_role(session: Any) -> None:
    me = make_user(session, "sales")
    before = role_named(session, "sales").version
    me.roles = []
    session.flush()
    assert role_named(session, "sales").version == before


def is_deactivated(session: Any, user: User) -> None:
    user.active = False


def is_demoted(session: Any, user: User) -> None:
    user.roles = [role_named(session, "sales")]


def is_dropped_from_the_role(session: Any, user: User) -> None:
    role = role_named(session, ADMINISTRATOR)
    role.user.remove(user)


def is_deleted(session: Any, user: User) -> None:
    session.delete(user)


@pytest.mark.parametrize("act", [is_deactivated, is_demoted, is_dropped_from_the_role, is_deleted])
def test_the_last_active_administrator_stays(session: Any, act: Callable[..., None]) -> None:
    only = make_user(session, ADMINISTRATOR)
    make_user(session, ADMINISTRATOR, active=False)  # does not count
    with pytest.raises(EscalationRefused, match="At least one active administrator"):
        flushed(session, act, only)


def test_one_of_two_administrators_may_go(session: Any) -> None:
    going, _staying = make_user(session, ADMINISTRATOR), make_user(session, ADMINISTRATOR)
    going.active = False
    session.flush()


@pytest.mark.parametrize("act", [is_deactivated, is_deleted])
def test_nobody_removes_the_own_account(session: Any, act: Callable[..., None]) -> None:
    me, _other = make_user(session, ADMINISTRATOR), make_user(session, ADMINISTRATOR)
    with acting_as(principal_for(me.id)):
        with pytest.raises(EscalationRefused, match="your own account"):
            flushed(session, act, me)
        session.rollback()


def test_the_administrator_role_itself_cannot_be_changed(session: Any) -> None:
    role = role_named(session, ADMINISTRATOR)
    role.name = "somebody else"
    with pytest.raises(EscalationRefused, match="cannot be changed"):
        session.flush()
    session.rollback()
    with pytest.raises(EscalationRefused):
        write_rights(session, role_named(session, ADMINISTRATOR), set(), {})


def test_a_role_that_people_have_is_not_deleted(session: Any) -> None:
    make_user(session, "sales")
    session.delete(role_named(session, "sales"))
    with pytest.raises(EscalationRefused, match="People still have this role"):
        session.flush()


def test_nobody_acts_for_a_deactivated_account(session: Any) -> None:
    user = make_user(session, "sales", active=False)
    with pytest.raises(InactiveAccount):
        principal_for(user.id)
    with pytest.raises(InactiveAccount):
        principal_for(987654)
