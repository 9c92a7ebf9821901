"""The sales funnel of one pipeline, computed from the deals that a filter leaves."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session

from app.entities.sales.deal import Deal, StageChange
from app.entities.sales.pipeline import Pipeline, Stage
from app.rules.funnel import Step, last_day_stuck, share, steps_of
from app.rules.pipeline import StageKind
from app.services.sales.pipelines import stages_of

NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class StageFigures:
    """A stage of the funnel: its step and the money in it."""

    stage: Stage
    step: Step
    amount: Decimal
    weighted_amount: Decimal
    #: open deals that stand in it for longer than `step.stuck_after` days
    stuck: int


@dataclass(frozen=True)
class Funnel:
    """Open stages in their order with the won one at the end; lost deals stand beside it."""

    pipeline: Pipeline
    stages: list[StageFigures]
    lost: StageFigures

    @property
    def open(self) -> list[StageFigures]:
        return [figures for figures in self.stages if figures.stage.kind is StageKind.OPEN]

    @property
    def won(self) -> StageFigures:
        return self.stages[-1]

    @property
    def won_share(self) -> Decimal | None:
        """Won deals of those decided, 0 to 1."""
        return share(self.won.step.count, self.won.step.count + self.lost.step.count)


def funnel_of(
    session: Session,
    pipeline: Pipeline,
    where: ColumnElement[bool],
    *,
    today: date,
    least_days: int,
) -> Funnel:
    """The figures of `pipeline` over its deals that `where` leaves.

    `least_days`: no deal is stuck in fewer. Every figure can be found again in the list of deals:
    by stage, by furthest stage, and by `stuck_in`.
    """
    deals = and_(where, Deal.pipeline_id == pipeline.id)
    way = [s for s in stages_of(pipeline) if s.kind is not StageKind.LOST]
    lost = [s for s in stages_of(pipeline) if s.kind is StageKind.LOST]
    sums = _sums(session, deals)
    furthest = _furthest(session, deals)
    stays = _stays(session, deals)
    steps = steps_of(
        [sums[stage.id][0] for stage in way],
        [furthest[stage.id] for stage in way],
        [stays[stage.id] for stage in way],
        least_days,
    )
    ended = steps_of([sums[s.id][0] for s in lost], [0] * len(lost), [[]] * len(lost), least_days)
    figures = [
        StageFigures(stage, step, *sums[stage.id][1:], _stuck(session, deals, stage, step, today))
        for stage, step in zip([*way, *lost], [*steps, *ended], strict=True)
    ]
    return Funnel(pipeline, figures[: len(way)], figures[len(way)])


def stuck_in(figures: Iterable[StageFigures], today: date) -> ColumnElement[bool]:
    """The deals that stand in one of these stages for too long."""
    parts = [_is_stuck(row.stage, row.step, today) for row in figures]
    return or_(false(), *parts)


def _is_stuck(stage: Stage, step: Step, today: date) -> ColumnElement[bool]:
    if stage.kind is not StageKind.OPEN:
        return false()
    latest = last_day_stuck(today, step.stuck_after)
    return and_(Deal.stage_id == stage.id, Deal.stage_since <= latest)


def _stuck(
    session: Session, deals: ColumnElement[bool], stage: Stage, step: Step, today: date
) -> int:
    statement = select(func.count(Deal.id)).where(deals, _is_stuck(stage, step, today))
    return session.scalar(statement) or 0


def _sums(
    session: Session, deals: ColumnElement[bool]
) -> defaultdict[int, tuple[int, Decimal, Decimal]]:
    """Deals, amount and weighted amount by the stage they stand in."""
    rows = session.execute(
        select(
            Deal.stage_id,
            func.count(Deal.id),
            func.sum(Deal.amount),
            func.sum(Deal.weighted_amount),
        )
        .where(deals)
        .group_by(Deal.stage_id)
    )
    found: defaultdict[int, tuple[int, Decimal, Decimal]] = defaultdict(
        lambda: (0, NOTHING, NOTHING)
    )
    for stage_id, count, amount, weighted in rows:
        found[stage_id] = (count, amount or NOTHING, weighted or NOTHING)
    return found


def _furthest(session: Session, deals: ColumnElement[bool]) -> defaultdict[int, int]:
    rows = session.execute(
        select(Deal.furthest_stage_id, func.count(Deal.id))
        .where(deals)
        .group_by(Deal.furthest_stage_id)
    )
    return defaultdict(int, {stage_id: count for stage_id, count in rows if stage_id})


def _stays(session: Session, deals: ColumnElement[bool]) -> defaultdict[int, list[int]]:
    """Whole days of every ended stay, by stage.

    Counted here: databases do not agree on what the difference of two moments is.
    """
    steps = session.execute(
        select(StageChange.deal_id, StageChange.to_stage_id, StageChange.changed_on)
        .where(StageChange.deal_id.in_(select(Deal.id).where(deals)))
        .order_by(StageChange.deal_id, StageChange.changed_on, StageChange.id)
    ).all()
    stays: defaultdict[int, list[int]] = defaultdict(list)
    for (deal, stage, entered), (next_deal, _next, left) in pairwise(steps):
        if deal == next_deal:
            stays[stage].append(_whole_days(entered, left))
    return stays


def _whole_days(start: datetime, end: datetime) -> int:
    return (end - start).days
