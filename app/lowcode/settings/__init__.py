"""Typed settings that administrators change while the product runs."""

from app.lowcode.settings import papers as papers
from app.lowcode.settings.company import company_zone
from app.lowcode.settings.options import (
    SECTIONS,
    Option,
    all_options,
    declare,
    option_of,
    options_in,
)
from app.lowcode.settings.sales import stuck_days
from app.lowcode.settings.service import satisfaction_goal
from app.lowcode.settings.store import get_setting, set_settings, settings_version
from app.lowcode.settings.trail import kept_since, watched_screens

__all__ = [
    "SECTIONS",
    "Option",
    "all_options",
    "company_zone",
    "declare",
    "get_setting",
    "kept_since",
    "option_of",
    "options_in",
    "satisfaction_goal",
    "set_settings",
    "settings_version",
    "stuck_days",
    "watched_screens",
]
