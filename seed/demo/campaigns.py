"""The sample company's campaigns with the people they reached."""

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from app.entities.customers import Customer
from app.entities.marketing import Campaign, CampaignMember
from app.entities.sales.deal import Deal
from app.entities.sales.lead import Lead
from app.entities.system.user import User
from app.rules.marketing import CampaignStatus, MemberStatus
from app.services.marketing import add_customers
from seed.demo import words
from seed.demo.sample import Sample


def add_campaigns(sample: Sample) -> None:
    """A campaign about every month; finished ones have reactions, leads and deals."""
    owner = sample.session.scalars(select(User).where(User.username == "demo_marketing")).one()
    customers = sample.session.scalars(select(Customer).order_by(Customer.id)).all()
    campaigns = []
    for place, (name, kind, audience, goal) in enumerate(words.CAMPAIGNS):
        start = sample.now.date() - timedelta(days=330 - 33 * place)
        end = start + timedelta(days=28)
        budget = Decimal(sample.random.randrange(8, 60) * 500)
        status = _status(sample, start <= sample.now.date(), end < sample.now.date())
        is_planned = status is CampaignStatus.PLANNED
        campaign = Campaign(
            name=name,
            type=kind,
            status=status,
            start_date=start,
            end_date=end,
            budget=budget,
            cost=None if is_planned else budget * sample.random.randrange(70, 110) / 100,
            expected_revenue=budget * 6,
            audience=audience,
            goal=goal,
            owner=owner,
            team=owner.team,
            created_on=sample.now - timedelta(days=345 - 33 * place),
        )
        sample.session.add(campaign)
        sample.session.flush()
        add_customers(sample.session, campaign, sample.random.sample(customers, 40))
        if not is_planned:
            campaigns.append(campaign)
    sample.session.flush()
    _react(sample, campaigns)
    _credit(sample, campaigns)


def _status(sample: Sample, has_begun: bool, is_over: bool) -> CampaignStatus:
    if is_over:
        return CampaignStatus.CANCELLED if sample.one_in(12) else CampaignStatus.DONE
    return CampaignStatus.ACTIVE if has_begun else CampaignStatus.PLANNED


def _react(sample: Sample, campaigns: list[Campaign]) -> None:
    begun = {campaign.id: campaign for campaign in campaigns}
    members = select(CampaignMember).where(CampaignMember.campaign_id.in_(begun))
    for member in sample.session.scalars(members.order_by(CampaignMember.id)):
        member.status = sample.random.choices(list(MemberStatus), [1, 16, 11, 7, 4, 1])[0]
        if member.status is MemberStatus.RESPONDED:
            start = begun[member.campaign_id].start_date or sample.now.date()
            day = start + timedelta(days=sample.random.randrange(28))
            member.responded_on = min(day, sample.now.date())


def _credit(sample: Sample, campaigns: list[Campaign]) -> None:
    """Every third lead and fifth deal came through a campaign."""
    for entity, chances in ((Lead, 3), (Deal, 5)):
        for row in sample.session.scalars(select(entity).order_by(entity.id)):
            if sample.one_in(chances):
                row.campaign = sample.random.choice(campaigns)
