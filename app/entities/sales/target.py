"""Targets: what a person, a team or the company is to reach in a month."""

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.entities.base import SHARED, Entity
from app.entities.system.organization import Team
from app.entities.system.user import User
from app.entities.types import ChoiceType, Quantity
from app.rules.pipeline import TargetMetric


class Target(Entity):
    scope = SHARED
    label_column = "metric"

    metric: Mapped[TargetMetric] = mapped_column(
        ChoiceType(TargetMetric), default=TargetMetric.WON_AMOUNT, index=True
    )
    #: the first day of the month
    period: Mapped[date] = mapped_column(
        index=True, info={"label": "Month", "help": "Any day of the month."}
    )
    #: neither person nor team: the whole company
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("ab_user.id"), index=True, info={"label": "Person"}
    )
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    amount: Mapped[Decimal] = mapped_column(Quantity, info={"label": "Target value"})

    user: Mapped[User | None] = relationship(foreign_keys=[user_id])
    team: Mapped[Team | None] = relationship()

    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        CheckConstraint("user_id IS NULL OR team_id IS NULL", name="person_or_team"),
    )

    def __repr__(self) -> str:
        return f"{self.period:%Y-%m}" if self.period else ""
