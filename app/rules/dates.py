"""Named spans of days that filters offer, and the days they mean."""

from datetime import date, timedelta

from app.rules.choices import Choice


class DatePreset(Choice):
    """The spans a date filter offers; weeks start on Monday."""

    TODAY = "today", "Today"
    TOMORROW = "tomorrow", "Tomorrow"
    THIS_WEEK = "this_week", "This week"
    THIS_MONTH = "this_month", "This month"
    LAST_MONTH = "last_month", "Last month"
    LAST_30_DAYS = "last_30_days", "Last 30 days"
    NEXT_7_DAYS = "next_7_days", "Next 7 days"
    THIS_YEAR = "this_year", "This year"
    OVERDUE = "overdue", "Overdue"


def date_range(preset: DatePreset, today: date) -> tuple[date, date]:
    """First and last day of the span, both included.

    "Last 30 days" ends and "Next 7 days" begins with today; "Overdue" is every day before today.
    """
    one = timedelta(days=1)
    match preset:
        case DatePreset.TODAY:
            return today, today
        case DatePreset.TOMORROW:
            return today + one, today + one
        case DatePreset.THIS_WEEK:
            monday = today - today.weekday() * one
            return monday, monday + 6 * one
        case DatePreset.THIS_MONTH:
            return today.replace(day=1), _last_of_month(today)
        case DatePreset.LAST_MONTH:
            last = today.replace(day=1) - one
            return last.replace(day=1), last
        case DatePreset.LAST_30_DAYS:
            return today - 29 * one, today
        case DatePreset.NEXT_7_DAYS:
            return today, today + 6 * one
        case DatePreset.THIS_YEAR:
            return date(today.year, 1, 1), date(today.year, 12, 31)
        case DatePreset.OVERDUE:
            return date.min, today - one


def _last_of_month(day: date) -> date:
    # the 28th plus four days is always in the next month
    following = day.replace(day=28) + timedelta(days=4)
    return following - timedelta(days=following.day)
