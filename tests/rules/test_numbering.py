"""Numbers follow their pattern and cannot repeat."""

from datetime import date

import pytest

from app.rules.errors import InvalidInput
from app.rules.numbering import check_pattern, format_number, period_key

DAY = date(2026, 3, 5)


@pytest.mark.parametrize(
    ("pattern", "value", "number", "period"),
    [
        ("CU{yyyy}{mm}-{seq:05}", 12, "CU202603-00012", "202603"),
        ("{yy}{mm}{dd}/{seq:03}", 1, "260305/001", "20260305"),
        ("SO-{yyyy}-{seq}", 7, "SO-2026-7", "2026"),
        ("客户{seq:04}", 3, "客户0003", ""),
        ("{seq:02}", 123, "123", ""),  # wider than its padding, still unique
    ],
)
def test_a_pattern_gives_number_and_period(pattern, value, number, period):
    assert format_number(pattern, DAY, value) == number
    assert period_key(pattern, DAY) == period


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("CU", "exactly once"),
        ("{seq}{seq}", "exactly once"),
        ("{mm}{seq}", "would repeat"),
        ("{yyyy}{dd}{seq}", "would repeat"),
        ("{yyyy:04}{seq}", "cannot be read"),
        ("{seq.__class__}", "cannot be read"),
        ("A B{seq}", "cannot be read"),
        ("{seq", "cannot be read"),
        ("A" * 30 + "{seq:05}", "at most 40"),
    ],
)
def test_a_pattern_that_cannot_number_is_refused(pattern, reason):
    with pytest.raises(InvalidInput, match=reason):
        check_pattern(pattern)


def test_numbers_count_from_one():
    with pytest.raises(ValueError, match="count from 1"):
        format_number("{seq}", DAY, 0)
