"""Deals through their stages: every step is checked, dated and written down."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from app.entities.sales.deal import Deal, StageChange
from app.entities.sales.pipeline import LostReason, Stage
from app.rules.errors import DomainError
from app.rules.pipeline import DEAL, StageKind, check_step, probability_in
from app.services.sales.pipelines import default_pipeline, stage_of_kind, stages_of

# `now` is aware and on the clock of whoever acts: its date is the day that is written down.


def check_deal(
    session: Session, deal: Deal, *, is_new: bool, by_id: int | None, now: datetime
) -> None:
    """Before a deal is saved: its stage, probability and step follow from what was changed.

    Raises DomainError for a contact of somebody else, a stage of another pipeline, a step that
    its state does not allow, or a loss without a reason.
    """
    with session.no_autoflush:
        _check_contact(deal)
        _place(session, deal)
        if is_new and deal.engaged_date is None:
            deal.engaged_date = now.date()
        before = None if is_new else session.get(Stage, deal.stage_id)
        if before is not deal.stage:
            if before is not None:
                check_step(before.kind, deal.stage.kind, has_reason=deal.lost_reason is not None)
            elif deal.stage.kind is StageKind.LOST:
                check_step(StageKind.OPEN, StageKind.LOST, has_reason=deal.lost_reason is not None)
            typed = deal.probability if is_new or _was_typed(deal) else None
            _enter(deal, before, deal.stage, typed, by_id, now)
        deal.probability = probability_in(deal.stage.kind, deal.stage.probability, deal.probability)
        if deal.lost_reason is not None and deal.stage.kind is not StageKind.LOST:
            raise DomainError("Only lost deals have a reason for being lost.", field="lost_reason")


def move_deal(deal: Deal, stage: Stage, *, by_id: int | None, now: datetime) -> None:
    """Put an open deal into another stage of its pipeline; DomainError where that cannot be."""
    _check_stage(deal, stage)
    before = deal.stage
    if before is stage:
        return
    check_step(before.kind, stage.kind, has_reason=deal.lost_reason is not None)
    deal.stage = stage
    _enter(deal, before, stage, None, by_id, now)


def win_deal(deal: Deal, *, by_id: int | None, now: datetime) -> None:
    """The customer signed."""
    DEAL.after("win", deal.stage.kind)
    move_deal(deal, stage_of_kind(deal.pipeline, StageKind.WON), by_id=by_id, now=now)


def lose_deal(
    deal: Deal, reason: LostReason, notes: str | None, *, by_id: int | None, now: datetime
) -> None:
    """The customer went elsewhere, or nowhere."""
    DEAL.after("lose", deal.stage.kind)
    deal.lost_reason, deal.lost_notes = reason, notes or deal.lost_notes
    move_deal(deal, stage_of_kind(deal.pipeline, StageKind.LOST), by_id=by_id, now=now)


def reopen_deal(deal: Deal, *, by_id: int | None, now: datetime) -> None:
    """Back to the open stage the deal was closed from, as the ledger knows it, else the first."""
    DEAL.after("reopen", deal.stage.kind)
    before = deal.stage
    origins = [
        step.from_stage
        for step in deal.stage_changes
        if step.to_stage is before
        and step.from_stage is not None
        and step.from_stage.kind is StageKind.OPEN
    ]
    deal.stage = origins[-1] if origins else stage_of_kind(deal.pipeline, StageKind.OPEN)
    deal.lost_reason = deal.lost_notes = None
    _enter(deal, before, deal.stage, None, by_id, now)


def add_past_deal(
    session: Session,
    deal: Deal,
    steps: Iterable[tuple[Stage, datetime]],
    *,
    by_id: int | None = None,
) -> Deal:
    """Add a deal of another system with its dated `steps`: (stage entered, aware moment).

    `deal` names pipeline and stage, and what is known of its days and probability. Does not flush.
    """
    deal.stage_changes = [
        StageChange(to_stage=stage, changed_on=moment, by_id=by_id) for stage, moment in steps
    ]
    check_past_deal(session, deal)
    session.add(deal)
    return deal


def check_past_deal(session: Session, deal: Deal) -> None:
    """Before a new deal of another system is saved: the steps it brings are all of its history.

    A stage nobody dated leaves `stage_since` empty. Raises DomainError as `check_deal` does.
    """
    with session.no_autoflush:
        _check_contact(deal)
        _place(session, deal)
        deal.stage_changes.sort(key=lambda step: step.changed_on)
        before: Stage | None = None
        for step in deal.stage_changes:
            _check_stage(deal, step.to_stage)
            step.from_stage, before = before, step.to_stage
            deal.stage_since = step.changed_on.date() if step.to_stage is deal.stage else None
        reached = [deal.stage, *(step.to_stage for step in deal.stage_changes)]
        deal.furthest_stage = _furthest(reached)
        deal.probability = probability_in(deal.stage.kind, deal.stage.probability, deal.probability)


def _place(session: Session, deal: Deal) -> None:
    """A pipeline and a stage of it, where the deal does not name them."""
    if deal.pipeline is None:
        deal.pipeline = deal.stage.pipeline if deal.stage else default_pipeline(session)
    if deal.stage is None:
        deal.stage = stage_of_kind(deal.pipeline, StageKind.OPEN)
    _check_stage(deal, deal.stage)


def _check_stage(deal: Deal, stage: Stage) -> None:
    if stage.pipeline is not deal.pipeline:
        raise DomainError(
            "%(stage)s is not a stage of the pipeline %(pipeline)s.",
            field="stage",
            stage=stage.name,
            pipeline=deal.pipeline.name,
        )


def _check_contact(deal: Deal) -> None:
    if deal.contact is None:
        return
    if deal.customer is None:
        deal.customer = deal.contact.customer
    if deal.contact.customer is not deal.customer:
        raise DomainError(
            "%(contact)s is not a contact of this customer.",
            field="contact",
            contact=deal.contact.name,
        )


def _was_typed(deal: Deal) -> bool:
    """Did somebody give a probability of their own together with the new stage?"""
    return bool(inspect(deal).attrs.probability.history.has_changes())


def _enter(
    deal: Deal,
    before: Stage | None,
    stage: Stage,
    typed: int | None,
    by_id: int | None,
    now: datetime,
) -> None:
    deal.stage_changes.append(
        StageChange(from_stage=before, to_stage=stage, changed_on=now, by_id=by_id)
    )
    deal.stage_since = now.date()
    deal.closed_date = None if stage.kind is StageKind.OPEN else now.date()
    deal.probability = probability_in(stage.kind, stage.probability, typed)
    known = deal.furthest_stage
    # A deal that changed its pipeline begins there anew.
    stays = known is not None and known.pipeline is stage.pipeline
    deal.furthest_stage = _furthest([known, stage] if known is not None and stays else [stage])


def _furthest(stages: Sequence[Stage]) -> Stage:
    """The last in the pipeline's order; the lost stage ends a deal and gets it no further."""
    order = stages_of(stages[0].pipeline)
    on_the_way = [stage for stage in stages if stage.kind is not StageKind.LOST]
    return max(on_the_way, key=order.index, default=order[0])
