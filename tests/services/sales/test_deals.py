"""Deals take the steps their state allows, and every step is written down."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.customers import Contact, Customer
from app.entities.sales.deal import Deal, StageChange
from app.entities.sales.pipeline import LostReason, Pipeline, Stage
from app.rules.errors import DomainError
from app.rules.pipeline import DEAL, StageKind
from app.services.sales import deals
from tests.services.sales.conftest import NOW, make_pipeline

pytestmark = pytest.mark.usefixtures("database")

NewDeal = Callable[..., Deal]
StageOf = Callable[[str], Stage]
LATER = NOW + timedelta(days=12)


def steps(deal: Deal) -> list[tuple[str | None, str]]:
    return [
        (step.from_stage.code if step.from_stage else None, step.to_stage.code)
        for step in deal.stage_changes
    ]


def save(session: Session, deal: Deal, now: datetime = LATER) -> None:
    deals.check_deal(session, deal, is_new=False, by_id=None, now=now)
    session.flush()


def test_a_new_deal_starts_in_the_first_stage_of_the_default_pipeline(new_deal: NewDeal) -> None:
    deal = new_deal(amount=Decimal("199.99"))
    assert (deal.pipeline.code, deal.stage.code, deal.furthest_stage.code) == (
        "main",
        "first",
        "first",
    )
    assert (deal.probability, deal.weighted_amount) == (10, Decimal("20.00"))
    assert (deal.stage_since, deal.closed_date) == (date(2026, 11, 21), None)
    assert steps(deal) == [(None, "first")]
    assert deal.code


def test_a_stage_set_in_a_form_is_a_step(
    session: Session, new_deal: NewDeal, stage: StageOf
) -> None:
    deal = new_deal(amount=Decimal(100))
    deal.stage = stage("third")
    save(session, deal)
    assert steps(deal) == [(None, "first"), ("first", "third")]
    assert (deal.probability, deal.weighted_amount) == (70, Decimal("70.00"))
    assert deal.stage_since == date(2026, 12, 3)
    assert deal.furthest_stage is stage("third")


def test_a_probability_typed_with_the_step_stays(
    session: Session, new_deal: NewDeal, stage: StageOf
) -> None:
    deal = new_deal()
    deal.stage, deal.probability = stage("second"), 55
    save(session, deal)
    assert deal.probability == 55
    deal.probability = None  # emptied again
    save(session, deal)
    assert deal.probability == 40


def test_going_back_keeps_how_far_the_deal_ever_came(
    session: Session, new_deal: NewDeal, stage: StageOf
) -> None:
    deal = new_deal(stage=stage("third"))
    deal.stage = stage("first")
    save(session, deal)
    assert (deal.stage.code, deal.furthest_stage.code) == ("first", "third")


def test_saving_without_another_stage_is_no_step(session: Session, new_deal: NewDeal) -> None:
    deal = new_deal()
    deal.title = "另一个名称"
    save(session, deal)
    assert steps(deal) == [(None, "first")]
    assert deal.stage_since == date(2026, 11, 21)


def test_a_stage_of_another_pipeline_is_refused(session: Session, new_deal: NewDeal) -> None:
    other = make_pipeline("other")
    session.add(other)
    deal = new_deal()
    with pytest.raises(DomainError) as refused:
        deals.move_deal(deal, other.stages[0], by_id=None, now=LATER)
    assert refused.value.field == "stage"
    deal.stage = other.stages[0]
    with pytest.raises(DomainError):
        save(session, deal)


def test_a_deal_may_change_its_pipeline_together_with_the_stage(
    session: Session, new_deal: NewDeal, stage: StageOf
) -> None:
    other = make_pipeline("other")
    session.add(other)
    session.flush()
    deal = new_deal(stage=stage("third"))
    deal.pipeline, deal.stage = other, other.stages[1]
    save(session, deal)
    assert deal.furthest_stage is other.stages[1]


def test_a_won_deal_is_closed_that_day_on_the_clock_of_whoever_won_it(new_deal: NewDeal) -> None:
    deal = new_deal(amount=Decimal(100))
    shanghai = timezone(timedelta(hours=8))
    deals.win_deal(deal, by_id=None, now=datetime(2026, 12, 1, 1, tzinfo=shanghai))
    assert (deal.stage.kind, deal.probability) == (StageKind.WON, 100)
    assert deal.closed_date == date(2026, 12, 1)
    assert deal.stage_changes[-1].changed_on.astimezone(UTC).day == 30


def test_a_lost_deal_knows_why(session: Session, new_deal: NewDeal) -> None:
    deal = new_deal(amount=Decimal(100))
    reason = LostReason(code="price", name="价格")
    deals.lose_deal(deal, reason, "报价高于对手", by_id=None, now=LATER)
    session.flush()
    assert (deal.lost_reason, deal.lost_notes) == (reason, "报价高于对手")
    assert (deal.probability, deal.weighted_amount) == (0, Decimal("0.00"))
    assert deal.furthest_stage.code == "first"


@pytest.mark.parametrize("reason", [None, "price"])
def test_dropping_a_card_on_lost_needs_a_reason(
    session: Session, new_deal: NewDeal, stage: StageOf, reason: str | None
) -> None:
    deal = new_deal()
    deal.stage = stage("lost")
    deal.lost_reason = LostReason(code=reason, name=reason) if reason else None
    if reason:
        save(session, deal)
        assert deal.closed_date == date(2026, 12, 3)
    else:
        with pytest.raises(DomainError) as refused:
            save(session, deal)
        assert refused.value.field == "lost_reason"


def test_an_open_deal_has_no_reason_for_being_lost(session: Session, new_deal: NewDeal) -> None:
    deal = new_deal()
    deal.lost_reason = LostReason(code="price", name="价格")
    with pytest.raises(DomainError) as refused:
        save(session, deal)
    assert refused.value.field == "lost_reason"


@pytest.mark.parametrize("closing", ["won", "lost"])
def test_reopening_goes_back_to_the_stage_it_was_closed_from(
    session: Session, new_deal: NewDeal, stage: StageOf, closing: str
) -> None:
    deal = new_deal(stage=stage("second"))
    if closing == "won":
        deals.win_deal(deal, by_id=None, now=LATER)
    else:
        deals.lose_deal(deal, LostReason(code="x", name="x"), "", by_id=None, now=LATER)
    session.flush()
    deals.reopen_deal(deal, by_id=None, now=LATER + timedelta(days=1))
    session.flush()
    assert deal.stage is stage("second")
    assert (deal.closed_date, deal.lost_reason, deal.probability) == (None, None, 40)
    assert steps(deal)[1:] == [("second", closing), (closing, "second")]


@pytest.mark.parametrize("kind", StageKind)
@pytest.mark.parametrize("name", DEAL.actions)
def test_every_action_is_done_or_refused_in_every_state(
    new_deal: NewDeal, stage: StageOf, name: str, kind: StageKind
) -> None:
    reason = LostReason(code="x", name="x")
    code = {StageKind.OPEN: "second", StageKind.WON: "won", StageKind.LOST: "lost"}[kind]
    deal = new_deal(stage=stage(code), lost_reason=reason if code == "lost" else None)
    before = steps(deal)
    act = {
        "move": lambda: deals.move_deal(deal, stage("third"), by_id=None, now=LATER),
        "win": lambda: deals.win_deal(deal, by_id=None, now=LATER),
        "lose": lambda: deals.lose_deal(deal, reason, None, by_id=None, now=LATER),
        "reopen": lambda: deals.reopen_deal(deal, by_id=None, now=LATER),
    }[name]
    if DEAL.may(name, kind):
        act()
        assert deal.stage.kind is DEAL.after(name, kind)
        assert len(steps(deal)) == len(before) + 1
    else:
        with pytest.raises(DomainError):
            act()
        assert steps(deal) == before


def test_the_contact_brings_its_customer_along(session: Session, new_deal: NewDeal) -> None:
    customer = Customer(name="示例公司")
    session.add_all([customer, Customer(name="别家公司")])
    contact = Contact(name="张三", customer=customer)
    assert new_deal(contact=contact).customer is customer
    with pytest.raises(DomainError) as refused:
        new_deal(contact=contact, customer=Customer(name="另一家"))
    assert refused.value.field == "contact"


# deals of another system -----------------------------------------------------------
def test_history_holds_only_the_dated_steps(
    session: Session, pipeline: Pipeline, stage: StageOf
) -> None:
    engaged, won = datetime(2016, 10, 20, tzinfo=UTC), datetime(2017, 3, 1, tzinfo=UTC)
    past = Deal(
        title="X1", code="X1", pipeline=pipeline, stage=stage("won"), amount=Decimal("1054.00")
    )
    deals.add_past_deal(session, past, [(stage("second"), engaged), (stage("won"), won)])
    undated = Deal(title="X2", code="X2", pipeline=pipeline, stage=stage("first"))
    deals.add_past_deal(session, undated, [])
    session.flush()
    assert [(s.to_stage.code, s.changed_on) for s in past.stage_changes] == [
        ("second", engaged),
        ("won", won),
    ]
    assert (past.stage_since, past.probability) == (date(2017, 3, 1), 100)
    assert (undated.stage_since, undated.probability) == (None, 10)
    changes = session.scalars(select(StageChange).where(StageChange.deal == undated)).all()
    assert changes == []
    assert [past.furthest_stage.code, undated.furthest_stage.code] == ["won", "first"]


def test_a_lost_deal_of_another_system_got_as_far_as_its_dates_say(
    session: Session, pipeline: Pipeline, stage: StageOf
) -> None:
    day = datetime(2017, 1, 1, tzinfo=UTC)
    deal = Deal(title="X3", code="X3", pipeline=pipeline, stage=stage("lost"))
    deals.add_past_deal(session, deal, [(stage("second"), day), (stage("lost"), day)])
    session.flush()
    assert deal.furthest_stage.code == "second"
