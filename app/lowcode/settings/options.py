"""What a setting is: declared once with its kind, default and check; the screen follows from it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _

from app.lowcode.fields.inputs import FlagField, KehuField
from app.lowcode.fields.option_list import OptionList
from app.lowcode.pages import Choice
from app.rules.errors import InvalidInput
from app.rules.parsing import parse_integer

#: shortest text areas people get along with; longer answers belong elsewhere
TEXT_LENGTH = 200
LONG_LENGTH = 2000


@dataclass(frozen=True, eq=False)
class Option:
    """One setting. It answers what a form field asks of its source:
    `read_typed`, `typed`, `option_list`."""

    key: str
    section: str
    label: Any
    #: the value while nobody has set one, or a function that gives it
    default: Any
    #: text, long, number, choice or flag
    kind: str = "text"
    help: Any = ""
    required: bool = False
    #: for numbers
    low: int = 0
    high: int = 10**9
    #: for choices: gives (code, label) pairs
    choices: Callable[[], list[tuple[str, Any]]] = field(default=list)
    #: returns the value in its proper form or raises InvalidInput
    check: Callable[[Any], Any] | None = None

    @property
    def initial(self) -> Any:
        return self.default() if callable(self.default) else self.default

    @property
    def max_length(self) -> int | None:
        return {"text": TEXT_LENGTH, "long": LONG_LENGTH}.get(self.kind)

    @property
    def options(self) -> list[Choice]:
        return [Choice(code, str(label)) for code, label in self.choices()]

    @property
    def option_list(self) -> OptionList:
        return OptionList(self.options)

    def read(self, raw: Any) -> Any:
        """The value that a form, a command or a file means; InvalidInput where there is none."""
        if self.kind == "flag":
            return raw in {True, "1", "true", "yes", "on"}
        text = "" if raw is None else str(raw).strip()
        if not text:
            if self.required:
                raise InvalidInput("Please fill in this field.", field=self.key)
            return None if self.kind == "number" else ""
        try:
            value = self._read_filled(text)
            return self.check(value) if self.check else value
        except InvalidInput as error:
            error.field = self.key
            raise

    def read_typed(self, text: str) -> Any:
        """What a person typed into its input."""
        return self.read(text)

    def _read_filled(self, text: str) -> Any:
        if self.kind == "number":
            number = parse_integer(text)
            if not self.low <= number <= self.high:
                raise InvalidInput(
                    "Write a whole number from %(low)s to %(high)s.", low=self.low, high=self.high
                )
            return number
        if self.kind == "choice" and text not in {code for code, _label in self.choices()}:
            raise InvalidInput("This choice does not exist.")
        if self.max_length and len(text) > self.max_length:
            raise InvalidInput("At most %(count)s characters.", count=self.max_length)
        return text

    def typed(self, value: Any) -> str:
        if self.kind == "flag":
            return "yes" if value else ""
        return "" if value is None else str(value)

    def shown(self, value: Any) -> str:
        """For people who only read."""
        if self.kind == "flag":
            return str(_("Yes") if value else _("No"))
        if self.kind == "choice":
            return next((str(label) for code, label in self.choices() if code == value), "")
        return self.typed(value)

    def form_field(self) -> Any:
        """An unbound form field that reads through this option."""
        kind = FlagField if self.kind == "flag" else KehuField
        return kind(self.label, source=self, required=self.required, description=self.help)

    def dump(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False)

    def load(self, stored: str) -> Any:
        return json.loads(stored)


#: sections of the settings screen, in their order there
SECTIONS: dict[str, Any] = {
    "company": _("Company"),
    "region": _("Region and formats"),
    "documents": _("Documents"),
    "numbering": _("Numbering"),
    "sales": _("Sales"),
    "service": _("Service"),
    "limits": _("Import and export"),
    "notifications": _("Notifications"),
    "audit": _("Audit trail"),
}
_options: dict[str, Option] = {}


def declare(*options: Option) -> None:
    """Add settings to the product; every key once."""
    for option in options:
        if option.key in _options:
            raise ValueError(f"the setting {option.key} is declared twice")
        if option.section not in SECTIONS:
            raise ValueError(f"the setting {option.key} is in no known section")
        _options[option.key] = option


def option_of(key: str) -> Option:
    """The declaration of a setting; KeyError for a key nobody declared."""
    return _options[key]


def options_in(section: str) -> list[Option]:
    """The settings of one section as declared."""
    return [option for option in _options.values() if option.section == section]


def all_options() -> list[Option]:
    return list(_options.values())


def time_zones() -> list[tuple[str, str]]:
    """Zone names people know: continents and oceans, and UTC."""
    names = [name for name in available_timezones() if "/" in name and not name.startswith("Etc/")]
    return [(name, name) for name in sorted(names)] + [("UTC", "UTC")]
