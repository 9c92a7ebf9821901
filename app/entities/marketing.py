"""Campaigns and the people they are addressed to."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Optional

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.entities.base import SHARED, Entity
from app.entities.columns import Email, Phone
from app.entities.customers import Contact, Customer
from app.entities.system.organization import Team
from app.entities.system.user import User
from app.entities.types import ChoiceType, Money
from app.rules.marketing import CampaignStatus, CampaignType, MemberStatus

if TYPE_CHECKING:
    from app.entities.sales.lead import Lead


class Campaign(Entity):
    scope = SHARED
    holder = "owner_id"
    code_column = "code"
    number_sequence = "campaign"

    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    type: Mapped[CampaignType] = mapped_column(
        ChoiceType(CampaignType), default=CampaignType.EMAIL, index=True
    )
    status: Mapped[CampaignStatus] = mapped_column(
        ChoiceType(CampaignStatus), default=CampaignStatus.PLANNED, index=True
    )
    start_date: Mapped[date | None] = mapped_column(index=True)
    end_date: Mapped[date | None]
    budget: Mapped[Decimal | None] = mapped_column(Money)
    cost: Mapped[Decimal | None] = mapped_column(Money, info={"help": "What was really spent."})
    expected_revenue: Mapped[Decimal | None] = mapped_column(Money)
    audience: Mapped[str | None] = mapped_column(Text, info={"format": "multiline"})
    goal: Mapped[str | None] = mapped_column(Text, info={"format": "multiline"})
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    notes: Mapped[str | None] = mapped_column(Text, info={"format": "multiline"})

    owner: Mapped[User | None] = relationship(foreign_keys=[owner_id])
    team: Mapped[Team | None] = relationship()

    __table_args__ = (
        CheckConstraint("end_date >= start_date", name="ends_after_start"),
        CheckConstraint("budget >= 0", name="budget_not_negative"),
        CheckConstraint("cost >= 0", name="cost_not_negative"),
    )


class CampaignMember(Entity):
    scope = SHARED
    is_large = True
    sorted_by = ("status",)

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    name: Mapped[str] = mapped_column(
        String(200),
        default="",
        server_default="",
        index=True,
        info={
            "optional": True,
            "help": "As addressed. Left empty: the name of the lead, contact or customer.",
        },
    )
    email: Mapped[Email | None]
    phone: Mapped[Phone | None]
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("lead.id"), index=True)
    status: Mapped[MemberStatus] = mapped_column(
        ChoiceType(MemberStatus), default=MemberStatus.PLANNED
    )
    responded_on: Mapped[date | None]
    notes: Mapped[str | None] = mapped_column(String(500))

    campaign: Mapped[Campaign] = relationship()
    customer: Mapped[Customer | None] = relationship()
    contact: Mapped[Contact | None] = relationship()
    lead: Mapped[Optional["Lead"]] = relationship()

    # Nobody is counted twice in one campaign.
    __table_args__ = (
        UniqueConstraint("campaign_id", "contact_id"),
        UniqueConstraint("campaign_id", "lead_id"),
    )
