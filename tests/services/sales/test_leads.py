"""A lead becomes a customer with a contact and a deal, once."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.entities.customers import Contact, Customer
from app.entities.sales.deal import Deal
from app.entities.sales.lead import Lead
from app.entities.sales.pipeline import Pipeline
from app.rules.customers import CustomerKind
from app.rules.errors import DomainError
from app.rules.leads import LeadStatus
from app.services.sales import leads
from tests.services.sales.conftest import NOW

pytestmark = pytest.mark.usefixtures("database", "pipeline")


def saved_lead(session: Session, **values: Any) -> Lead:
    lead = Lead(**{"name": "张三", "company_name": "示例科技有限公司", **values})
    session.add(lead)
    session.flush()
    return lead


def convert(session: Session, lead: Lead, **values: Any) -> leads.Conversion:
    return leads.convert_lead(session, lead, by_id=None, now=NOW, **values)


def test_a_lead_becomes_customer_contact_and_deal(session: Session, pipeline: Pipeline) -> None:
    lead = saved_lead(session, phone="13800000001", email="z@example.com", needs="打印机")
    made = convert(session, lead)
    assert (lead.status, lead.converted_on) == (LeadStatus.CONVERTED, NOW)
    assert (lead.customer, lead.contact, lead.deal) == (made.customer, made.contact, made.deal)
    assert (made.customer.name, made.customer.kind) == (
        "示例科技有限公司",
        CustomerKind.COMPANY,
    )
    assert (made.customer.needs, made.customer.phone) == ("打印机", "13800000001")
    assert (made.contact.name, made.contact.is_primary) == ("张三", True)
    assert (made.deal.customer, made.deal.contact) == (made.customer, made.contact)
    assert made.deal.stage is pipeline.stages[0]
    assert made.deal.engaged_date == NOW.date()


def test_a_lead_without_a_company_becomes_an_individual(session: Session) -> None:
    made = convert(session, saved_lead(session, company_name=None))
    assert (made.customer.name, made.customer.kind) == ("张三", CustomerKind.INDIVIDUAL)


def test_a_lead_is_converted_once(session: Session) -> None:
    lead = saved_lead(session)
    convert(session, lead)
    with pytest.raises(DomainError):
        convert(session, lead)
    counts = [session.scalar(select(func.count(e.id))) for e in (Customer, Contact, Deal)]
    assert counts == [1, 1, 1]


def test_a_customer_of_that_name_is_used_again(session: Session) -> None:
    known = Customer(name="示例科技")
    known.contacts.append(Contact(name="张三"))
    session.add(known)
    session.flush()
    made = convert(session, saved_lead(session))
    assert (made.customer, made.contact) == (known, known.contacts[0])


def test_people_of_one_name_are_two_people_unless_their_phone_is_the_same(
    session: Session,
) -> None:
    known = Customer(name="张三", kind=CustomerKind.INDIVIDUAL, phone="138 0000 0001")
    session.add(known)
    other = saved_lead(session, company_name=None, phone="13900000002")
    same = saved_lead(session, company_name=None, phone="13800000001")
    assert convert(session, other).customer is not known
    session.flush()
    assert convert(session, same).customer is known


def test_a_chosen_customer_comes_before_a_similar_one(session: Session) -> None:
    chosen = Customer(name="另一家公司")
    session.add_all([chosen, Customer(name="示例科技有限公司")])
    session.flush()
    assert convert(session, saved_lead(session), customer=chosen).customer is chosen


def test_similar_customers_are_named_before_a_lead_is_saved(session: Session) -> None:
    known = Customer(name="示例科技")
    session.add(known)
    session.flush()
    assert leads.customers_like(session, Lead(name="李四", company_name="示例科技")).visible == (
        known,
    )


@pytest.mark.parametrize(("score", "accepted"), [(-1, False), (0, True), (100, True), (101, False)])
def test_scores_go_from_0_to_100(score: int, accepted: bool) -> None:
    lead = Lead(name="张三", status=LeadStatus.NEW, score=score)
    if accepted:
        leads.check_lead(lead, None)
    else:
        with pytest.raises(DomainError) as refused:
            leads.check_lead(lead, None)
        assert refused.value.field == "score"


def test_steps_follow_the_rules(session: Session) -> None:
    lead = saved_lead(session)
    leads.step_lead(lead, "qualify")
    assert lead.status is LeadStatus.QUALIFIED
    with pytest.raises(DomainError):
        leads.step_lead(lead, "reopen")
