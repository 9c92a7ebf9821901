"""The settings every installation has; areas declare theirs in the same way."""

from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import lazy_gettext as _

from app.lowcode.settings.options import Option, declare, time_zones
from app.lowcode.settings.store import get_setting
from app.rules.errors import InvalidInput
from app.rules.identity import check_email, check_phone, check_uscc


def check_currency(code: str) -> str:
    """Three letters as ISO 4217 writes them."""
    code = code.upper()
    if len(code) != 3 or not code.isascii() or not code.isalpha():
        raise InvalidInput("Write the currency as three letters, such as CNY or EUR.")
    return code


def company_zone() -> ZoneInfo:
    """The time zone of the company's clock: schedules, due dates and numbers follow it."""
    return ZoneInfo(get_setting("time_zone"))


declare(
    Option("company_name", "company", _("Company name"), default=""),
    Option("company_address", "company", _("Address"), default="", kind="long"),
    Option("company_phone", "company", _("Phone"), default="", check=check_phone),
    Option("company_email", "company", _("Email"), default="", check=check_email),
    Option("company_tax_number", "company", _("Tax number"), default="", check=check_uscc),
    Option(
        "language",
        "region",
        _("Default language"),
        default="zh",
        kind="choice",
        required=True,
        choices=lambda: [("zh", "中文"), ("en", "English")],
        help=_("For people who have not chosen one themselves."),
    ),
    Option(
        "time_zone",
        "region",
        _("Time zone"),
        default=lambda: current_app.config["BABEL_DEFAULT_TIMEZONE"],
        kind="choice",
        required=True,
        choices=time_zones,
    ),
    Option(
        "currency",
        "region",
        _("Currency"),
        default="CNY",
        required=True,
        check=check_currency,
        help=_("All amounts are kept in it. Changing it converts nothing."),
    ),
    Option(
        "import_rows",
        "limits",
        _("Rows in one import"),
        default=100_000,
        kind="number",
        required=True,
        low=1,
        high=1_000_000,
    ),
    Option(
        "export_rows",
        "limits",
        _("Rows exported while one waits"),
        default=20_000,
        kind="number",
        required=True,
        low=1,
        high=1_000_000,
        help=_("Longer lists are written in the background."),
    ),
    Option(
        "pdf_rows",
        "limits",
        _("Rows in one PDF"),
        default=5_000,
        kind="number",
        required=True,
        low=1,
        high=10_000,
        help=_("Beyond that nobody reads paper, and its pages fill the memory."),
    ),
    Option(
        "notify_job_done",
        "notifications",
        _("Tell people when their background work is done"),
        default=True,
        kind="flag",
    ),
    Option(
        "notify_job_failed",
        "notifications",
        _("When background work fails, tell"),
        default="creator_and_administrators",
        kind="choice",
        required=True,
        choices=lambda: [
            ("nobody", _("Nobody")),
            ("creator", _("The person who started it")),
            ("creator_and_administrators", _("The person who started it and the administrators")),
        ],
    ),
)
