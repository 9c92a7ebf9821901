"""The clock of whoever acts."""

from datetime import UTC, datetime

from flask_babel import get_timezone


def now() -> datetime:
    """This moment in the acting person's time zone: its date is the day they would write down."""
    return datetime.now(get_timezone() or UTC)
