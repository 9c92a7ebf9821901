"""Background work waits longer after each failure, and schedules follow the company's clock."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.rules.jobs import (
    Daily,
    Every,
    JobState,
    Timing,
    can_cancel,
    can_retry,
    retry_delay,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempts", "seconds"),
    [(1, 10), (2, 40), (3, 160), (4, 640), (5, 2560), (6, 3600), (99, 3600)],
)
def test_each_failure_waits_four_times_as_long_up_to_an_hour(attempts: int, seconds: int) -> None:
    assert retry_delay(attempts) == timedelta(seconds=seconds)


def test_there_is_no_delay_before_the_first_failure() -> None:
    with pytest.raises(ValueError, match="from 1"):
        retry_delay(0)


@pytest.mark.parametrize(
    ("state", "cancels", "retries"),
    [
        (JobState.QUEUED, True, False),
        (JobState.RUNNING, True, False),
        (JobState.FAILED, True, True),  # brings the next attempt forward
        (JobState.DONE, False, False),  # done work is never done again
        (JobState.DEAD, False, True),
        (JobState.CANCELLED, False, True),
    ],
)
def test_what_may_be_done_with_a_job(state: JobState, cancels: bool, retries: bool) -> None:
    assert (can_cancel(state), can_retry(state)) == (cancels, retries)


@pytest.mark.parametrize(
    ("timing", "now", "zone", "due"),
    [
        (Every(timedelta(minutes=15)), utc(2026, 3, 5, 8, 22, 9), SHANGHAI, utc(2026, 3, 5, 8, 15)),
        (Every(timedelta(minutes=15)), utc(2026, 3, 5, 8, 15), SHANGHAI, utc(2026, 3, 5, 8, 15)),
        # half past three in Shanghai is 19:30 UTC of the day before
        (Daily(time(3, 30)), utc(2026, 3, 5, 12), SHANGHAI, utc(2026, 3, 4, 19, 30)),
        (Daily(time(3, 30)), utc(2026, 3, 5, 19, 30), SHANGHAI, utc(2026, 3, 5, 19, 30)),
        # Thursday 5 March: the Monday before
        (Daily(time(8), frozenset({0})), utc(2026, 3, 5, 12), SHANGHAI, utc(2026, 3, 2, 0)),
        (Daily(time(8), month_day=1), utc(2026, 3, 5, 12), SHANGHAI, utc(2026, 3, 1, 0)),
        (Daily(time(8), month_day=28), utc(2026, 3, 5, 12), SHANGHAI, utc(2026, 2, 28, 0)),
        # 29 March 2026 has no 02:30 in Berlin: it is due at 03:30 summer time
        (Daily(time(2, 30)), utc(2026, 3, 29, 6), BERLIN, utc(2026, 3, 29, 1, 30)),
        # 25 October 2026 has 02:30 twice: the first counts, the second is not due again
        (Daily(time(2, 30)), utc(2026, 10, 25, 0, 30), BERLIN, utc(2026, 10, 25, 0, 30)),
        (Daily(time(2, 30)), utc(2026, 10, 25, 1, 30), BERLIN, utc(2026, 10, 25, 0, 30)),
    ],
)
def test_the_last_due_moment(timing: Timing, now: datetime, zone: ZoneInfo, due: datetime) -> None:
    assert timing.last_due(now, zone) == due


@pytest.mark.parametrize(
    "make",
    [
        lambda: Every(timedelta(0)),
        lambda: Daily(time(8), frozenset()),
        lambda: Daily(time(8), frozenset({7})),
        lambda: Daily(time(8), month_day=31),  # not every month has one
        lambda: Daily(time(8), frozenset({0}), month_day=1),
    ],
)
def test_a_timing_that_would_never_or_wrongly_be_due_is_refused(make) -> None:
    with pytest.raises(ValueError, match=r"day|interval"):
        make()
