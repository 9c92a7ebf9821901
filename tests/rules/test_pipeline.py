"""What may be done with a deal in each kind of stage, and what a stage does to its probability."""

import pytest

from app.rules.errors import DomainError
from app.rules.pipeline import DEAL, StageKind, check_step, may_order, probability_in

OPEN, WON, LOST = StageKind.OPEN, StageKind.WON, StageKind.LOST


@pytest.mark.parametrize(
    ("action", "kind", "after"),
    [
        ("move", OPEN, OPEN),
        ("move", WON, None),
        ("move", LOST, None),
        ("win", OPEN, WON),
        ("win", WON, None),
        ("win", LOST, None),
        ("lose", OPEN, LOST),
        ("lose", WON, None),
        ("lose", LOST, None),
        ("reopen", OPEN, None),
        ("reopen", WON, OPEN),
        ("reopen", LOST, OPEN),
    ],
)
def test_every_action_leads_on_or_is_refused(
    action: str, kind: StageKind, after: StageKind | None
) -> None:
    assert DEAL.may(action, kind) is (after is not None)
    if after is None:
        with pytest.raises(DomainError):
            DEAL.after(action, kind)
    else:
        assert DEAL.after(action, kind) is after


def test_all_actions_stand_in_the_table_above() -> None:
    assert set(DEAL.actions) == {"move", "win", "lose", "reopen"}


@pytest.mark.parametrize(("kind", "possible"), [(OPEN, True), (WON, True), (LOST, False)])
def test_orders_come_of_deals_that_are_not_lost(kind: StageKind, possible: bool) -> None:
    assert may_order(kind) is possible


@pytest.mark.parametrize("after", [OPEN, WON, LOST])
@pytest.mark.parametrize("before", [WON, LOST])
def test_a_closed_deal_moves_nowhere_before_it_is_reopened(
    before: StageKind, after: StageKind
) -> None:
    with pytest.raises(DomainError) as refused:
        check_step(before, after, has_reason=True)
    assert refused.value.field == "stage"


@pytest.mark.parametrize("after", [OPEN, WON])
def test_an_open_deal_moves_and_is_won_without_a_reason(after: StageKind) -> None:
    check_step(OPEN, after, has_reason=False)


def test_a_deal_is_lost_for_a_reason() -> None:
    check_step(OPEN, LOST, has_reason=True)
    with pytest.raises(DomainError) as refused:
        check_step(OPEN, LOST, has_reason=False)
    assert refused.value.field == "lost_reason"


@pytest.mark.parametrize(
    ("kind", "usual", "typed", "percent"),
    [
        (OPEN, 30, None, 30),
        (OPEN, 30, 45, 45),
        (OPEN, 30, 0, 0),
        (WON, 90, 45, 100),
        (LOST, 10, 45, 0),
    ],
)
def test_a_probability_is_typed_usual_or_certain(
    kind: StageKind, usual: int, typed: int | None, percent: int
) -> None:
    assert probability_in(kind, usual, typed) == percent


@pytest.mark.parametrize("typed", [-1, 101])
def test_a_probability_is_a_percentage(typed: int) -> None:
    with pytest.raises(DomainError) as refused:
        probability_in(OPEN, 30, typed)
    assert refused.value.field == "probability"
