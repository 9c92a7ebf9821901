"""Money: the one place where amounts are rounded and added up."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal

from app.rules.errors import InvalidInput

CENT = Decimal("0.01")

# wide enough that the product of two stored numbers is exact before its one rounding
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)


def round_money(amount: Decimal) -> Decimal:
    """The amount in whole cents, halves away from zero; never a negative zero."""
    cents = _EXACT.quantize(amount, CENT)
    return cents if cents else Decimal("0.00")


def line_amount(
    quantity: Decimal, unit_price: Decimal, discount_rate: Decimal | int = 0
) -> Decimal:
    """quantity x unit price x (1 - discount rate), rounded once, to the cent.

    The rate is a share from 0 to 1: 0.15 takes 15 % off. Raises InvalidInput outside of it.
    """
    rate = Decimal(discount_rate)
    if not 0 <= rate <= 1:
        raise InvalidInput("A discount is between 0 and 100 percent.", field="discount_rate")
    gross = _EXACT.multiply(quantity, unit_price)
    return round_money(_EXACT.multiply(gross, 1 - rate))


def total(lines: Iterable[Decimal]) -> Decimal:
    """The sum of amounts that are rounded already, so a document adds up to the cent."""
    result = Decimal("0.00")
    for amount in lines:
        result = _EXACT.add(result, amount)
    return round_money(result)
