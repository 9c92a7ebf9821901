"""Leads: somebody who may become a customer, until they do."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.entities.base import OWNED, Entity
from app.entities.columns import Email, Phone
from app.entities.customers import Contact, Customer, CustomerSource, Industry
from app.entities.marketing import Campaign
from app.entities.sales.deal import Deal
from app.entities.system.organization import Region, Team
from app.entities.system.user import User
from app.entities.types import ChoiceType, UTCDateTime
from app.rules.identity import phone_key
from app.rules.leads import LeadStatus
from app.rules.matching import MatchKind, MatchRule


class Lead(Entity):
    scope = OWNED
    is_large = True
    sorted_by = ("status", "score")
    derived = {"phone_key": lambda row: phone_key(row.phone)}
    derived_from = {"phone_key": ("phone",)}
    match_rules = (
        MatchRule(MatchKind.NAME, ("name",), 45),
        MatchRule(MatchKind.NAME, ("company_name",), 45),
        MatchRule(MatchKind.PHONE, ("phone",), 80, ("phone_key",)),
        MatchRule(MatchKind.EMAIL, ("email",), 80, ("email",)),
    )

    name: Mapped[str] = mapped_column(String(100), index=True, info={"label": "Contact person"})
    company_name: Mapped[str | None] = mapped_column(String(200), index=True)
    job_title: Mapped[str | None] = mapped_column(String(64))
    phone: Mapped[Phone | None]
    #: the phone without what writing varies in: searched by digits
    phone_key: Mapped[str | None] = mapped_column(String(24), index=True)
    email: Mapped[Email | None] = mapped_column(index=True)
    status: Mapped[LeadStatus] = mapped_column(ChoiceType(LeadStatus), default=LeadStatus.NEW)
    score: Mapped[int] = mapped_column(
        default=0,
        server_default="0",
        info={"help": "From 0 to 100: how likely this becomes business."},
    )
    source_id: Mapped[int | None] = mapped_column(ForeignKey("customer_source.id"), index=True)
    industry_id: Mapped[int | None] = mapped_column(ForeignKey("industry.id"), index=True)
    region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"), index=True)
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    needs: Mapped[str | None] = mapped_column(Text, info={"format": "multiline"})
    notes: Mapped[str | None] = mapped_column(Text, info={"format": "multiline"})

    # what came of it
    converted_on: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    deal_id: Mapped[int | None] = mapped_column(ForeignKey("deal.id"), index=True)

    source: Mapped[CustomerSource | None] = relationship()
    campaign: Mapped[Campaign | None] = relationship()
    industry: Mapped[Industry | None] = relationship()
    region: Mapped[Region | None] = relationship()
    owner: Mapped[User | None] = relationship(foreign_keys=[owner_id])
    team: Mapped[Team | None] = relationship()
    customer: Mapped[Customer | None] = relationship()
    contact: Mapped[Contact | None] = relationship()
    deal: Mapped[Deal | None] = relationship()

    __table_args__ = (CheckConstraint("score >= 0 AND score <= 100", name="score_in_percent"),)
