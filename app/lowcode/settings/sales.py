"""The settings of the area sales."""

from flask_babel import lazy_gettext as _

from app.lowcode.settings.options import Option, declare
from app.lowcode.settings.store import get_setting


def stuck_days() -> int:
    """In fewer days no deal is stuck, however fast others go on."""
    return int(get_setting("stuck_days"))


declare(
    Option(
        "stuck_days",
        "sales",
        _("Days before a deal counts as stuck"),
        default=14,
        kind="number",
        required=True,
        low=1,
        high=365,
        help=_("A deal is stuck after twice the usual days of its stage, but never before these."),
    )
)
