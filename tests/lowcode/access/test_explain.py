"""Who can see a record and why, what somebody can see, and what a change of access would do."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.customers import Contact, Customer
from app.entities.system.organization import Team
from app.entities.system.row_access import AccessRule, AccessRuleSubject
from app.entities.system.user import Role, User
from app.lowcode.access.explain import Reason, what_can_see, who_can_see
from app.lowcode.access.people import person
from app.lowcode.access.sharing import share
from app.lowcode.access.simulate import Effect, RoleChange, RuleChange, simulate
from app.lowcode.principal import DataScope
from app.lowcode.security.rights import rights_of, scopes_of
from app.rules.access import Access, Cause, RuleEffect
from app.rules.customers import Tier
from app.rules.errors import DomainError
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("database")

TIERS = list(Tier)


class Shop:
    """A seller with one customer, a colleague of the team's manager, and who keeps the product."""

    def __init__(self, session: Session) -> None:
        self.team = Team(code="t", name="t")
        session.add(self.team)
        session.flush()
        self.seller = make_user(session, "sales", name="a seller", team_id=self.team.id)
        self.other = make_user(session, "sales", name="b other")
        self.manager = make_user(session, "sales_manager", name="c manager", team_id=self.team.id)
        self.store = make_user(session, "warehouse", name="d store")
        self.boss = make_user(session, "administrator", name="e boss")
        self.customer = Customer(name="客户", owner=self.seller, tier=TIERS[0])
        self.customer.contacts.append(Contact(name="contact"))
        session.add(self.customer)
        session.commit()


@pytest.fixture
def shop(session: Session) -> Shop:
    return Shop(session)


def short(reasons: list[Reason]) -> list[tuple[str, Cause, str, Access]]:
    return [(r.person, r.cause, r.name, r.access) for r in reasons]


SELLER = ("a seller", Cause.ROLE, "sales", Access.WRITE)
MANAGER = ("c manager", Cause.ROLE, "sales_manager", Access.WRITE)
BOSS = ("e boss", Cause.ADMINISTRATOR, "", Access.WRITE)


def test_a_record_names_everybody_who_sees_it_and_the_reason(session: Session, shop: Shop) -> None:
    assert short(who_can_see(shop.customer)) == [SELLER, MANAGER, BOSS]
    (role, *_rest) = who_can_see(shop.customer)
    assert role.reach is DataScope.OWN


def test_a_share_is_a_reason_for_the_record_and_for_what_belongs_to_it(
    session: Session, shop: Shop
) -> None:
    share(session, shop.customer, shop.other, Access.READ)
    share(session, shop.customer, shop.team, Access.WRITE)
    shared = ("b other", Cause.SHARE, "", Access.READ)
    by_team = [(name, Cause.SHARE, "t", Access.WRITE) for name in ("a seller", "c manager")]
    wanted = [SELLER, by_team[0], shared, MANAGER, by_team[1], BOSS]
    assert short(who_can_see(shop.customer)) == wanted
    assert short(who_can_see(shop.customer.contacts[0])) == wanted


def test_a_rule_is_a_reason_and_a_denial_is_named(session: Session, shop: Shop) -> None:
    condition = {"field": "tier", "op": "in", "value": [TIERS[0].value]}
    rule = AccessRule(name="not them", entity="Customer", condition=condition)
    rule.subjects.append(AccessRuleSubject(team_id=shop.team.id))
    given = AccessRule(name="them", entity="Customer", effect=RuleEffect.ALLOW)
    given.subjects.append(AccessRuleSubject(user_id=shop.other.id))
    session.add_all([rule, given])
    session.commit()
    denied = [(name, Cause.DENIED, "not them", Access.READ) for name in ("a seller", "c manager")]
    allowed = ("b other", Cause.RULE, "them", Access.READ)
    wanted = [SELLER, denied[0], allowed, MANAGER, denied[1], BOSS]
    assert short(who_can_see(shop.customer)) == wanted


def sights(user: User) -> dict[str, Any]:
    found = person(user.id)
    assert found is not None
    return {sight.entity: sight for sight in what_can_see(found)}


def test_what_somebody_sees_is_counted_by_entity(session: Session, shop: Shop) -> None:
    seen = sights(shop.seller)
    assert (seen["Customer"].readable, seen["Customer"].changeable) == (1, 1)
    assert seen["Customer"].reaches == {DataScope.OWN}
    assert seen["Contact"].readable == 1
    assert "can_edit" in seen["Contact"].rights
    assert sights(shop.other)["Customer"].readable == 0
    assert "Customer" not in sights(shop.store)
    assert sights(shop.boss)["Customer"].changeable == 1
    share(session, shop.customer, shop.other)
    after = sights(shop.other)["Customer"]
    assert (after.readable, after.changeable) == (1, 0)


def changed(effects: list[Effect]) -> set[tuple[str, str, Access, int, int]]:
    return {(e.person, e.entity, e.access, e.gained, e.lost) for e in effects}


def test_a_wider_role_is_seen_before_it_is_saved(session: Session, shop: Shop) -> None:
    role = session.scalars(select(Role).where(Role.name == "sales")).one()
    rights = frozenset(rights_of(session, role))
    wider = {**scopes_of(role), "Customer": DataScope.ALL}
    effects = changed(simulate(RoleChange(role.id, rights, wider)))
    assert ("b other", "Customer", Access.READ, 1, 0) in effects
    assert ("b other", "Contact", Access.WRITE, 1, 0) in effects
    assert {name for name, *_rest in effects} == {"b other"}
    no_rights = rights - {("can_edit", "Customer")}
    effects = changed(simulate(RoleChange(role.id, no_rights, scopes_of(role))))
    assert effects == {("a seller", "Customer", Access.WRITE, 0, 1)}
    assert simulate(RoleChange(role.id, rights, scopes_of(role))) == []


def drafts(shop: Shop) -> Iterator[AccessRule]:
    yield AccessRule(
        name="draft",
        entity="Customer",
        effect=RuleEffect.DENY,
        operation=Access.READ,
        condition={"field": "tier", "op": "in", "value": [TIERS[0].value]},
        is_active=True,
        subjects=[AccessRuleSubject(user_id=shop.manager.id, is_exception=True)],
    )


def test_a_rule_is_seen_before_it_is_saved(session: Session, shop: Shop) -> None:
    (draft,) = drafts(shop)
    effects = changed(simulate(RuleChange(draft)))
    assert ("a seller", "Customer", Access.READ, 0, 1) in effects
    assert ("a seller", "Contact", Access.READ, 0, 1) in effects
    assert {name for name, *_rest in effects} == {"a seller"}
    session.add(draft)
    session.commit()
    back = changed(simulate(RuleChange(None, draft.id)))
    assert ("a seller", "Customer", Access.READ, 1, 0) in back
    assert not session.dirty


def test_a_rule_that_nobody_can_follow_is_refused(session: Session, shop: Shop) -> None:
    (draft,) = drafts(shop)
    draft.condition = {"field": "nothing", "op": "eq", "value": 1}
    with pytest.raises(DomainError):
        simulate(RuleChange(draft))
