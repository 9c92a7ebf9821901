"""Into which part of the day something due falls."""

from datetime import date, timedelta

import pytest

from app.rules.work import DayPart, Priority, day_part, last_day

WEDNESDAY = date(2026, 11, 18)
SUNDAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("due", "today", "part"),
    [
        (date(2025, 1, 1), WEDNESDAY, DayPart.OVERDUE),
        (WEDNESDAY - timedelta(days=1), WEDNESDAY, DayPart.OVERDUE),
        (WEDNESDAY, WEDNESDAY, DayPart.TODAY),
        (WEDNESDAY + timedelta(days=1), WEDNESDAY, DayPart.SOON),
        (SUNDAY, WEDNESDAY, DayPart.SOON),
        (WEDNESDAY + timedelta(days=7), WEDNESDAY, DayPart.SOON),
        (WEDNESDAY + timedelta(days=8), WEDNESDAY, None),
        (SUNDAY, SUNDAY, DayPart.TODAY),
        (SUNDAY + timedelta(days=1), SUNDAY, DayPart.SOON),
    ],
)
def test_what_is_due_has_its_part(due: date, today: date, part: DayPart | None) -> None:
    assert day_part(due, today) is part


def test_every_day_looks_equally_far_ahead() -> None:
    assert {last_day(day) - day for day in (WEDNESDAY, SUNDAY)} == {timedelta(days=7)}


def test_urgent_comes_before_low() -> None:
    assert sorted(Priority, key=lambda priority: -priority.rank)[0] is Priority.URGENT
