"""Numbers as the reader writes them, without taking a pattern apart for each of hundreds."""

from decimal import Decimal
from functools import cache

from babel import Locale
from babel.numbers import get_decimal_symbol, get_group_symbol

from app.lowcode.texts import locale_of_reader


def grouped(value: Decimal | float, least: int = 0, most: int = 3) -> str:
    """1,234.50: thousands apart, `least` to `most` decimals, rounded half to even."""
    written = f"{Decimal(value) if isinstance(value, int) else value:,.{most}f}"
    if least < most:
        whole, point, decimals = written.partition(".")
        kept = decimals.rstrip("0").ljust(least, "0")
        written = f"{whole}{point}{kept}" if kept else whole
    symbols = _symbols(locale_of_reader())
    return written.translate(symbols) if symbols else written


@cache
def _symbols(locale: Locale | None) -> dict[int, str]:
    """What stands in this language for the comma and the point; empty where they stay."""
    if locale is None:
        return {}
    symbols = {",": get_group_symbol(locale), ".": get_decimal_symbol(locale)}
    return str.maketrans({sign: own for sign, own in symbols.items() if sign != own})
