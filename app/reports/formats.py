"""Values as printed: amounts, quantities, shares and days in the reader's language."""

from datetime import date
from decimal import Decimal

from babel.numbers import format_compact_decimal
from flask_babel import format_date, format_decimal, get_locale


def money(amount: Decimal | None) -> str:
    """Two decimals, thousands apart; nothing for no amount."""
    return "" if amount is None else format_decimal(amount, "#,##0.00")


def quantity(number: Decimal | int | None) -> str:
    """As many of the four decimals as say something."""
    return "" if number is None else format_decimal(number, "#,##0.####")


def signed(number: Decimal) -> str:
    """One decimal, with its sign."""
    return format_decimal(number, "+#,##0.0;-#,##0.0")


def short(amount: Decimal) -> str:
    """A rough amount for a chart: 534,775 as "53.5万" or "535K"."""
    return format_compact_decimal(amount, locale=get_locale(), fraction_digits=1)


def percent(share: Decimal | None, pattern: str = "0.##") -> str:
    """0.125 as "12.5%"; nothing for no share and for none at all."""
    return f"{format_decimal(share * 100, pattern)}%" if share else ""


def day(value: date | None) -> str:
    return "" if value is None else format_date(value, "yyyy-MM-dd")
