"""The settings of the audit trail: how long it is kept, and whose readings it tells of."""

import re
from datetime import datetime, time

from flask_babel import lazy_gettext as _

from app.lowcode import registered
from app.lowcode.settings.company import company_zone
from app.lowcode.settings.options import Option, declare
from app.lowcode.settings.store import get_setting
from app.rules.errors import InvalidInput
from app.rules.months import last_months, month_of


def kept_since(now: datetime) -> datetime | None:
    """Entries from before this moment are kept no longer; None: all are."""
    months = get_setting("audit_months")
    if not months:
        return None
    zone = company_zone()
    first = last_months(month_of(now.astimezone(zone).date()), months + 1)[0]
    return datetime.combine(first, time(), zone)


def watched_screens() -> frozenset[str]:
    """Resources of the screens whose readings are written down."""
    return frozenset(str(get_setting("audit_views")).split(", ")) - {""}


def check_screens(text: str) -> str:
    """Screens by their title or the name in their address, as the latter."""
    screens = registered.screens().values()
    names = {str(screen.list_title).casefold(): screen.resource for screen in screens}
    names |= {screen.resource: screen.resource for screen in screens}
    found = []
    for word in filter(None, map(str.strip, re.split(r"[,，、;；]", text))):
        if word.casefold() not in names:
            raise InvalidInput("There is no screen %(name)s.", name=word[:50])
        found.append(names[word.casefold()])
    return ", ".join(dict.fromkeys(found))


declare(
    Option(
        "audit_months",
        "audit",
        _("Months to keep the audit trail"),
        default=None,
        kind="number",
        low=1,
        high=1200,
        help=_("Empty: for ever. Older entries are removed at night, whole months at a time."),
    ),
    Option(
        "audit_views",
        "audit",
        _("Write down who reads"),
        default="",
        check=check_screens,
        help=_("Screens with sensitive records, such as: Customers, Contacts."),
    ),
)
