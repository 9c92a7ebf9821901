"""The funnel says what counting deals one by one says, on both databases."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random
from statistics import median

import pytest
from sqlalchemy import select, true
from sqlalchemy.orm import Session

from app.entities.sales.deal import Deal
from app.entities.sales.pipeline import LostReason, Pipeline
from app.entities.system.organization import Region
from app.rules.amounts import round_money
from app.rules.pipeline import StageKind
from app.services.sales import deals
from app.services.sales.funnel import funnel_of, stuck_in
from tests.services.sales.conftest import NOW, make_pipeline

pytestmark = pytest.mark.usefixtures("database")

NewDeal = Callable[..., Deal]
LEAST = 14


@pytest.fixture
def many(session: Session, pipeline: Pipeline, new_deal: NewDeal) -> list[Deal]:
    """Deals that wandered at random for up to a year, back and forth, closed and reopened."""
    dice = Random(2026)  # noqa: S311 - a test's dice
    reason = LostReason(code="x", name="x")
    regions = [Region(code=code, name=code) for code in "ab"]
    session.add_all([reason, *regions])
    made = []
    for number in range(120):
        moment = NOW - timedelta(days=dice.randrange(1, 365), hours=dice.randrange(24))
        deal = new_deal(
            moment,
            title=f"示例 {number}",
            amount=None if number % 7 == 0 else Decimal(dice.randrange(1, 10**7)) / 100,
            region=dice.choice(regions),
        )
        for _ in range(dice.randrange(6)):
            moment += timedelta(days=dice.randrange(40), hours=dice.randrange(24))
            if moment > NOW:
                break
            if deal.stage.kind is not StageKind.OPEN:
                deals.reopen_deal(deal, by_id=None, now=moment)
            elif dice.random() < 0.2:
                deals.lose_deal(deal, reason, None, by_id=None, now=moment)
            else:
                deals.move_deal(deal, dice.choice(pipeline.stages[:4]), by_id=None, now=moment)
            session.flush()
        made.append(deal)
    session.flush()
    return made


def ever(deal: Deal) -> int:
    """How far the deal ever came, from its history alone."""
    return max(
        step.to_stage.position
        for step in deal.stage_changes
        if step.to_stage.kind is not StageKind.LOST
    )


def stays(deals_: list[Deal], code: str) -> list[int]:
    found = []
    for deal in deals_:
        history = sorted(deal.stage_changes, key=lambda step: (step.changed_on, step.id))
        for here, after in pairwise(history):
            if here.to_stage.code == code:
                found.append((after.changed_on - here.changed_on).days)
    return found


@pytest.mark.parametrize("narrowed", [False, True])
def test_every_figure_is_what_a_count_by_hand_gives(
    session: Session, pipeline: Pipeline, many: list[Deal], narrowed: bool
) -> None:
    where = Deal.region.has(code="a") if narrowed else true()
    counted = [deal for deal in many if not narrowed or deal.region.code == "a"]
    today = NOW.date()
    funnel = funnel_of(session, pipeline, where, today=today, least_days=LEAST)
    assert [row.stage.code for row in funnel.stages] == ["first", "second", "third", "won"]
    way = funnel.stages
    for place, row in enumerate([*way, funnel.lost]):
        inside = [deal for deal in counted if deal.stage is row.stage]
        assert row.step.count == len(inside)
        assert row.amount == sum((d.amount or 0 for d in inside), Decimal(0))
        parts = [round_money(d.amount * d.probability / 100) for d in inside if d.amount]
        assert row.weighted_amount == sum(parts, Decimal(0))
        if row is funnel.lost:
            continue
        reached = sum(ever(deal) >= row.stage.position for deal in counted)
        assert row.step.reached == reached
        if place + 1 < len(way):
            onward = sum(ever(deal) >= way[place + 1].stage.position for deal in counted)
            assert row.step.conversion == round(Decimal(onward) / reached, 4)
        days = stays(counted, row.stage.code)
        assert row.step.median_days == (Decimal(str(median(days))) if days else None)
        limit = max(LEAST, int(2 * Decimal(str(median(days))))) if days else LEAST
        stuck = [
            deal
            for deal in inside
            if deal.stage.kind is StageKind.OPEN and (today - deal.stage_since).days > limit
        ]
        assert row.stuck == len(stuck)
    won = sum(deal.stage.kind is StageKind.WON for deal in counted)
    lost = sum(deal.stage.kind is StageKind.LOST for deal in counted)
    assert funnel.won_share == round(Decimal(won) / (won + lost), 4)
    assert sum(row.stuck for row in funnel.open) > 0


def test_the_stuck_deals_are_those_that_were_counted(
    session: Session, pipeline: Pipeline, many: list[Deal]
) -> None:
    today = NOW.date()
    funnel = funnel_of(session, pipeline, true(), today=today, least_days=LEAST)
    listed = session.scalars(select(Deal).where(stuck_in(funnel.stages, today))).all()
    assert len(listed) == sum(row.stuck for row in funnel.open)
    assert all(deal.stage.kind is StageKind.OPEN for deal in listed)


def test_deals_of_other_pipelines_do_not_count(
    session: Session, pipeline: Pipeline, new_deal: NewDeal
) -> None:
    other = make_pipeline("other")
    session.add(other)
    new_deal(pipeline=other)
    new_deal()
    funnel = funnel_of(session, pipeline, true(), today=NOW.date(), least_days=LEAST)
    assert [row.step.count for row in funnel.stages] == [1, 0, 0, 0]


def test_an_empty_funnel_has_no_shares(session: Session, pipeline: Pipeline) -> None:
    funnel = funnel_of(session, pipeline, true(), today=NOW.date(), least_days=LEAST)
    assert [row.step.conversion for row in funnel.stages] == [None] * 4
    assert funnel.won_share is None


def test_steps_without_dates_count_in_no_median(session: Session, pipeline: Pipeline) -> None:
    """A file that dates only the end says nothing of how long the stages before took."""
    stage = {stage.code: stage for stage in pipeline.stages}
    won = Deal(title="X", code="X", pipeline=pipeline, stage=stage["won"])
    deals.add_past_deal(session, won, [(stage["won"], datetime(2017, 3, 1, tzinfo=UTC))])
    waiting = Deal(title="Y", code="Y", pipeline=pipeline, stage=stage["first"])
    deals.add_past_deal(session, waiting, [])
    session.flush()
    funnel = funnel_of(session, pipeline, true(), today=NOW.date(), least_days=LEAST)
    assert [row.step.median_days for row in funnel.stages] == [None] * 4
    assert [row.step.reached for row in funnel.stages] == [2, 1, 1, 1]
    assert funnel.stages[0].stuck == 0
