"""Fields that hold texts, flags and choices."""

import re
from functools import cache, cached_property, lru_cache
from itertools import islice
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, or_

from app.lowcode.fields.base import Field
from app.lowcode.fields.inputs import FlagField, KehuField
from app.lowcode.fields.option_list import OptionList
from app.lowcode.pages import Cell
from app.lowcode.pages import Choice as Option
from app.rules import parsing
from app.rules.choices import Choice
from app.rules.errors import InvalidInput
from app.rules.identity import check_email, check_phone, check_uscc
from app.rules.text import shorten, storable

#: choices that a refusal names
MOST_NAMED = 12


class TextField(Field):
    kind = "text"
    is_repeated = True
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
    is_repeated = False


class EmailField(TextField):
    kind = "email"

    def parse(self, text: str) -> str:
        return check_email(super().parse(text))

    def cell(self, value: Any) -> Cell:
        return Cell(self.kind, self.text(value), url=f"mailto:{value}" if value else None)


_NOT_DIALLED = re.compile(r"[^\d+]")


class PhoneField(TextField):
    kind = "phone"

    def parse(self, text: str) -> str:
        return check_phone(super().parse(text))

    def cell(self, value: Any) -> Cell:
        digits = _NOT_DIALLED.sub("", value or "")
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


class FlagValueField(Field):
    kind = "flag"
    is_repeated = True
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
    is_repeated = True
    form_class = KehuField
    operators = frozenset({"eq", "ne", "in", "empty", "not_empty"})

    @cached_property
    def enum(self) -> type[Choice]:
        return self.column.type.enum

    def parse(self, text: str) -> Choice:
        """By code, or by label in either language."""
        found = _by_code(self.enum).get(text)  # as forms say it
        found = found or _by_word(self.enum, str(get_locale())).get(text.strip().casefold())
        if found is not None:
            return found
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

    @property
    def option_list(self) -> OptionList:
        return _option_list(self.enum, str(get_locale()))

    def openapi(self) -> dict[str, Any]:
        return {"type": "string", "enum": [str(member.value) for member in self.enum]}


@cache
def _by_code(enum: type[Choice]) -> dict[str, Choice]:
    return {str(member.value): member for member in enum}


@lru_cache(maxsize=300)
def _by_word(enum: type[Choice], _locale: str) -> dict[str, Choice]:
    """The choices by all that may be typed for them, in small letters."""
    found: dict[str, Choice] = {}
    for member in enum:
        for word in (member.value, member.label, _(member.label)):
            found.setdefault(word.casefold(), member)
    return found


@lru_cache(maxsize=300)
def _option_list(enum: type[Choice], _locale: str) -> OptionList:
    """The choices in the reader's language; there are hundreds of countries in some forms."""
    return OptionList(Option(str(m.value), _(m.label), m.color) for m in enum)
