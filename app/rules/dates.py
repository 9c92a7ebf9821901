"""Named spans of days that filters offer, and the days they mean."""

import re
from datetime import date, timedelta

from app.rules.choices import Choice
from app.rules.errors import InvalidInput

_ONE = timedelta(days=1)
#: "Last 7 days" and the like, which people write with any number
_COUNTED = re.compile(r"(last|next|older_than)_([1-9][0-9]{0,4})_days", re.ASCII)


class CountedDays(Choice):
    """What stands before the number."""

    LAST = "last", "Last %(count)s days"
    NEXT = "next", "Next %(count)s days"
    OLDER_THAN = "older_than", "More than %(count)s days ago"


class DatePreset(Choice):
    """The spans a date filter offers; weeks start on Monday."""

    TODAY = "today", "Today"
    YESTERDAY = "yesterday", "Yesterday"
    TOMORROW = "tomorrow", "Tomorrow"
    THIS_WEEK = "this_week", "This week"
    LAST_WEEK = "last_week", "Last week"
    NEXT_WEEK = "next_week", "Next week"
    THIS_MONTH = "this_month", "This month"
    LAST_MONTH = "last_month", "Last month"
    NEXT_MONTH = "next_month", "Next month"
    THIS_QUARTER = "this_quarter", "This quarter"
    LAST_QUARTER = "last_quarter", "Last quarter"
    NEXT_QUARTER = "next_quarter", "Next quarter"
    THIS_YEAR = "this_year", "This year"
    LAST_YEAR = "last_year", "Last year"
    NEXT_YEAR = "next_year", "Next year"
    LAST_30_DAYS = "last_30_days", "Last 30 days"
    NEXT_7_DAYS = "next_7_days", "Next 7 days"
    OVERDUE = "overdue", "Overdue"


class Span(Choice):
    """The spans of the calendar that days are gathered in."""

    DAY = "day", "Day"
    WEEK = "week", "Week"
    MONTH = "month", "Month"
    QUARTER = "quarter", "Quarter"
    YEAR = "year", "Year"


_PRESETS = {str(preset.value): preset for preset in DatePreset}
_SPANS = {str(span.value): span for span in Span}
_COUNTS = {str(which.value): which for which in CountedDays}


def days_of(code: str, today: date) -> tuple[date, date]:
    """First and last day, both included, of a preset or of "last_7_days", "next_7_days" and
    "older_than_7_days" with any number up to 99999; InvalidInput for anything else.

    "Last 7 days" ends and "Next 7 days" begins with today; what is older than 7 days lies before
    the day that was 7 days ago, and "Overdue" is every day before today. An end that the calendar
    does not reach is its first or last day.
    """
    if (counted := _COUNTED.fullmatch(code)) is not None:
        return _counted(_COUNTS[counted[1]], int(counted[2]), today)
    if code not in _PRESETS:
        raise InvalidInput("Unknown period: %(value)s", value=code)
    return date_range(_PRESETS[code], today)


def words_of(code: str) -> tuple[str, int | None]:
    """The msgid of a span that `days_of` knows, and the number that stands in it, if one does."""
    if code in _PRESETS:
        return _PRESETS[code].label, None
    counted = _COUNTED.fullmatch(code)
    if counted is None:
        raise InvalidInput("Unknown period: %(value)s", value=code)
    return _COUNTS[counted[1]].label, int(counted[2])


def date_range(preset: DatePreset, today: date) -> tuple[date, date]:
    """First and last day of a preset, both included; see `days_of`."""
    match preset:
        case DatePreset.TODAY:
            return today, today
        case DatePreset.YESTERDAY:
            return today - _ONE, today - _ONE
        case DatePreset.TOMORROW:
            return today + _ONE, today + _ONE
        case DatePreset.LAST_30_DAYS:
            return _counted(CountedDays.LAST, 30, today)
        case DatePreset.NEXT_7_DAYS:
            return _counted(CountedDays.NEXT, 7, today)
        case DatePreset.OVERDUE:
            return date.min, today - _ONE
    which, _underscore, name = preset.value.partition("_")
    span = _SPANS[name]
    first, last = span_around(span, today)
    if which == "this":
        return first, last
    return span_around(span, first - _ONE if which == "last" else last + _ONE)


def span_around(span: Span, day: date) -> tuple[date, date]:
    """First and last day of the day, week, month, quarter or year that `day` lies in."""
    match span:
        case Span.DAY:
            return day, day
        case Span.WEEK:
            monday = day - day.weekday() * _ONE
            return monday, monday + 6 * _ONE
        case Span.MONTH:
            return day.replace(day=1), _last_of_month(day)
        case Span.QUARTER:
            first = day.month - (day.month - 1) % 3
            return date(day.year, first, 1), _last_of_month(date(day.year, first + 2, 1))
        case Span.YEAR:
            return date(day.year, 1, 1), date(day.year, 12, 31)


def span_name(span: Span, first: date) -> str:
    """A span by its first day, as it is written in every language: 2026-03-31, 2026-W13 of its
    ISO year, 2026-03, 2026-Q1, 2026."""
    match span:
        case Span.DAY:
            return first.isoformat()
        case Span.WEEK:
            year, week, _day = first.isocalendar()
            return f"{year}-W{week:02}"
        case Span.MONTH:
            return f"{first.year:04}-{first.month:02}"
        case Span.QUARTER:
            return f"{first.year:04}-Q{(first.month + 2) // 3}"
        case Span.YEAR:
            return f"{first.year:04}"


def _counted(which: CountedDays, count: int, today: date) -> tuple[date, date]:
    match which:
        case CountedDays.LAST:
            return _moved(today, 1 - count), today
        case CountedDays.NEXT:
            return today, _moved(today, count - 1)
        case CountedDays.OLDER_THAN:
            return date.min, _moved(today, -count - 1)


def _moved(day: date, days: int) -> date:
    """`days` on, within the calendar."""
    ends = date.min.toordinal(), date.max.toordinal()
    return date.fromordinal(min(max(day.toordinal() + days, ends[0]), ends[1]))


def _last_of_month(day: date) -> date:
    # the 28th plus four days is always in the next month
    following = day.replace(day=28) + timedelta(days=4)
    return following - timedelta(days=following.day)
