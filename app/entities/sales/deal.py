"""Deals, and the ledger of the stages they went through."""

from datetime import date
from decimal import Decimal

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.entities.base import OWNED, Entity, through
from app.entities.catalog import Product
from app.entities.customers import Contact, Customer, CustomerSource
from app.entities.marketing import Campaign
from app.entities.sales.pipeline import Competitor, LostReason, Pipeline, Stage
from app.entities.system.organization import Region, Team
from app.entities.system.user import User
from app.entities.types import Money
from app.rules.funnel import weighted_amount

deal_competitor = Table(
    "deal_competitor",
    Model.metadata,
    Column("deal_id", ForeignKey("deal.id", ondelete="CASCADE"), primary_key=True),
    Column("competitor_id", ForeignKey("competitor.id"), primary_key=True, index=True),
)


class Deal(Entity):
    scope = OWNED
    is_large = True
    sorted_by = ("amount", "probability", "weighted_amount")
    label_column = "title"
    code_column = "code"
    number_sequence = "deal"
    derived = {"weighted_amount": lambda row: weighted_amount(row.amount, row.probability)}
    derived_from = {"weighted_amount": ("amount", "probability")}

    code: Mapped[str] = mapped_column(String(32), unique=True)
    title: Mapped[str] = mapped_column(String(200), index=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    product_id: Mapped[int | None] = mapped_column(
        ForeignKey("product.id"), index=True, info={"label": "Main product"}
    )

    pipeline_id: Mapped[int] = mapped_column(ForeignKey("pipeline.id"))
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"), index=True)
    #: the stage that came last of those the deal ever reached, lost ones aside
    furthest_stage_id: Mapped[int | None] = mapped_column(ForeignKey("stage.id"), index=True)
    #: unknown where the deal came in with a file that does not say
    stage_since: Mapped[date | None] = mapped_column(info={"label": "In this stage since"})
    amount: Mapped[Decimal | None] = mapped_column(Money, info={"mask": "amount"})
    #: percent
    probability: Mapped[int] = mapped_column(
        server_default="0",
        info={
            "label": "Probability %",
            "optional": True,
            "help": "Left empty, the probability of the stage.",
        },
    )
    #: kept, so that lists, boards and charts can sum what the funnel shows
    weighted_amount: Mapped[Decimal | None] = mapped_column(Money, info={"mask": "amount"})
    expected_close_date: Mapped[date | None] = mapped_column(index=True)
    engaged_date: Mapped[date | None] = mapped_column(
        index=True, info={"label": "Begun on", "help": "Left empty, the day the deal is made."}
    )
    closed_date: Mapped[date | None] = mapped_column(index=True, info={"label": "Closed on"})

    owner_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"), index=True)
    source_id: Mapped[int | None] = mapped_column(ForeignKey("customer_source.id"), index=True)
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"), index=True)

    lost_reason_id: Mapped[int | None] = mapped_column(ForeignKey("lost_reason.id"), index=True)
    lost_notes: Mapped[str | None] = mapped_column(Text, info={"format": "multiline"})
    notes: Mapped[str | None] = mapped_column(Text, info={"format": "multiline"})

    customer: Mapped[Customer | None] = relationship()
    contact: Mapped[Contact | None] = relationship()
    product: Mapped[Product | None] = relationship()
    pipeline: Mapped[Pipeline] = relationship()
    stage: Mapped[Stage] = relationship(foreign_keys=[stage_id])
    furthest_stage: Mapped[Stage | None] = relationship(foreign_keys=[furthest_stage_id])
    owner: Mapped[User | None] = relationship(foreign_keys=[owner_id])
    team: Mapped[Team | None] = relationship()
    region: Mapped[Region | None] = relationship()
    source: Mapped[CustomerSource | None] = relationship()
    campaign: Mapped[Campaign | None] = relationship()
    lost_reason: Mapped[LostReason | None] = relationship()
    competitors: Mapped[list[Competitor]] = relationship(
        secondary=deal_competitor, order_by=Competitor.name
    )
    stage_changes: Mapped[list["StageChange"]] = relationship(
        back_populates="deal",
        cascade="all, delete-orphan",
        order_by="(StageChange.changed_on, StageChange.id)",
    )

    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        CheckConstraint("probability >= 0 AND probability <= 100", name="probability_in_percent"),
        # The funnel groups by stage within a pipeline.
        Index("ix_deal_pipeline_stage", "pipeline_id", "stage_id"),
    )


class StageChange(Entity):
    """One step of a deal, taken at `changed_on`: written once, never changed."""

    scope = through("deal")
    label_column = "deal_id"
    timeline_moment = "changed_on"
    #: a trail itself
    is_audited = False

    deal_id: Mapped[int] = mapped_column(ForeignKey("deal.id"), index=True)
    from_stage_id: Mapped[int | None] = mapped_column(ForeignKey("stage.id"))
    to_stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))

    deal: Mapped[Deal] = relationship(back_populates="stage_changes")
    from_stage: Mapped[Stage | None] = relationship(foreign_keys=[from_stage_id])
    to_stage: Mapped[Stage] = relationship(foreign_keys=[to_stage_id])
    by: Mapped[User | None] = relationship(foreign_keys=[by_id])

    def __repr__(self) -> str:
        return repr(self.to_stage)
