"""The figures of the sales funnel: weighted amounts, conversion, days in a stage, stuck deals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from statistics import median

from app.rules.amounts import round_money

#: A deal is stuck when it stands in a stage this many times longer than deals usually do.
STUCK_FACTOR = 2


@dataclass(frozen=True)
class Step:
    """One stage of the funnel. Counts are deals; `days` are whole days of stays that ended."""

    #: deals that stand in the stage now
    count: int
    #: deals that ever reached the stage or one after it
    reached: int
    #: share of them, 0 to 1, that went on to the next stage; None where nobody could
    conversion: Decimal | None
    median_days: Decimal | None
    #: an open deal is stuck after more days than these
    stuck_after: int


def weighted_amount(amount: Decimal | None, probability: int | None) -> Decimal | None:
    """amount x probability / 100, rounded to the cent; None where no amount is known."""
    if amount is None:
        return None
    return round_money(amount * (probability or 0) / 100)


def share(part: int, whole: int) -> Decimal | None:
    """part / whole with four decimals; None of nothing."""
    return round(Decimal(part) / whole, 4) if whole else None


def reached(furthest: Sequence[int]) -> list[int]:
    """Deals that ever reached each stage, from how many got no further than each of them.

    Stages in their order; a deal that skipped a stage has reached it all the same.
    """
    return list(accumulate(reversed(furthest)))[::-1]


def median_days(stays: Sequence[int]) -> Decimal | None:
    """The median of whole days; None of nothing."""
    return Decimal(str(median(stays))) if stays else None


def stuck_after(usual: Decimal | None, least: int) -> int:
    """Days after which an open deal is stuck: twice the median of its stage, but at least `least`.

    Half days do not count: deals stand in a stage for whole ones.
    """
    return max(least, int(STUCK_FACTOR * usual)) if usual is not None else least


def last_day_stuck(today: date, after: int) -> date:
    """Deals that entered their stage on this day or before are stuck."""
    return today - timedelta(days=after + 1)


def steps_of(
    counts: Sequence[int],
    furthest: Sequence[int],
    stays: Sequence[Sequence[int]],
    least_days: int,
) -> list[Step]:
    """The funnel of stages in their order.

    `counts`: deals now in each stage; `furthest`: deals that got no further than it; `stays`: the
    days of every ended stay in it.
    """
    ever = reached(furthest)
    following = [*ever[1:], 0]
    steps = []
    for place, count in enumerate(counts):
        is_last = place == len(counts) - 1
        usual = median_days(stays[place])
        steps.append(
            Step(
                count=count,
                reached=ever[place],
                conversion=None if is_last else share(following[place], ever[place]),
                median_days=usual,
                stuck_after=stuck_after(usual, least_days),
            )
        )
    return steps
