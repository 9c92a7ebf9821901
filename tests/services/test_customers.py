"""A customer's file does not contradict itself, and its contacts belong together."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.entities.customers import Contact, Customer, CustomerAddress, Interaction
from app.entities.system.organization import Team
from app.entities.system.user import User
from app.rules.countries import Country
from app.rules.customers import CompanySize, CustomerKind, Tier
from app.rules.errors import DomainError
from app.services.customers import (
    assign,
    check_contact,
    check_customer,
    check_interaction,
    set_tier,
)

USCC = "91350100M000100Y43"


@pytest.mark.parametrize(
    ("kind", "country", "typed", "kept"),
    [
        (CustomerKind.COMPANY, Country.CN, USCC.lower(), USCC),
        (CustomerKind.GOVERNMENT, Country.CN, f" {USCC} ", USCC),
        (CustomerKind.COMPANY, Country.DE, "de 136695976", "DE 136695976"),
        # an individual's number is no organisation's code and stays as typed
        (CustomerKind.INDIVIDUAL, Country.CN, "1234", "1234"),
    ],
)
def test_tax_numbers_are_kept_as_registered(
    kind: CustomerKind, country: Country, typed: str, kept: str
) -> None:
    customer = Customer(name="示例", kind=kind, country=country, tax_number=typed)
    check_customer(customer)
    assert customer.tax_number == kept


@pytest.mark.parametrize("kind", [CustomerKind.COMPANY, CustomerKind.GOVERNMENT])
def test_a_wrong_code_is_refused_at_its_field(kind: CustomerKind) -> None:
    customer = Customer(name="示例", kind=kind, country=Country.CN, tax_number="12345")
    with pytest.raises(DomainError) as refused:
        check_customer(customer)
    assert refused.value.field == "tax_number"


def test_a_subsidiary_cannot_own_its_parent() -> None:
    parent = Customer(name="示例集团", country=Country.CN)
    subsidiary = Customer(name="示例子公司", country=Country.CN, parent=parent)
    parent.parent = subsidiary
    with pytest.raises(DomainError) as refused:
        check_customer(parent)
    assert refused.value.field == "parent"


@pytest.mark.parametrize(("defaults", "accepted"), [(0, True), (1, True), (2, False)])
def test_a_customer_has_at_most_one_default_address(defaults: int, accepted: bool) -> None:
    customer = Customer(name="示例", country=Country.CN)
    customer.addresses = [
        CustomerAddress(street=str(place), is_default=place < defaults) for place in range(3)
    ]
    if accepted:
        check_customer(customer)
        return
    with pytest.raises(DomainError) as refused:
        check_customer(customer)
    assert refused.value.field == "addresses"


def customers_of(session: Session, *names: str) -> list[Customer]:
    rows = [Customer(name=name) for name in names]
    session.add_all(rows)
    session.flush()
    return rows


def contact_of(customer: Customer, name: str, **values: Any) -> Contact:
    return Contact(customer=customer, name=name, **values)


def test_a_superior_works_for_the_same_customer(session: Session) -> None:
    first, second = customers_of(session, "示例甲", "示例乙")
    superior = contact_of(second, "演示经理")
    with pytest.raises(DomainError) as refused:
        check_contact(session, contact_of(first, "演示专员", reports_to=superior))
    assert refused.value.field == "reports_to"
    check_contact(session, contact_of(second, "演示专员", reports_to=superior))


def test_two_contacts_cannot_report_to_each_other(session: Session) -> None:
    (customer,) = customers_of(session, "示例甲")
    manager = contact_of(customer, "演示经理")
    clerk = contact_of(customer, "演示专员", reports_to=manager)
    manager.reports_to = clerk
    with pytest.raises(DomainError) as refused:
        check_contact(session, manager)
    assert refused.value.field == "reports_to"


def test_a_new_primary_contact_replaces_the_old_one_of_its_customer_only(session: Session) -> None:
    first, second = customers_of(session, "示例甲", "示例乙")
    old = contact_of(first, "演示甲", is_primary=True)
    elsewhere = contact_of(second, "演示乙", is_primary=True)
    session.add_all([old, elsewhere])
    session.flush()
    new = contact_of(first, "演示丙", is_primary=True)
    check_contact(session, new)
    assert (old.is_primary, new.is_primary, elsewhere.is_primary) == (False, True, True)


def test_one_talks_to_a_contact_of_the_customer(session: Session) -> None:
    first, second = customers_of(session, "示例甲", "示例乙")
    contact = contact_of(second, "演示经理")
    with pytest.raises(DomainError) as refused:
        check_interaction(session, Interaction(customer=first, contact=contact, subject="电话"))
    assert refused.value.field == "contact"
    check_interaction(session, Interaction(customer=second, contact=contact, subject="电话"))


def test_a_tier_is_given_to_all(session: Session) -> None:
    rows = customers_of(session, "示例甲", "示例乙")
    set_tier(rows, Tier.VIP)
    session.commit()
    assert [row.tier for row in rows] == [Tier.VIP, Tier.VIP]


def test_the_team_follows_the_new_owner(session: Session) -> None:
    team = Team(code="east", name="华东组")
    owner = User(
        username="owner", first_name="", last_name="", email="owner@example.com", team=team
    )
    (customer,) = customers_of(session, "示例甲")
    session.add(owner)
    session.flush()
    assign([customer], owner)
    session.commit()
    assert (customer.owner_id, customer.team_id) == (owner.id, team.id)


def test_the_company_size_follows_from_the_number_of_employees() -> None:
    customer = Customer(name="示例", size=CompanySize.MICRO, employee_count=120)
    check_customer(customer)
    assert customer.size is CompanySize.MEDIUM
    customer.employee_count = None
    check_customer(customer)
    assert customer.size is CompanySize.MEDIUM
