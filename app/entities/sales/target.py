"""Targets: what a person, a team or the company is to reach in a month, and has reached so far."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    and_,
    case,
    cast,
    extract,
    func,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from app.entities.base import SHARED, Entity
from app.entities.customers import Customer
from app.entities.sales.deal import Deal
from app.entities.sales.order import SalesOrder
from app.entities.sales.pipeline import Stage
from app.entities.system.organization import Team
from app.entities.system.user import User
from app.entities.types import SCALE, ChoiceType, Quantity
from app.rules.orders import OrderState
from app.rules.pipeline import StageKind, TargetMetric


class Target(Entity):
    scope = SHARED
    label_column = "metric"
    derived_from = {
        "achieved": ("Deal.amount", "SalesOrder.net_amount"),
        "achieved_share": ("amount", "Deal.amount", "SalesOrder.net_amount"),
    }

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


# Sums of scaled columns are taken of the stored integers, and typed once at the end.
def _own(row: type[Any], day: ColumnElement[Any]) -> ColumnElement[bool]:
    """Rows of the target's person or team (for neither all of them) with the day in its month."""
    return and_(
        or_(Target.user_id.is_(None), row.owner_id == Target.user_id),
        or_(Target.team_id.is_(None), row.team_id == Target.team_id),
        extract("year", day) == extract("year", Target.period),
        extract("month", day) == extract("month", Target.period),
    )


def _stored_sum(column: ColumnElement[Any], *where: ColumnElement[bool]) -> ColumnElement[Any]:
    total = func.coalesce(func.sum(type_coerce(column, BigInteger)), 0)
    return select(cast(total, BigInteger)).where(*where).correlate(Target).scalar_subquery()


#: as the funnel counts: deals that stand in a won stage, by the day they were closed
_won = _stored_sum(
    Deal.amount,
    Deal.stage_id.in_(select(Stage.id).where(Stage.kind == StageKind.WON)),
    _own(Deal, Deal.closed_date),
)
#: as the report of monthly sales counts: net, without drafts and cancelled orders
_ordered = _stored_sum(
    SalesOrder.net_amount,
    SalesOrder.state.not_in((OrderState.DRAFT, OrderState.CANCELLED)),
    _own(SalesOrder, SalesOrder.order_date),
)
_met = (
    select(func.count(Customer.id) * SCALE)
    .where(_own(Customer, func.coalesce(Customer.cooperation_since, Customer.created_on)))
    .correlate(Target)
    .scalar_subquery()
)
_achieved = case(
    (Target.metric == TargetMetric.WON_AMOUNT, _won),
    (Target.metric == TargetMetric.ORDERS_AMOUNT, _ordered),
    else_=_met,
)

Target.achieved = column_property(
    type_coerce(_achieved, Quantity), deferred=True, info={"label": "Achieved so far"}
)
Target.achieved_share = column_property(
    type_coerce(
        cast(_achieved, BigInteger)
        * SCALE
        / func.nullif(type_coerce(Target.amount, BigInteger), 0),
        Quantity,
    ),
    deferred=True,
    info={"label": "Share achieved", "format": "share"},
)
