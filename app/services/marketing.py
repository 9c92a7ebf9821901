"""Campaigns: their steps, whom they may address, and what came of them."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.entities.customers import Customer
from app.entities.marketing import Campaign, CampaignMember
from app.entities.sales.deal import Deal
from app.entities.sales.lead import Lead
from app.entities.sales.pipeline import Stage
from app.rules.errors import DomainError
from app.rules.marketing import CAMPAIGNS, REACHED, CampaignResults, CampaignStatus
from app.rules.pipeline import StageKind


def act_on_campaign(campaign: Campaign, action: str) -> None:
    """Do `action` of `rules.marketing.CAMPAIGNS`; DomainError where it cannot be done."""
    campaign.status = CAMPAIGNS.after(action, campaign.status)


def move_campaign(campaign: Campaign, before: CampaignStatus) -> None:
    """DomainError where no action leads from `before` to the campaign's new status."""
    CAMPAIGNS.action_between(before, campaign.status)


def check_campaign(campaign: Campaign) -> None:
    """A campaign ends on or after the day it starts, and costs nothing negative."""
    start, end = campaign.start_date, campaign.end_date
    if start is not None and end is not None and end < start:
        raise DomainError("The campaign would end before it starts.", field="end_date")
    for name in ("budget", "cost"):
        amount = getattr(campaign, name)
        if amount is not None and amount < 0:
            raise DomainError("An amount is not negative here.", field=name)


def check_member(session: Session, member: CampaignMember) -> None:
    """Fills in who it is; DomainError for nobody, or for a customer who wants no promotion."""
    with session.no_autoflush:
        contact, lead = member.contact, member.lead
        if contact is not None:
            member.customer = member.customer or contact.customer
            if contact.customer is not member.customer:
                raise DomainError(
                    "%(contact)s is not a contact of this customer.",
                    field="contact",
                    contact=contact.name,
                )
        if member.customer is not None and member.customer.do_not_contact:
            raise DomainError(
                "%(customer)s asked for no more promotion.",
                field="customer",
                customer=member.customer.name,
            )
        known = [row for row in (contact, lead, member.customer) if row is not None]
        member.name = member.name or next((row.name for row in known), "")
        if not member.name:
            raise DomainError("Say who is addressed: a name or a record.", field="name")
        for column in ("email", "phone"):
            if not getattr(member, column):
                setattr(member, column, _first(known, column))


def _first(rows: Iterable[Any], column: str) -> Any:
    columns = ("mobile", "phone") if column == "phone" else (column,)
    values = (getattr(row, name, None) for row in rows for name in columns)
    return next((value for value in values if value), None)


def add_customers(session: Session, campaign: Campaign, customers: Iterable[Customer]) -> int:
    """Make customers members who are none yet; those who want no promotion are left out.

    Returns how many were added.
    """
    there = set(
        session.scalars(
            select(CampaignMember.customer_id).where(CampaignMember.campaign_id == campaign.id)
        )
    )
    wanted = [row for row in customers if row.id not in there and not row.do_not_contact]
    for customer in wanted:
        member = CampaignMember(campaign=campaign, customer=customer)
        check_member(session, member)
        session.add(member)
    return len(wanted)


def results_of(session: Session, campaigns: Sequence[Campaign]) -> dict[int, CampaignResults]:
    """Campaign id → members reached, leads, deals, won deals, their amount, and the cost.

    Leads and deals are those that the acting person may see.
    """
    ids = [campaign.id for campaign in campaigns]
    members = _members(session, ids)
    leads = _grouped(session, select(Lead.campaign_id, func.count()), Lead.campaign_id, ids)
    deals = _grouped(session, select(Deal.campaign_id, func.count()), Deal.campaign_id, ids)
    won_deals = (
        select(Deal.campaign_id, func.count(), func.sum(Deal.amount))
        .join(Deal.stage)
        .where(Stage.kind == StageKind.WON)
    )
    won = _grouped(session, won_deals, Deal.campaign_id, ids)
    return {
        campaign.id: CampaignResults(
            **members.get(campaign.id, {}),
            leads=leads.get(campaign.id, (0,))[0],
            deals=deals.get(campaign.id, (0,))[0],
            won=won.get(campaign.id, (0, None))[0],
            revenue=won.get(campaign.id, (0, None))[1] or Decimal("0.00"),
            cost=campaign.cost or Decimal("0.00"),
        )
        for campaign in campaigns
    }


def _members(session: Session, ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Campaign id → number of members in all and at each step."""
    statement = (
        select(CampaignMember.campaign_id, CampaignMember.status, func.count())
        .where(CampaignMember.campaign_id.in_(ids))
        .group_by(CampaignMember.campaign_id, CampaignMember.status)
    )
    counts: dict[int, dict[str, int]] = {}
    for key, status, count in session.execute(statement):
        steps = counts.setdefault(key, dict.fromkeys(("members", *REACHED), 0))
        steps["members"] += count
        for step, statuses in REACHED.items():
            steps[step] += count if status in statuses else 0
    return counts


def _grouped(
    session: Session, statement: Any, column: Any, ids: Sequence[int]
) -> dict[int, tuple[Any, ...]]:
    rows = session.execute(statement.where(column.in_(ids)).group_by(column))
    return {key: tuple(figures) for key, *figures in rows}
