"""WTForms fields that read through a `Field` and keep what was typed when reading fails."""

from typing import Any, ClassVar

from flask_babel import gettext as _
from markupsafe import Markup, escape
from wtforms import Field as FormField
from wtforms.utils import unset_value
from wtforms.validators import StopValidation

from app.lowcode.fields.option_list import all_chosen
from app.lowcode.pages import Choice as Option
from app.rules.errors import DomainError
from app.rules.text import storable


def translated(error: DomainError) -> str:
    """The error in the user's language; arguments that are msgids themselves come translated."""
    return _(error.text, **{name: _plain(value) for name, value in error.arguments.items()})


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | float) else str(value)


class KehuField(FormField):
    """Base of all inputs: `kind` picks the widget, `typed` survives a failed save.

    `locked`: shown, and nothing that is posted for it is read.
    """

    def __init__(
        self,
        label: Any,
        *,
        source: Any,
        required: bool,
        locked: bool = False,
        description: Any = "",
        **kw: Any,
    ):
        super().__init__(label, description=description, **kw)
        self.source = source
        self.required = required = required and not locked
        self.locked = locked
        self.flags.required = required
        self.typed: str | None = None
        #: what the field is worth while it is left empty
        self.placeholder = ""

    @property
    def kind(self) -> str:
        return self.source.kind

    @property
    def meta_(self) -> dict[str, Any]:
        """What the widget needs beyond the value."""
        limit = {"maxlength": self.source.max_length} if self.source.max_length else {}
        return {**limit, "placeholder": self.placeholder, "readonly": self.locked}

    # A document has hundreds of inputs: what follows does what the library's own do, but for
    # filters and validators, which none of them has.
    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        self.process_errors: list[str] = []
        self.data = self.object_data = self.default if data is unset_value else data
        if formdata is None or self.locked:
            return
        self.raw_data = formdata.getlist(self.name)
        try:
            self.process_formdata(self.raw_data)
        except ValueError as error:
            self.process_errors.append(error.args[0])

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        self.errors = [*self.process_errors]
        try:
            self.pre_validate(form)
        except StopValidation as refusal:
            self.errors += filter(None, refusal.args)
        return not self.errors

    @property
    def options(self) -> list[Option]:
        chosen = self._value()
        return [
            Option(option.value, option.label, option.color, option.value == chosen)
            for option in self.source.options
        ]

    @property
    def look(self) -> tuple[Any, ...]:
        """What it looks like beside others of its source."""
        return (self.required, self.locked)

    def held(self) -> Markup:
        """What it holds as HTML: the text inside, or the options of a choice."""
        if self.kind == "choice":
            shown: Markup = self.source.option_list.showing(self._value(), required=self.required)
            return shown
        return escape(self._value())

    def _value(self) -> str:
        if self.typed is not None:
            return self.typed
        return "" if self.data is None else self.source.typed(self.data)

    def _is_untouched(self) -> bool:
        typed = self.typed or ""
        stored = "" if self.object_data is None else self.source.typed(self.object_data)
        return typed == stored or storable(typed) == storable(stored)

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        self.typed = valuelist[0]
        if self._is_untouched():
            # An input shows less than the column holds (no seconds, no fifth decimal) and the
            # browser sends other line ends: what nobody changed must not be changed by saving.
            self.data = self.object_data
            return
        self.data = None
        try:
            self.data = self.source.read_typed(valuelist[0])
        except DomainError as error:
            raise ValueError(translated(error)) from error

    def pre_validate(self, form: Any) -> None:
        if self.process_errors:
            raise StopValidation
        if self.required and self.data in (None, "", []):
            raise StopValidation(_("Please fill in this field."))


class ScaleInput(KehuField):
    """A step of a short scale, chosen with one click; without a choice it stays empty."""

    kind = "scale"

    @property
    def options(self) -> list[Option]:
        chosen, steps = self._value(), map(str, self.source.steps)
        found = [Option(step, step, selected=step == chosen) for step in steps]
        if self.required:
            return found
        return [*found, Option("", _("Not set"), selected=not chosen)]


class ComputedField(FormField):
    """A column of inline rows that the server computes: shown, never read."""

    kind = "money"
    meta_: ClassVar[dict[str, Any]] = {"readonly": True}
    text = ""

    def _value(self) -> str:
        return self.text

    def held(self) -> Markup:
        return escape(self.text)


class FlagField(KehuField):
    """A check box: absent from the post means no."""

    def held(self) -> Markup:
        return escape(" checked" if self.data else "")

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = bool(valuelist) and valuelist[0] not in {"", "0", "false", "no"}

    def pre_validate(self, form: Any) -> None:
        return


class PickerField(KehuField):
    """One row of another entity, by key."""

    #: set by the screen that shows the form: where to search, where to create a new row, and the
    #: sibling field whose value narrows the search
    picker_url: str | None = None
    create_url: str | None = None
    depends_on: str | None = None

    @property
    def look(self) -> tuple[Any, ...]:
        return (*super().look, self.picker_url, self.create_url, self.depends_on)

    def held(self) -> Markup:
        rows = self.data if isinstance(self.data, list) else [self.data] if self.data else []
        return all_chosen(Option(str(row.id), self.source.label_of(row)) for row in rows)

    def _value(self) -> str:
        return "" if self.data is None else str(self.data.id)


class TagsInput(PickerField):
    """Several rows of another entity."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            self.data = self.source.read([value for value in valuelist if value])
        except DomainError as error:
            raise ValueError(translated(error)) from error

    def _value(self) -> str:
        return ",".join(str(row.id) for row in self.data or [])
