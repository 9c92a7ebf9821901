"""Into which part of the day something due falls: weeks end on Sunday."""

from datetime import date, timedelta

import pytest

from app.rules.work import DayPart, Priority, day_part, end_of_week

WEDNESDAY = date(2026, 11, 18)
SUNDAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("due", "today", "part"),
    [
        (date(2025, 1, 1), WEDNESDAY, DayPart.OVERDUE),
        (WEDNESDAY - timedelta(days=1), WEDNESDAY, DayPart.OVERDUE),
        (WEDNESDAY, WEDNESDAY, DayPart.TODAY),
        (WEDNESDAY + timedelta(days=1), WEDNESDAY, DayPart.THIS_WEEK),
        (SUNDAY, WEDNESDAY, DayPart.THIS_WEEK),
        (SUNDAY + timedelta(days=1), WEDNESDAY, None),
        (SUNDAY, SUNDAY, DayPart.TODAY),
        (SUNDAY + timedelta(days=1), SUNDAY, None),
    ],
)
def test_what_is_due_has_its_part(due: date, today: date, part: DayPart | None) -> None:
    assert day_part(due, today) is part


@pytest.mark.parametrize("ahead", range(7))
def test_every_day_of_a_week_ends_on_its_sunday(ahead: int) -> None:
    monday = date(2026, 11, 16)
    assert end_of_week(monday + timedelta(days=ahead)) == SUNDAY


def test_urgent_comes_before_low() -> None:
    assert sorted(Priority, key=lambda priority: -priority.rank)[0] is Priority.URGENT
