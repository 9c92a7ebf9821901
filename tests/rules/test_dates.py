"""Presets of the date filter mean whole calendar spans."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.customers import age_on
from app.rules.dates import DatePreset, date_range


@pytest.mark.parametrize(
    ("preset", "first", "last"),
    [
        ("today", "2024-03-31", "2024-03-31"),
        ("tomorrow", "2024-04-01", "2024-04-01"),
        ("this_week", "2024-03-25", "2024-03-31"),  # a Sunday closes its week
        ("this_month", "2024-03-01", "2024-03-31"),
        ("last_month", "2024-02-01", "2024-02-29"),  # leap year
        ("last_30_days", "2024-03-02", "2024-03-31"),
        ("next_7_days", "2024-03-31", "2024-04-06"),
        ("this_year", "2024-01-01", "2024-12-31"),
        ("overdue", "0001-01-01", "2024-03-30"),
    ],
)
def test_a_preset_means_these_days(preset, first, last):
    span = date_range(DatePreset(preset), date(2024, 3, 31))
    assert span == (date.fromisoformat(first), date.fromisoformat(last))


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_months_follow_one_another_without_a_gap(today):
    first, _ = date_range(DatePreset.THIS_MONTH, today)
    _, last = date_range(DatePreset.LAST_MONTH, today)
    assert last + timedelta(days=1) == first


@pytest.mark.parametrize(
    ("today", "age"),
    [("2026-02-28", 25), ("2026-03-01", 26), ("2024-02-29", 24)],
)
def test_somebody_born_on_29_february_ages_on_1_march(today, age):
    assert age_on(date(2000, 2, 29), date.fromisoformat(today)) == age
