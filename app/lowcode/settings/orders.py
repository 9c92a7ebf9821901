"""The settings of orders: the usual tax, when payment is due, and how it mostly comes in."""

from decimal import Decimal

from flask_babel import lazy_gettext as _

from app.lowcode.settings.options import Option, declare
from app.lowcode.settings.store import get_setting
from app.rules.billing import PaymentMethod


def usual_tax_rate() -> Decimal:
    """The share that order lines are taxed with where they say nothing else."""
    return Decimal(int(get_setting("tax_percent"))).scaleb(-2)


def payment_days() -> int:
    """Days from the order to the payment where nothing else is agreed."""
    return int(get_setting("payment_days"))


def usual_payment_method() -> PaymentMethod:
    """What a payment starts with."""
    return PaymentMethod(get_setting("payment_method"))


declare(
    Option(
        "tax_percent",
        "sales",
        _("Usual tax rate, percent"),
        default=13,
        kind="number",
        required=True,
        high=100,
        help=_("For order lines whose tax rate is left empty."),
    ),
    Option(
        "payment_days",
        "sales",
        _("Days until payment"),
        default=30,
        kind="number",
        required=True,
        high=365,
        help=_("From the order date, where an order says nothing else."),
    ),
    Option(
        "payment_method",
        "sales",
        _("Usual payment method"),
        default=PaymentMethod.BANK_TRANSFER.value,
        kind="choice",
        required=True,
        choices=lambda: [(method.value, _(method.label)) for method in PaymentMethod],
        help=_("What a new payment starts with."),
    ),
)
