"""Presets of the date filter mean whole calendar spans."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.customers import age_on
from app.rules.dates import DatePreset, Span, date_range, days_of, span_around, span_name, words_of
from app.rules.errors import InvalidInput

DAYS = st.dates(date(1900, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("today", "2024-03-31", "2024-03-31"),
        ("yesterday", "2024-03-30", "2024-03-30"),
        ("tomorrow", "2024-04-01", "2024-04-01"),
        ("this_week", "2024-03-25", "2024-03-31"),  # a Sunday closes its week
        ("last_week", "2024-03-18", "2024-03-24"),
        ("next_week", "2024-04-01", "2024-04-07"),
        ("this_month", "2024-03-01", "2024-03-31"),
        ("last_month", "2024-02-01", "2024-02-29"),  # leap year
        ("next_month", "2024-04-01", "2024-04-30"),
        ("this_quarter", "2024-01-01", "2024-03-31"),
        ("last_quarter", "2023-10-01", "2023-12-31"),
        ("next_quarter", "2024-04-01", "2024-06-30"),
        ("this_year", "2024-01-01", "2024-12-31"),
        ("last_year", "2023-01-01", "2023-12-31"),
        ("next_year", "2025-01-01", "2025-12-31"),
        ("last_30_days", "2024-03-02", "2024-03-31"),
        ("next_7_days", "2024-03-31", "2024-04-06"),
        ("overdue", "0001-01-01", "2024-03-30"),
        ("last_1_days", "2024-03-31", "2024-03-31"),
        ("last_90_days", "2024-01-02", "2024-03-31"),
        ("next_2_days", "2024-03-31", "2024-04-01"),
        ("older_than_7_days", "0001-01-01", "2024-03-23"),
    ],
)
def test_a_span_means_these_days(code: str, first: str, last: str) -> None:
    span = days_of(code, date(2024, 3, 31))
    assert span == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    "code",
    [
        "",
        "someday",
        "last_0_days",
        "last_-1_days",
        "last_999999_days",
        "last_７_days",
        "last_7_day",
    ],
)
def test_what_names_no_span_is_refused(code: str) -> None:
    with pytest.raises(InvalidInput):
        days_of(code, date(2024, 3, 31))
    with pytest.raises(InvalidInput):
        words_of(code)


@given(DAYS)
def test_what_is_older_than_some_days_ends_where_those_days_begin(today: date) -> None:
    _first, last = days_of("older_than_6_days", today)
    first, _last = days_of("last_7_days", today)
    assert last + timedelta(days=1) == first


@given(DAYS, st.sampled_from(["week", "month", "quarter", "year"]))
def test_spans_follow_one_another_without_a_gap(today: date, span: str) -> None:
    last, this, following = (
        date_range(DatePreset(f"{which}_{span}"), today) for which in ("last", "this", "next")
    )
    assert last[1] + timedelta(days=1) == this[0]
    assert this[1] + timedelta(days=1) == following[0]
    assert this[0] <= today <= this[1]


@given(DAYS, st.sampled_from(Span))
def test_every_day_of_a_span_leads_to_the_same_one(day: date, span: Span) -> None:
    first, last = span_around(span, day)
    assert span_around(span, first) == span_around(span, last) == (first, last)
    assert span_name(span, first) != span_name(span, last + timedelta(days=1))


@pytest.mark.parametrize(
    ("span", "name"),
    [("day", "2024-12-30"), ("week", "2025-W01"), ("month", "2024-12"), ("quarter", "2024-Q4"),
     ("year", "2024")],
)  # fmt: skip
def test_a_span_is_named_by_its_place_in_the_calendar(span: str, name: str) -> None:
    assert span_name(Span(span), span_around(Span(span), date(2024, 12, 30))[0]) == name


def test_words_keep_the_number_apart_for_the_translation() -> None:
    assert words_of("last_7_days") == ("Last %(count)s days", 7)
    assert words_of("next_week") == ("Next week", None)


@pytest.mark.parametrize(
    ("today", "age"),
    [("2026-02-28", 25), ("2026-03-01", 26), ("2024-02-29", 24)],
)
def test_somebody_born_on_29_february_ages_on_1_march(today: str, age: int) -> None:
    assert age_on(date(2000, 2, 29), date.fromisoformat(today)) == age
