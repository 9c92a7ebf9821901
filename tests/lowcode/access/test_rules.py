"""Rules of the browser: rows denied or given by what they say, from the next request on."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.entities.customers import Contact, Customer
from app.entities.purchasing import Supplier
from app.entities.system.organization import Team
from app.entities.system.row_access import AccessRule, AccessRuleSubject
from app.entities.system.user import Role, User
from app.lowcode.principal import acting_as
from app.lowcode.scope import ScopeViolation
from app.lowcode.security import principal_for
from app.lowcode.security.guard import EscalationRefused
from app.rules.access import Access, RuleEffect
from app.rules.customers import Tier
from app.rules.errors import DomainError
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("database")

FIRST, SECOND = list(Tier)[:2]
GOVERNMENT = {"field": "tier", "op": "in", "value": [FIRST.value]}


class Office:
    """Two people who see all customers, one of them in team A; a customer of each tier."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.team = Team(code="A", name="A")
        session.add(self.team)
        session.flush()
        self.member = make_user(session, "service", "sales_manager", team_id=self.team.id)
        self.outsider = make_user(session, "service")
        self.boss = make_user(session, "administrator")
        for tier in (FIRST, SECOND):
            customer = Customer(name="客户", tier=tier, owner=self.outsider)
            customer.contacts.append(Contact(name="contact"))
            session.add(customer)
        session.commit()

    def rule(self, *subjects: AccessRuleSubject, **values: Any) -> AccessRule:
        made = AccessRule(
            **{"name": "rule", "entity": "Customer", "condition": GOVERNMENT} | values
        )
        made.subjects.extend(subjects)
        self.session.add(made)
        self.session.commit()
        return made

    def tiers(self, user: User) -> set[Tier]:
        with acting_as(principal_for(user.id)):
            contacts = select(func.count(Contact.id))
            seen = set(self.session.scalars(select(Customer.tier)))
            assert self.session.scalar(contacts) == len(seen)
        return seen


@pytest.fixture
def office(session: Session) -> Office:
    return Office(session)


def test_government_customers_are_seen_by_team_a_alone(session: Session, office: Office) -> None:
    rule = office.rule(AccessRuleSubject(team=office.team, is_exception=True))
    assert office.tiers(office.member) == {FIRST, SECOND}
    assert office.tiers(office.outsider) == {SECOND}
    assert office.tiers(office.boss) == {FIRST, SECOND}
    rule.is_active = False
    session.commit()
    assert office.tiers(office.outsider) == {FIRST, SECOND}


def test_a_rule_for_a_role_or_a_person_is_for_nobody_else(session: Session, office: Office) -> None:
    manager = session.scalars(select(Role).where(Role.name == "sales_manager")).one()
    office.rule(AccessRuleSubject(role=manager))
    assert (office.tiers(office.member), office.tiers(office.outsider)) == (
        {SECOND},
        {FIRST, SECOND},
    )
    office.rule(AccessRuleSubject(user=office.outsider), name="another", condition={})
    assert office.tiers(office.outsider) == set()


def test_denied_wins_over_given(session: Session, office: Office) -> None:
    seller = make_user(session, "sales")
    office.rule(name="give", effect=RuleEffect.ALLOW, condition={})
    assert office.tiers(seller) == {FIRST, SECOND}
    office.rule(name="deny")
    assert office.tiers(seller) == {SECOND}


@pytest.mark.parametrize("operation", list(Access))
def test_what_is_given_to_read_is_not_changed(
    session: Session, office: Office, operation: Access
) -> None:
    seller = make_user(session, "sales")
    office.rule(effect=RuleEffect.ALLOW, operation=operation)
    with acting_as(principal_for(seller.id)):
        session.scalars(select(Customer)).one().notes = "changed"
        if operation is Access.WRITE:
            session.commit()
        else:
            with pytest.raises(ScopeViolation):
                session.flush()
            session.rollback()


def test_what_is_denied_to_change_is_still_read(session: Session, office: Office) -> None:
    office.rule(operation=Access.WRITE)
    assert office.tiers(office.outsider) == {FIRST, SECOND}
    with acting_as(principal_for(office.outsider.id)):
        for customer in session.scalars(select(Customer)):
            customer.contacts[0].notes = "changed"
            if customer.tier is SECOND:
                session.flush()
            else:
                with pytest.raises(ScopeViolation):
                    session.flush()
                session.rollback()


def test_a_rule_is_about_rows_that_are_everybodys_too(session: Session, office: Office) -> None:
    session.add(Supplier(name="hidden"))
    condition = {"field": "name", "op": "eq", "value": "hidden"}
    office.rule(entity="Supplier", condition=condition)
    with acting_as(principal_for(office.outsider.id)):
        assert session.scalar(select(func.count(Supplier.id))) == 0
    with acting_as(principal_for(office.boss.id)):
        assert session.scalar(select(func.count(Supplier.id))) == 1


def test_a_rule_looks_at_related_rows_that_the_person_does_not_see(
    session: Session, office: Office
) -> None:
    office.rule(condition={"field": "owner", "op": "eq", "value": "me"})
    assert office.tiers(office.outsider) == set()
    assert office.tiers(office.member) == {FIRST, SECOND}
    office.rule(
        name="contacts",
        entity="Contact",
        condition={"field": "customer.tier", "op": "in", "value": [FIRST.value]},
    )
    office.rule(name="hide", condition={})
    with acting_as(principal_for(office.member.id)):
        assert session.scalars(select(Contact)).all() == []


def test_what_a_row_does_not_say_is_not_denied(session: Session, office: Office) -> None:
    office.rule(condition={"field": "notes", "op": "contains", "value": "secret"})
    assert office.tiers(office.outsider) == {FIRST, SECOND}


@pytest.mark.parametrize(
    "wrong",
    [
        {"entity": "User", "condition": {}},
        {"entity": "Nothing", "condition": {}},
        {"condition": {"field": "nothing", "op": "eq", "value": 1}},
        {"condition": {"field": "tier", "op": "like", "value": 1}},
    ],
    ids=str,
)
def test_a_rule_that_cannot_be_followed_is_refused(office: Office, wrong: dict[str, Any]) -> None:
    with pytest.raises(DomainError):
        office.rule(**wrong)
    office.session.rollback()


def test_a_rule_whose_column_is_gone_denies_everything(session: Session, office: Office) -> None:
    rule = office.rule()
    gone = {"field": "a column of an earlier version", "op": "eq", "value": 1}
    table: Any = AccessRule.__table__
    session.execute(table.update().where(table.c.id == rule.id).values(condition=gone))
    rule.subjects.append(AccessRuleSubject(user=office.outsider))
    session.commit()
    assert office.tiers(office.outsider) == set()


def test_only_administrators_write_rules(session: Session, office: Office) -> None:
    with acting_as(principal_for(office.member.id)):
        with pytest.raises(EscalationRefused):
            office.rule()
        session.rollback()
    rule = office.rule(AccessRuleSubject(user=office.member))
    with acting_as(principal_for(office.member.id)):
        session.delete(rule.subjects[0])
        with pytest.raises(EscalationRefused):
            session.flush()
        session.rollback()
