"""Document and record numbers: a pattern such as "CU{yyyy}{mm}-{seq:05}" and how it is filled."""

import re
from datetime import date

from app.rules.errors import InvalidInput
from app.rules.text import shorten

#: the number columns hold this many characters
MAX_LENGTH = 40

_TOKEN = re.compile(r"\{(yyyy|yy|mm|dd|seq)(?::0([1-9]|1[0-2]))?\}", re.ASCII)
_LITERAL = re.compile(r"[\w./#-]*")


def check_pattern(pattern: str) -> str:
    """The pattern, if it gives numbers that never repeat; InvalidInput says what is missing."""
    tokens = [match[1] for match in _TOKEN.finditer(pattern)]
    if any(match[2] and match[1] != "seq" for match in _TOKEN.finditer(pattern)) or (
        not _LITERAL.fullmatch(_TOKEN.sub("", pattern))
    ):
        raise InvalidInput(
            "“%(pattern)s” cannot be read. Use letters, digits, - _ / . # and {yyyy}, {yy}, {mm}, "
            "{dd}, {seq:05}.",
            pattern=shorten(pattern),
        )
    if tokens.count("seq") != 1:
        raise InvalidInput("A number pattern needs {seq} exactly once, like CU{yyyy}-{seq:05}.")
    if ("dd" in tokens and "mm" not in tokens) or (
        "mm" in tokens and not {"yyyy", "yy"} & set(tokens)
    ):
        raise InvalidInput(
            "Numbers would repeat: a pattern with {dd} needs {mm}, and one with {mm} needs {yyyy}."
        )
    if len(_fill(pattern, date(2000, 1, 1), 10**12 - 1)) > MAX_LENGTH:
        raise InvalidInput("A number has at most %(count)s characters.", count=MAX_LENGTH)
    return pattern


def format_number(pattern: str, day: date, value: int) -> str:
    """The number for the `value`-th record of its period, counted from 1.

    A value wider than its padding is written in full, so numbers stay unique.
    """
    if value < 1:
        raise ValueError(f"numbers count from 1, not {value}")
    return _fill(check_pattern(pattern), day, value)


def period_key(pattern: str, day: date) -> str:
    """The part of the date the count restarts by: "", "2026", "202603" or "20260305"."""
    tokens = {match[1] for match in _TOKEN.finditer(check_pattern(pattern))}
    if "dd" in tokens:
        return f"{day:%Y%m%d}"
    if "mm" in tokens:
        return f"{day:%Y%m}"
    return f"{day:%Y}" if tokens & {"yyyy", "yy"} else ""


def _fill(pattern: str, day: date, value: int) -> str:
    parts = {
        "yyyy": f"{day.year:04}",
        "yy": f"{day.year % 100:02}",
        "mm": f"{day.month:02}",
        "dd": f"{day.day:02}",
    }
    return _TOKEN.sub(
        lambda match: parts.get(match[1]) or f"{value:0{int(match[2] or 1)}}", pattern
    )
