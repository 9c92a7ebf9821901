"""Fields that hold days and moments, in the calendar and the zone of the user."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from flask import g, has_app_context
from flask_babel import get_timezone
from sqlalchemy import ColumnElement, not_, or_

from app.lowcode.fields.base import Field
from app.lowcode.fields.numbers import COMPARE, NumberField
from app.rules import parsing
from app.rules.dates import days_of


def today() -> date:
    """The user's day; outside requests the company's."""
    return datetime.now(get_timezone() or UTC).date()


class DateField(NumberField):
    kind = "date"
    align = "left"
    operators = COMPARE | {"preset"}

    def read(self, raw: Any) -> Any:
        if isinstance(raw, datetime):
            return raw.date()
        return raw if isinstance(raw, date) else super().read(raw)

    def parse(self, text: str) -> Any:
        return parsing.parse_date(text, today())

    def text(self, value: Any) -> str:
        return "" if value is None else value.isoformat()

    def plain(self, value: Any) -> Any:
        return None if value is None else value.isoformat()

    def typed(self, value: Any) -> str:
        return value.isoformat()

    def condition(self, expression: ColumnElement[Any], op: str, value: Any) -> ColumnElement[bool]:
        if op == "preset":
            low, high = days_of(str(value), today())
            # The open end of "overdue": the first day of the calendar has no moment in UTC.
            bounds = [None if low == date.min else low, high]
            return super().condition(expression, "between", bounds)
        return super().condition(expression, op, value)

    def openapi(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


def _with_zone(text: str) -> datetime | None:
    """An ISO 8601 moment that says its zone; None for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    # Years that the calendar of `parse_datetime` knows: the ends of Python's own overflow in UTC.
    return moment if moment.tzinfo and 1800 <= moment.year <= 2199 else None


@cache
def _quick(zone: tzinfo) -> tzinfo:
    """The same zone: Flask-Babel's is of pytz, which takes ten times as long for every cell."""
    return zone if zone is UTC else ZoneInfo(str(zone))


class MomentField(DateField):
    """A moment: stored in UTC, typed and shown in the user's zone; filtered by the user's days."""

    kind = "moment"

    def read(self, raw: Any) -> Any:
        if isinstance(raw, datetime):
            return raw if raw.tzinfo else self._aware(raw)
        if isinstance(raw, date):
            return self._aware(datetime(raw.year, raw.month, raw.day))  # noqa: DTZ001 - made aware
        return Field.read(self, raw)

    def parse(self, text: str) -> Any:
        """As people type it in their zone, or as programs write it with a zone of its own."""
        if (moment := _with_zone(text.strip())) is not None:
            return moment
        now = datetime.now(get_timezone() or UTC).replace(tzinfo=None)
        return self._aware(parsing.parse_datetime(text, now))

    @staticmethod
    def _aware(naive: datetime) -> datetime:
        zone = get_timezone() or UTC
        localize = getattr(zone, "localize", None)  # pytz zones
        return localize(naive) if localize else naive.replace(tzinfo=zone)

    def text(self, value: Any) -> str:
        if value is None:
            return ""
        # Flask-Babel keeps it with the request, and finds the way there anew for every cell.
        kept = g.get("_flask_babel") if has_app_context() else None
        zone = getattr(kept, "babel_tzinfo", None) or get_timezone() or UTC
        return value.astimezone(_quick(zone)).isoformat(" ", "minutes")[:16]

    def typed(self, value: Any) -> str:
        return self.text(value)

    def sheet(self, value: Any) -> Any:
        return None if value is None else value.astimezone(get_timezone()).replace(tzinfo=None)

    def condition(self, expression: ColumnElement[Any], op: str, value: Any) -> ColumnElement[bool]:
        # A day is meant as a whole: it is neither before nor after itself.
        if op == "eq" and value is not None:
            return super().condition(expression, "between", [value, value])
        if op == "ne" and value is not None:
            return or_(~self.condition(expression, "eq", value), expression.is_(None))
        if op in {"le", "gt"} and value not in (None, ""):
            until = super().condition(expression, "between", [None, value])
            return until if op == "le" else not_(until)
        return super().condition(expression, op, value)

    def below(self, expression: ColumnElement[Any], high: datetime) -> ColumnElement[bool]:
        """A day as upper end includes the whole day."""
        local = high.astimezone(get_timezone() or UTC)
        if (local.hour, local.minute, local.second) == (0, 0, 0):
            # On the clock, not 24 hours on: the days when summer time begins and ends differ.
            return expression < self._aware(local.replace(tzinfo=None) + timedelta(days=1))
        return expression <= high

    def openapi(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}
