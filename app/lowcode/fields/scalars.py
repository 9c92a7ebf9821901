"""Fields that hold one value: text, numbers, money, dates, moments, flags, choices."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from flask_babel import format_date, format_datetime, format_decimal, get_timezone
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, or_

from app.lowcode.fields.base import Field
from app.lowcode.fields.inputs import FlagField, KehuField
from app.lowcode.pages import Cell
from app.lowcode.pages import Choice as Option
from app.rules import parsing
from app.rules.choices import Choice
from app.rules.dates import DatePreset, date_range
from app.rules.errors import InvalidInput
from app.rules.identity import check_email, check_phone, check_uscc
from app.rules.text import shorten, storable

#: choices that a refusal names
MOST_NAMED = 12
COMPARE = frozenset({"eq", "ne", "in", "lt", "le", "gt", "ge", "between", "empty", "not_empty"})


def today() -> date:
    """The user's day; outside requests the company's."""
    return datetime.now(get_timezone() or UTC).date()


class TextField(Field):
    kind = "text"
    form_class = KehuField
    operators = frozenset({"eq", "ne", "in", "contains", "starts", "empty", "not_empty"})

    def parse(self, text: str) -> str:
        text = storable(text).strip()
        if self.max_length and len(text) > self.max_length:
            raise InvalidInput(
                "At most %(limit)s characters, please.", field=self.name, limit=self.max_length
            )
        return text

    def condition(self, expression: ColumnElement[Any], op: str, value: Any) -> ColumnElement[bool]:
        if op == "contains":
            return expression.icontains(str(value), autoescape=True)
        if op == "starts":
            return expression.istartswith(str(value), autoescape=True)
        return super().condition(expression, op, value)

    def empty(self, expression: ColumnElement[Any]) -> ColumnElement[bool]:
        return or_(expression.is_(None), expression == "")

    def openapi(self) -> dict[str, Any]:
        limit = {"maxLength": self.max_length} if self.max_length else {}
        return {"type": "string", **limit}


class LongTextField(TextField):
    kind = "long"
    sortable = False


class EmailField(TextField):
    kind = "email"

    def parse(self, text: str) -> str:
        return check_email(super().parse(text))

    def cell(self, value: Any) -> Cell:
        return Cell(self.kind, self.text(value), url=f"mailto:{value}" if value else None)


class PhoneField(TextField):
    kind = "phone"

    def parse(self, text: str) -> str:
        return check_phone(super().parse(text))

    def cell(self, value: Any) -> Cell:
        digits = "".join(c for c in value or "" if c.isdigit() or c == "+")
        return Cell(self.kind, self.text(value), url=f"tel:{digits}" if digits else None)


class UsccField(TextField):
    """统一社会信用代码."""

    def parse(self, text: str) -> str:
        return check_uscc(super().parse(text))


class UrlField(TextField):
    kind = "url"

    def parse(self, text: str) -> str:
        text = super().parse(text)
        scheme, separator, _rest = text.partition("://")
        if separator and scheme.lower() not in {"http", "https"}:
            raise InvalidInput("Web addresses start with http:// or https://.", field=self.name)
        return text

    def cell(self, value: Any) -> Cell:
        safe = value if value and "://" in value else f"https://{value}" if value else None
        return Cell(self.kind, self.text(value), url=safe)


class NumberField(Field):
    kind = "number"
    align = "right"
    form_class = KehuField
    operators = COMPARE

    def parse(self, text: str) -> Any:
        return parsing.parse_integer(text)

    def text(self, value: Any) -> str:
        return "" if value is None else format_decimal(value)

    def plain(self, value: Any) -> Any:
        return None if value is None else int(value)

    def sheet(self, value: Any) -> Any:
        return value

    def typed(self, value: Any) -> str:
        return str(value)

    def condition(self, expression: ColumnElement[Any], op: str, value: Any) -> ColumnElement[bool]:
        if op == "between":
            low, high = (self.read(bound) for bound in value)
            bounds = [] if low is None else [expression >= low]
            bounds += [] if high is None else [self.below(expression, high)]
            return and_(True, *bounds)
        if op in {"lt", "le", "gt", "ge"}:
            wanted = self.read(value)
            if wanted is None:
                raise InvalidInput("A value to compare with is missing.", field=self.name)
            return {
                "lt": lambda: expression < wanted,
                "le": lambda: expression <= wanted,
                "gt": lambda: expression > wanted,
                "ge": lambda: expression >= wanted,
            }[op]()
        return super().condition(expression, op, value)

    def below(self, expression: ColumnElement[Any], high: Any) -> ColumnElement[bool]:
        """The inclusive upper end of a range."""
        return expression <= high

    def openapi(self) -> dict[str, Any]:
        return {"type": "integer"}


class DecimalField(NumberField):
    """Quantities and plain decimals, up to four places."""

    kind = "quantity"
    places = 4

    def parse(self, text: str) -> Decimal:
        return parsing.parse_decimal(text, self.places)

    def text(self, value: Any) -> str:
        return "" if value is None else format_decimal(value.normalize(), "#,##0.####")

    def plain(self, value: Any) -> Any:
        """A decimal string: JSON numbers are binary floats in most readers."""
        return None if value is None else f"{value.normalize():f}"

    def typed(self, value: Any) -> str:
        return f"{value.normalize():f}"

    def openapi(self) -> dict[str, Any]:
        return {"type": "string", "format": "decimal", "example": "12.5"}


class MoneyField(DecimalField):
    kind = "money"
    places = 2

    def text(self, value: Any) -> str:
        return "" if value is None else format_decimal(value, "#,##0.00")

    def plain(self, value: Any) -> Any:
        return None if value is None else f"{value:.2f}"

    def typed(self, value: Any) -> str:
        return f"{value:.2f}"


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
        return "" if value is None else format_date(value, "yyyy-MM-dd")

    def plain(self, value: Any) -> Any:
        return None if value is None else value.isoformat()

    def typed(self, value: Any) -> str:
        return value.isoformat()

    def condition(self, expression: ColumnElement[Any], op: str, value: Any) -> ColumnElement[bool]:
        if op == "preset":
            try:
                preset = DatePreset(value)
            except ValueError as error:
                raise InvalidInput("Unknown period: %(value)s", value=str(value)) from error
            low, high = date_range(preset, today())
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
        return "" if value is None else format_datetime(value, "yyyy-MM-dd HH:mm")

    def typed(self, value: Any) -> str:
        return self.text(value)

    def sheet(self, value: Any) -> Any:
        return None if value is None else value.astimezone(get_timezone()).replace(tzinfo=None)

    def condition(self, expression: ColumnElement[Any], op: str, value: Any) -> ColumnElement[bool]:
        if op == "eq" and value is not None:
            return super().condition(expression, "between", [value, value])
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


class FlagValueField(Field):
    kind = "flag"
    form_class = FlagField
    operators = frozenset({"eq"})

    def read(self, raw: Any) -> Any:
        return raw if isinstance(raw, bool) else super().read(raw)

    def parse(self, text: str) -> bool:
        return parsing.parse_bool(text)

    def text(self, value: Any) -> str:
        return "" if value is None else _("Yes") if value else _("No")

    def plain(self, value: Any) -> Any:
        return None if value is None else bool(value)

    def typed(self, value: Any) -> str:
        return "1" if value else ""

    def cell(self, value: Any) -> Cell:
        return Cell(self.kind, self.text(value), flag=bool(value))

    def condition(self, expression: ColumnElement[Any], op: str, value: Any) -> ColumnElement[bool]:
        wanted = self.read(value)
        return expression.is_(True) if wanted else or_(expression.is_(False), expression.is_(None))

    @property
    def options(self) -> list[Option]:
        return [Option("yes", _("Yes")), Option("no", _("No"))]

    def openapi(self) -> dict[str, Any]:
        return {"type": "boolean"}


class ChoiceField(Field):
    kind = "choice"
    form_class = KehuField
    operators = frozenset({"eq", "ne", "in", "empty", "not_empty"})

    @property
    def enum(self) -> type[Choice]:
        return self.column.type.enum

    def parse(self, text: str) -> Choice:
        """By code, or by label in either language."""
        wanted = text.strip().casefold()
        for member in self.enum:
            if wanted in {
                member.value.casefold(),
                member.label.casefold(),
                _(member.label).casefold(),
            }:
                return member
        shown = ", ".join(_(member.label) for member in islice(self.enum, MOST_NAMED))
        raise InvalidInput(
            "%(value)s is not one of: %(choices)s",
            field=self.name,
            value=shorten(text),
            choices=shown if len(self.enum) <= MOST_NAMED else f"{shown} …",
        )

    def text(self, value: Any) -> str:
        return "" if value is None else _(self.enum(value).label)

    def plain(self, value: Any) -> Any:
        return None if value is None else str(self.enum(value).value)

    def typed(self, value: Any) -> str:
        return str(self.enum(value).value)

    def cell(self, value: Any) -> Cell:
        color = self.enum(value).color if value is not None else None
        return Cell("badge", self.text(value), color=color)

    @property
    def options(self) -> list[Option]:
        return [Option(str(m.value), _(m.label), m.color) for m in self.enum]

    def openapi(self) -> dict[str, Any]:
        return {"type": "string", "enum": [str(member.value) for member in self.enum]}
