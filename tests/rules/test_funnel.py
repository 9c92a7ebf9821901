"""The figures of the funnel, each against a plain count."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.funnel import (
    last_day_stuck,
    median_days,
    reached,
    share,
    steps_of,
    stuck_after,
    weighted_amount,
)


@pytest.mark.parametrize(
    ("amount", "probability", "weighted"),
    [
        (Decimal("1000.00"), 30, Decimal("300.00")),
        (Decimal("0.05"), 50, Decimal("0.03")),  # half a cent goes up
        (Decimal("12.50"), None, Decimal("0.00")),
        (None, 30, None),
    ],
)
def test_a_weighted_amount_is_rounded_to_the_cent(
    amount: Decimal | None, probability: int | None, weighted: Decimal | None
) -> None:
    assert weighted_amount(amount, probability) == weighted


@given(st.lists(st.integers(0, 6), max_size=200))
def test_reached_counts_every_deal_that_came_so_far_or_further(furthest: list[int]) -> None:
    counts = [furthest.count(stage) for stage in range(7)]
    assert reached(counts) == [sum(f >= stage for f in furthest) for stage in range(7)]


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(1, 3, Decimal("0.3333")), (4238, 6711, Decimal("0.6315")), (0, 5, Decimal(0)), (0, 0, None)],
)
def test_a_share_of_nothing_is_unknown(part: int, whole: int, expected: Decimal | None) -> None:
    assert share(part, whole) == expected


@pytest.mark.parametrize(
    ("stays", "usual"),
    [([], None), ([4], Decimal(4)), ([9, 1, 5], Decimal(5)), ([1, 2], Decimal("1.5"))],
)
def test_the_median_of_stays(stays: list[int], usual: Decimal | None) -> None:
    assert median_days(stays) == usual


@pytest.mark.parametrize(
    ("usual", "least", "after"),
    [
        (None, 14, 14),
        (Decimal(3), 14, 14),
        (Decimal(7), 14, 14),
        (Decimal(10), 14, 20),
        (Decimal("10.5"), 14, 21),
    ],
)
def test_stuck_is_twice_the_usual_time_but_not_before_the_least(
    usual: Decimal | None, least: int, after: int
) -> None:
    assert stuck_after(usual, least) == after


@given(st.integers(0, 400), st.integers(1, 200))
def test_a_deal_is_stuck_from_the_day_after_the_limit(days: int, after: int) -> None:
    today = date(2026, 11, 21)
    entered = today - timedelta(days=days)
    assert (entered <= last_day_stuck(today, after)) is (days > after)


def test_the_steps_of_a_funnel_hang_together() -> None:
    dice = Random(7)  # noqa: S311 - a test's dice
    furthest = [dice.randrange(50) for _ in range(5)]
    steps = steps_of([3, 0, 2, 1, 9], furthest, [[1, 2, 3], [], [40], [5, 5], []], least_days=14)
    assert [step.count for step in steps] == [3, 0, 2, 1, 9]
    assert [step.reached for step in steps] == [sum(furthest[i:]) for i in range(5)]
    for here, after in pairwise(steps):
        assert here.conversion == round(Decimal(after.reached) / here.reached, 4)
    assert steps[-1].conversion is None
    assert [step.stuck_after for step in steps] == [14, 14, 80, 14, 14]
    assert [step.median_days for step in steps] == [2, None, 40, 5, None]
