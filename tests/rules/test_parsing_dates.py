"""Dates and times are read in the forms of Chinese and Western files, and only then."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.errors import InvalidInput
from app.rules.parsing import parse_date, parse_datetime

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 9, 5, 3, 77)  # noqa: DTZ001 - local time, as typed
DAY = date(2026, 3, 5)


@pytest.mark.parametrize(
    "typed",
    [
        "2026-03-05", "2026/3/5", "2026.3.5", "20260305", "2026年3月5日", "2026年03月05号",
        "3月5日", "2026 年 3 月 5 日", "２０２６／３／５", " 2026-03-05 ",
        "5-Mar-2026", "5 March 2026", "Mar 5, 2026", "5-MAR-2026",
        "2026-03-05 00:00:00.000", "2026-03-05T00:00", "2026/3/5 0:00",
    ],
)  # fmt: skip
def test_a_date_is_read(typed):
    assert parse_date(typed, TODAY) == DAY


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("今天", TODAY),
        ("today", TODAY),
        ("昨天", date(2026, 11, 20)),
        ("Yesterday", date(2026, 11, 20)),
        ("明天", date(2026, 11, 22)),
        ("tomorrow", date(2026, 11, 22)),
        ("12月31日", date(2026, 12, 31)),
    ],
)
def test_a_date_relative_to_today_is_read(typed, expected):
    assert parse_date(typed, TODAY) == expected


@pytest.mark.parametrize(
    ("order", "expected"), [("dmy", date(2026, 3, 5)), ("mdy", date(2026, 5, 3))]
)
def test_the_order_of_a_file_decides_between_day_and_month(order, expected):
    assert parse_date("05/03/2026", TODAY, order) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("05-03-26", date(2026, 3, 5)),
        ("05/03/68", date(2068, 3, 5)),
        ("05.03.69", date(1969, 3, 5)),
    ],
)
def test_a_year_of_two_digits_is_read_where_the_order_is_known(typed, expected):
    assert parse_date(typed, TODAY, "dmy") == expected


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("05/03/2026", "two different days"),
        ("05-03-26", "two different days"),
        ("2026-02-30", "does not exist"),
        ("2月29日", "does not exist"),  # not in the year of today
        ("5-Foo-2026", "does not exist"),
        ("0206-03-05", "between 1800 and 2199"),
        ("46000", "not a date"),  # an Excel serial
        ("26-3-5", "not a date"),
        ("2026-3/5", "not a date"),
        ("2026-03", "not a date"),
        ("2026-03-05 10:00", "not a date"),  # the time would be lost
        ("soon", "not a date"),
    ],
)
def test_a_doubtful_date_is_refused_with_its_reason(typed, reason):
    with pytest.raises(InvalidInput, match=reason):
        parse_date(typed, TODAY)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("2026-03-05 14:30", "2026-03-05 14:30:00"),
        ("2026-03-05T14:30:05.123", "2026-03-05 14:30:05"),
        ("3月5日 14:30", "2026-03-05 14:30:00"),
        ("3月5日下午2:30", "2026-03-05 14:30:00"),
        ("2026年3月5日14时30分20秒", "2026-03-05 14:30:20"),
        ("2026-03-05", "2026-03-05 00:00:00"),
        ("昨天 8:00", "2026-11-20 08:00:00"),
        ("明天下午3点", "2026-11-22 15:00:00"),
        ("下午2：30", "2026-11-21 14:30:00"),
        ("2:30 pm", "2026-11-21 14:30:00"),
        ("12:30 am", "2026-11-21 00:30:00"),
        ("12:30 p.m.", "2026-11-21 12:30:00"),
        ("2点半", "2026-11-21 02:30:00"),
        ("现在", "2026-11-21 09:05:03"),
    ],
)
def test_a_moment_is_read(typed, expected):
    assert str(parse_datetime(typed, NOW)) == expected


@pytest.mark.parametrize(
    "typed", ["2026-03-05 24:00", "25:00", "2026-03-05T14:30Z", "2026-03-05T14:30+08:00", "14"]
)
def test_a_doubtful_moment_is_refused(typed):
    with pytest.raises(InvalidInput):
        parse_datetime(typed, NOW)


@given(st.dates(date(1800, 1, 1), date(2199, 12, 31)))
def test_every_day_is_read_back_from_its_usual_forms(day):
    assert parse_date(day.isoformat(), TODAY) == day
    assert parse_date(f"{day.year}年{day.month}月{day.day}日", TODAY) == day
    assert parse_date(f"{day:%d/%m/%Y}", TODAY, "dmy") == day


@given(st.text(alphabet="0123456789年月日-/.: 下午pmT", max_size=20))
def test_any_text_is_a_moment_or_refused(text):
    try:
        moment = parse_datetime(text, NOW)
    except InvalidInput:
        return
    assert moment.tzinfo is None
