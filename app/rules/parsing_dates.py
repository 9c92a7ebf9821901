"""Dates and times as people type them; only forms that can mean one day are read."""

import re
from datetime import date, datetime, time, timedelta
from typing import Literal

from app.rules.errors import InvalidInput
from app.rules.text import fold_width, shorten

DateOrder = Literal["ymd", "dmy", "mdy"]

_WORDS = {
    "前天": -2, "昨天": -1, "今天": 0, "明天": 1, "后天": 2,
    "yesterday": -1, "today": 0, "tomorrow": 1,
}  # fmt: skip
_NOW = frozenset(("now", "现在", "刚才", "刚刚"))
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip

_YEAR_FIRST = re.compile(r"(?P<y>\d{4})([-/.])(?P<m>\d{1,2})\2(?P<d>\d{1,2})", re.ASCII)
_COMPACT = re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})", re.ASCII)
_CHINESE = re.compile(
    r"(?:(?P<y>\d{4}) ?年 ?)?(?P<m>\d{1,2}) ?月 ?(?P<d>\d{1,2}) ?[日号]?", re.ASCII
)
_DAY_NAMED = re.compile(r"(?P<d>\d{1,2})[-/. ](?P<m>[a-z]{3,9})[-/., ]{1,2}(?P<y>\d{4})", re.ASCII)
_NAMED_DAY = re.compile(r"(?P<m>[a-z]{3,9})[-/. ](?P<d>\d{1,2})[-/., ]{1,2}(?P<y>\d{4})", re.ASCII)
_YEAR_LAST = {
    "dmy": re.compile(r"(?P<d>\d{1,2})([-/.])(?P<m>\d{1,2})\2(?P<y>\d{4}|\d\d)", re.ASCII),
    "mdy": re.compile(r"(?P<m>\d{1,2})([-/.])(?P<d>\d{1,2})\2(?P<y>\d{4}|\d\d)", re.ASCII),
}
_ANY_YEAR_FORM = (_YEAR_FIRST, _COMPACT, _CHINESE, _DAY_NAMED, _NAMED_DAY)

_MIDNIGHT = re.compile(r"[t ]0{1,2}:00(?::00(?:\.0+)?)?$", re.ASCII)
_CLOCK = re.compile(
    r"""(?:^|[t ]|(?<=[日号天]))
        (?P<half>上午|早上|凌晨|中午|下午|晚上)?\ ?
        (?P<h>\d{1,2})\ ?[:点时]\ ?(?P<min>\d{2}|半)?
        (?:(?::|\ ?分\ ?)(?P<s>\d{2})(?:\.\d+)?\ ?秒?|\ ?分)?
        \ ?(?P<ampm>[ap]\.?m\.?)?$""",
    re.VERBOSE | re.ASCII,
)
_AFTERNOON = frozenset(("下午", "晚上"))
_OLDEST, _NEWEST = 1800, 2199
#: years of two digits below it lie in this century, as in POSIX
_PIVOT = 69


def parse_date(text: str, today: date, order: DateOrder = "ymd") -> date:
    """The day somebody typed; a form without a year means the year of `today`.

    Reads "2026-03-05", "2026/3/5", "2026.3.5", "20260305", "2026年3月5日", "3月5日",
    "5-Mar-2026", 今天/today and their neighbours, and any of them followed by 00:00. "05/03/2026"
    is read only where `order` says which of the two is the day; there a year may have two digits.
    Raises InvalidInput otherwise.
    """
    folded = _MIDNIGHT.sub("", fold_width(text).casefold())
    if folded in _WORDS:
        return today + timedelta(days=_WORDS[folded])
    forms = _ANY_YEAR_FORM if order == "ymd" else (*_ANY_YEAR_FORM, _YEAR_LAST[order])
    for form in forms:
        if match := form.fullmatch(folded):
            return _calendar_day(match, today, text)
    if _YEAR_LAST["dmy"].fullmatch(folded):
        raise InvalidInput(
            "“%(text)s” could mean two different days. Write the year first, like 2026-03-05.",
            text=shorten(text),
        )
    raise InvalidInput("“%(text)s” is not a date. Write it like 2026-03-05.", text=shorten(text))


def parse_datetime(text: str, now: datetime, order: DateOrder = "ymd") -> datetime:
    """The local moment somebody typed, without a time zone; a day alone means its 00:00.

    The day takes the forms of `parse_date`, the time "14:30", "14:30:05", "下午2:30", "2:30 pm"
    or "14点30分"; a time alone means the day of `now`. Raises InvalidInput otherwise.
    """
    folded = fold_width(text).casefold()
    if folded in _NOW:
        return now.replace(microsecond=0, tzinfo=None)
    match = _CLOCK.search(folded)
    if match is None:
        if ":" in folded:
            raise _not_a_moment(text)
        return datetime.combine(parse_date(text, now.date(), order), time())
    day = folded[: match.start()].strip()
    return datetime.combine(
        parse_date(day, now.date(), order) if day else now.date(), _clock_time(match, text)
    )


def _calendar_day(match: re.Match[str], today: date, text: str) -> date:
    year = _year(match["y"]) if match["y"] else today.year
    month = int(match["m"]) if match["m"].isdigit() else _named_month(match["m"])
    try:
        day = date(year, month, int(match["d"]))
    except ValueError:
        raise InvalidInput(
            "“%(text)s” does not exist in the calendar. Write a date like 2026-03-05.",
            text=shorten(text),
        ) from None
    if not _OLDEST <= day.year <= _NEWEST:
        raise InvalidInput(
            "The year of “%(text)s” is not between %(first)s and %(last)s.",
            text=shorten(text),
            first=_OLDEST,
            last=_NEWEST,
        )
    return day


def _year(digits: str) -> int:
    year = int(digits)
    if len(digits) > 2:
        return year
    return year + (2000 if year < _PIVOT else 1900)


def _named_month(name: str) -> int:
    for number, month in enumerate(_MONTHS, start=1):
        if month.startswith(name):
            return number
    return 0


def _clock_time(match: re.Match[str], text: str) -> time:
    hour = int(match["h"])
    minute = 30 if match["min"] == "半" else int(match["min"] or 0)
    half = match["half"] or (match["ampm"] or "").replace(".", "")
    if half in _AFTERNOON or half == "pm":
        hour = hour + 12 if 1 <= hour < 12 else hour
    elif half == "中午" and hour in (1, 2):
        hour += 12
    elif half in ("am", "凌晨") and hour == 12:
        hour = 0
    try:
        return time(hour, minute, int(match["s"] or 0))
    except ValueError:
        raise _not_a_moment(text) from None


def _not_a_moment(text: str) -> InvalidInput:
    return InvalidInput(
        "“%(text)s” is not a date and time. Write it like 2026-03-05 14:30.", text=shorten(text)
    )
