"""The settings of what is printed for customers."""

from flask_babel import lazy_gettext as _

from app.lowcode.settings.options import Option, declare

declare(
    Option(
        "bank_account",
        "documents",
        _("Bank account"),
        default="",
        kind="long",
        help=_("Bank, holder and number. Stands on orders, quotations and statements."),
    ),
    Option(
        "order_terms",
        "documents",
        _("Terms of sale"),
        default="",
        kind="long",
        help=_("Stand below orders and quotations."),
    ),
    Option(
        "quotation_days",
        "documents",
        _("A quotation is valid for days"),
        default=30,
        kind="number",
        required=True,
        low=1,
        high=365,
    ),
)
