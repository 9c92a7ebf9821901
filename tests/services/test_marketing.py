"""Whom a campaign may address, and what came of it, on both databases."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.customers import Contact, Customer
from app.entities.marketing import Campaign, CampaignMember
from app.entities.sales.deal import Deal
from app.entities.sales.lead import Lead
from app.entities.sales.pipeline import Pipeline, Stage
from app.rules.errors import DomainError
from app.rules.marketing import CampaignResults, MemberStatus
from app.rules.pipeline import StageKind
from app.services.marketing import add_customers, check_campaign, check_member, results_of

pytestmark = pytest.mark.usefixtures("database")


def campaign_of(session: Session, **values: Any) -> Campaign:
    campaign = Campaign(**{"name": "示例活动", **values})
    session.add(campaign)
    session.commit()
    return campaign


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"start_date": date(2026, 3, 2), "end_date": date(2026, 3, 1)}, "end_date"),
        ({"budget": Decimal(-1)}, "budget"),
        ({"cost": Decimal(-1)}, "cost"),
        ({"start_date": date(2026, 3, 2), "end_date": date(2026, 3, 2)}, None),
        ({"end_date": date(2026, 3, 2), "cost": Decimal(0)}, None),
    ],
)
def test_a_campaign_ends_after_it_starts_and_costs_nothing_negative(
    values: dict[str, Any], field: str | None
) -> None:
    campaign = Campaign(name="示例", **values)
    if field is None:
        check_campaign(campaign)
        return
    with pytest.raises(DomainError) as refused:
        check_campaign(campaign)
    assert refused.value.field == field


def test_a_member_is_named_after_its_record(session: Session) -> None:
    customer = Customer(name="示例公司", email="office@example.com")
    contact = Contact(name="演示经理", customer=customer, mobile="19900000001")
    session.add(contact)
    session.commit()
    member = CampaignMember(campaign=campaign_of(session), contact=contact, name="")
    check_member(session, member)
    assert (member.name, member.customer, member.phone, member.email) == (
        "演示经理",
        customer,
        "19900000001",
        "office@example.com",
    )


def test_nobody_is_no_member(session: Session) -> None:
    with pytest.raises(DomainError) as refused:
        check_member(session, CampaignMember(campaign=campaign_of(session), name=""))
    assert refused.value.field == "name"


def test_who_wants_no_promotion_gets_none(session: Session) -> None:
    customers = [
        Customer(name="示例甲"),
        Customer(name="示例乙", do_not_contact=True),
        Customer(name="示例丙"),
    ]
    session.add_all(customers)
    campaign = campaign_of(session)
    with pytest.raises(DomainError) as refused:
        check_member(session, CampaignMember(campaign=campaign, customer=customers[1], name=""))
    assert refused.value.field == "customer"
    assert add_customers(session, campaign, customers[:2]) == 1
    session.commit()
    assert add_customers(session, campaign, customers) == 1
    session.commit()
    names = session.scalars(select(CampaignMember.name).order_by(CampaignMember.id)).all()
    assert names == ["示例甲", "示例丙"]


def test_results_count_members_leads_deals_and_won_money(session: Session) -> None:
    campaign = campaign_of(session, cost=Decimal("1000.00"))
    other = campaign_of(session, name="示例其他")
    session.add_all(
        CampaignMember(campaign=campaign, name=f"{status.value} {n}", status=status)
        for n, status in enumerate([*MemberStatus, MemberStatus.SENT, MemberStatus.RESPONDED])
    )
    session.add_all(Lead(name=f"示例 {n}", campaign=campaign) for n in range(3))
    session.add(Lead(name="示例", campaign=other))
    pipeline = Pipeline(code="p", name="示例流程")
    stages = {
        kind: Stage(pipeline=pipeline, code=kind.value, name=kind.value, kind=kind, position=place)
        for place, kind in enumerate(StageKind)
    }
    for kind, amount in [
        (StageKind.WON, "1500.10"),
        (StageKind.WON, "999.95"),
        (StageKind.OPEN, "7000.00"),
        (StageKind.LOST, "8000.00"),
    ]:
        session.add(
            Deal(
                title="示例",
                pipeline=pipeline,
                stage=stages[kind],
                probability=0,
                amount=Decimal(amount),
                campaign=campaign,
            )
        )
    session.commit()
    found = results_of(session, [campaign, other])
    assert found[campaign.id] == CampaignResults(
        members=8,
        sent=7,
        opened=4,
        clicked=3,
        responded=2,
        leads=3,
        deals=4,
        won=2,
        revenue=Decimal("2500.05"),
        cost=Decimal("1000.00"),
    )
    assert str(found[campaign.id].roi_percent) == "150.0"
    assert found[other.id] == CampaignResults(leads=1)
