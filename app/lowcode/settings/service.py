"""The settings of the area service: what satisfaction is measured against."""

from flask_babel import lazy_gettext as _

from app.lowcode.settings.options import Option, declare
from app.lowcode.settings.store import get_setting


def satisfaction_goal() -> tuple[int, int]:
    """(score to reach, least number of answers for a verdict)."""
    return get_setting("satisfaction_target"), get_setting("satisfaction_least_answers")


declare(
    Option(
        "satisfaction_target",
        "service",
        _("Monthly satisfaction target"),
        default=80,
        kind="number",
        required=True,
        low=1,
        high=100,
        help=_("The score from 0 to 100 that every month is to reach."),
    ),
    Option(
        "satisfaction_least_answers",
        "service",
        _("Answers for a verdict"),
        default=5,
        kind="number",
        required=True,
        low=1,
        high=1000,
        help=_("With fewer answers in a month nobody says whether the target was reached."),
    ),
)
