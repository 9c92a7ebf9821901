"""Payments: how money comes in, and how far it can be spread over orders."""

from collections.abc import Iterable
from decimal import Decimal

from app.rules.amounts import total
from app.rules.choices import Choice
from app.rules.errors import InvalidInput


class PaymentMethod(Choice):
    """The way a payment came in."""

    BANK_TRANSFER = "bank_transfer", "Bank transfer", "blue"
    WECHAT = "wechat", "WeChat Pay", "green"
    ALIPAY = "alipay", "Alipay", "azure"
    CARD = "card", "Card", "purple"
    CASH = "cash", "Cash", "orange"
    CHEQUE = "cheque", "Cheque", "teal"
    OTHER = "other", "Other", "gray"


def check_payment(amount: Decimal, allocated: Iterable[Decimal]) -> Decimal:
    """What of the payment is not allocated yet; InvalidInput where more is spread than came in."""
    if amount <= 0:
        raise InvalidInput("The amount must be more than 0.", field="amount")
    parts = list(allocated)
    if any(part <= 0 for part in parts):
        raise InvalidInput("The amount must be more than 0.", field="allocations")
    rest = amount - total(parts)
    if rest < 0:
        raise InvalidInput(
            "The orders get %(over)s more than the payment holds.",
            field="allocations",
            over=-rest,
        )
    return rest
