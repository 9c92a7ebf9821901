"""The vocabulary of places and the arithmetic of stock: moving average cost."""

from decimal import Decimal

from app.rules.amounts import round_money
from app.rules.choices import Choice


class LocationKind(Choice):
    """What a place stands for; only internal ones hold goods of the company."""

    INTERNAL = "internal", "Own stock", "blue"
    SUPPLIER = "supplier", "Supplier", "teal"
    CUSTOMER = "customer", "Customer", "green"
    ADJUSTMENT = "adjustment", "Adjustment", "orange"
    OPENING = "opening", "Opening stock", "purple"
    TRANSIT = "transit", "In transit", "yellow"


def cost_of(quantity: Decimal, on_hand: Decimal, value: Decimal) -> Decimal:
    """What `quantity` out of `on_hand` pieces worth `value` is worth, in cents.

    Moving average: every piece is worth the same share. The last pieces take what is left of the
    value, so that an empty shelf is worth nothing.
    """
    if on_hand <= 0:
        return Decimal("0.00")
    if quantity >= on_hand:
        return value
    return round_money(value * quantity / on_hand)


def value_of(
    quantity: Decimal, on_hand: Decimal, value: Decimal, purchase_price: Decimal | None
) -> Decimal:
    """What `quantity` pieces that come in without a price are worth, in cents.

    The average of those on hand; on an empty shelf the purchase price, and nothing without one.
    """
    if on_hand > 0:
        return round_money(value * quantity / on_hand)
    return round_money(quantity * (purchase_price or Decimal(0)))
