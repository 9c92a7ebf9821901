"""Background work: its states, how long to wait after a failure, and when a schedule is due."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from app.rules.choices import Choice

FIRST_RETRY = timedelta(seconds=10)
LONGEST_RETRY = timedelta(hours=1)


class JobState(Choice):
    """Where a job stands; `failed` waits for its next attempt, `dead` gave up."""

    QUEUED = "queued", "Waiting", "blue"
    RUNNING = "running", "Running", "yellow"
    DONE = "done", "Done", "green"
    FAILED = "failed", "Failed, will be tried again", "orange"
    DEAD = "dead", "Failed", "red"
    CANCELLED = "cancelled", "Cancelled", "gray"


#: states a worker may take a job from
WAITING = frozenset({JobState.QUEUED, JobState.FAILED})
#: states nothing happens in any more unless a person retries
ENDED = frozenset({JobState.DONE, JobState.DEAD, JobState.CANCELLED})


def can_cancel(state: JobState) -> bool:
    """Whatever has not ended may be cancelled."""
    return state not in ENDED


def can_retry(state: JobState) -> bool:
    """Done work is never done again; waiting work may be brought forward."""
    return state in {JobState.DEAD, JobState.CANCELLED, JobState.FAILED}


def retry_delay(attempts: int) -> timedelta:
    """How long to wait after the `attempts`-th failure (from 1): 10 s, 40 s, 160 s, … one hour."""
    if attempts < 1:
        raise ValueError(f"attempts count from 1, not {attempts}")
    # Beyond a few steps the power only overflows; the cap has long been reached.
    return min(FIRST_RETRY * int(4 ** min(attempts - 1, 10)), LONGEST_RETRY)


class Timing(Protocol):
    """When something regular happens."""

    def last_due(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The latest moment not after `now` (aware) at which it was due, in UTC."""
        ...


@dataclass(frozen=True)
class Every:
    """Every so often, counted in UTC from 1970, so that all processes agree on the moments."""

    interval: timedelta

    def __post_init__(self) -> None:
        if self.interval < timedelta(seconds=1):
            raise ValueError("an interval has at least one second")

    def last_due(self, now: datetime, zone: ZoneInfo) -> datetime:
        epoch = datetime(1970, 1, 1, tzinfo=UTC)
        return epoch + (now - epoch) // self.interval * self.interval


@dataclass(frozen=True)
class Daily:
    """Every day at a time of the company's clock, or only on some days.

    `weekdays` counts from Monday = 0, `month_day` from 1 to 28. On the night the clock springs
    forward a missing time is due as much later; on the night it falls back, the first time counts.
    """

    at: time
    weekdays: frozenset[int] | None = None
    month_day: int | None = None

    def __post_init__(self) -> None:
        if self.weekdays is not None and not (self.weekdays and self.weekdays <= set(range(7))):
            raise ValueError("weekdays are 0 (Monday) to 6 (Sunday)")
        if self.month_day is not None and not 1 <= self.month_day <= 28:
            raise ValueError("every month has the days 1 to 28")
        if self.weekdays is not None and self.month_day is not None:
            raise ValueError("by weekday or by day of the month, not both")

    def last_due(self, now: datetime, zone: ZoneInfo) -> datetime:
        day = now.astimezone(zone).date()
        for back in range(40):
            moment = datetime.combine(day - timedelta(days=back), self.at, zone)
            due = moment.astimezone(UTC)
            if self._suits(moment) and due <= now:
                return due
        raise AssertionError("some day within 40 days suits every timing")

    def _suits(self, moment: datetime) -> bool:
        if self.weekdays is not None:
            return moment.weekday() in self.weekdays
        return self.month_day is None or moment.day == self.month_day
