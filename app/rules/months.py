"""Calendar months, each named by its first day."""

import re
from datetime import date, timedelta

from app.rules.errors import InvalidInput

_WRITTEN = re.compile(r"(?P<year>(?:19|20)\d\d)-(?P<month>0?[1-9]|1[0-2])", re.ASCII)


def month_of(day: date) -> date:
    return day.replace(day=1)


def month_after(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def last_day_of(first: date) -> date:
    return month_after(first) - timedelta(days=1)


def last_months(first: date, count: int) -> list[date]:
    """`count` months in a row that end with `first`."""
    months = [first]
    while len(months) < count:
        months.append(month_of(months[-1] - timedelta(days=1)))
    return months[::-1]


def parse_month(text: str) -> date:
    """The month that "2026-03" means; InvalidInput for anything else."""
    match = _WRITTEN.fullmatch(text.strip())
    if match is None:
        raise InvalidInput("Write the month like 2026-03.", field="month")
    return date(int(match["year"]), int(match["month"]), 1)
