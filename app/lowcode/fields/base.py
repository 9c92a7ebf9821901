"""What every kind of field answers; one subclass per kind."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ClassVar

from flask_babel import lazy_gettext
from sqlalchemy import ColumnElement, or_
from wtforms import Field as FormField

from app.lowcode.fields.masked import MaskedField
from app.lowcode.fields.option_list import OptionList
from app.lowcode.pages import Cell
from app.lowcode.pages import Choice as Option
from app.rules.errors import InvalidInput
from app.rules.masking import FieldLevel, Masked


@dataclass(eq=False)
class Field:
    """A named column or relationship of an entity.

    `parse` reads what people type or files hold (InvalidInput otherwise), `text` writes it for
    people in their language, `plain` for files and the API. A `Masked` value is written as it
    stands, by every kind of field.
    """

    kind: ClassVar[str] = "text"
    align: ClassVar[str] = "left"
    #: operators of the condition tree that fit
    operators: ClassVar[frozenset[str]] = frozenset({"eq", "ne", "in", "empty", "not_empty"})
    sortable: ClassVar[bool] = True
    #: do cells follow from the value and its reader's language and zone, and come again?
    is_repeated: ClassVar[bool] = False
    form_class: ClassVar[type[FormField]]

    model: type
    name: str
    label: Any
    required: bool = False
    max_length: int | None = None
    help: Any = ""
    info: dict[str, Any] = field(default_factory=dict)

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for name in _WRITERS:
            if name in cls.__dict__:
                setattr(cls, name, _passing_masked(name, cls.__dict__[name]))

    @property
    def column(self) -> ColumnElement[Any]:
        return getattr(self.model, self.name)

    # reading ------------------------------------------------------------------
    def parse(self, text: str) -> Any:
        """The value that `text` (not empty) stands for; InvalidInput where there is none."""
        return text

    def read(self, raw: Any) -> Any:
        """A value from a form, file or API: typed ones are checked, texts parsed, blank is None."""
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            return None
        return self.parse(raw if isinstance(raw, str) else str(raw))

    def read_typed(self, text: str) -> Any:
        """What a person typed into an input of this field."""
        return self.read(text)

    # writing ------------------------------------------------------------------
    def text(self, value: Any) -> str:
        """For people, in their language and zone; "" for None."""
        return "" if value is None else str(value)

    def plain(self, value: Any) -> Any:
        """For JSON: None, bool, int, str, or list of them."""
        return None if value is None else self.text(value)

    def sheet(self, value: Any) -> Any:
        """For a spreadsheet cell: typed where the format has the type."""
        return self.text(value)

    def typed(self, value: Any) -> str:
        """What stands in the input when the form opens: `parse(typed(v)) == v`."""
        return self.text(value)

    def cell(self, value: Any) -> Cell:
        # A mask is no address and no number: nothing to call, to write to or to add up.
        return Cell("text" if isinstance(value, Masked) else self.kind, self.text(value))

    # conditions ---------------------------------------------------------------
    def condition(self, expression: ColumnElement[Any], op: str, value: Any) -> ColumnElement[bool]:
        """`expression op value` in SQL; `value` is JSON as the condition tree holds it."""
        if op == "empty":
            return self.empty(expression)
        if op == "not_empty":
            return ~self.empty(expression)
        if op == "ne" and isinstance(value, list):
            none_of = expression.not_in([self.read(item) for item in value])
            return or_(none_of, expression.is_(None))
        if op in {"eq", "ne"}:
            wanted = self.read(value)
            # "is not x" includes the rows where nothing stands, as people expect.
            return (
                expression == wanted
                if op == "eq"
                else or_(expression != wanted, expression.is_(None))
            )
        if op == "in":
            values = value if isinstance(value, list) else [value]
            return expression.in_([self.read(item) for item in values])
        raise InvalidInput(
            "%(label)s cannot be compared in that way.", field=self.name, label=self.label
        )

    def empty(self, expression: ColumnElement[Any]) -> ColumnElement[bool]:
        return expression.is_(None)

    # forms and API ------------------------------------------------------------
    def form_field(self, required: bool | None = None, level: FieldLevel = FieldLevel.WRITE) -> Any:
        """An unbound WTForms field, as far as a `level` lets somebody go with it."""
        if level is FieldLevel.MASKED:
            return MaskedField(label=self.label, description=self.help, source=self)
        return self.form_class(
            label=self.label,
            description=self.help,
            source=self,
            required=self.required if required is None else required,
            locked=level is FieldLevel.READ,
        )

    def openapi(self) -> dict[str, Any]:
        return {"type": "string"}

    @property
    def options(self) -> list[Option]:
        """Everything that can be chosen; empty for open vocabularies."""
        return []

    @property
    def option_list(self) -> OptionList:
        """`options` for a `<select>`."""
        return OptionList(self.options)


#: what turns a value into something to read; `Field`'s own take any text
_WRITERS = ("text", "plain", "sheet", "typed", "cell")


def _passing_masked(name: str, write: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """A subclass's writer, with `Field`'s own for what was masked before it came here."""

    @wraps(write)
    def written(self: Field, value: Any) -> Any:
        if isinstance(value, Masked):
            return getattr(Field, name)(self, value)
        return write(self, value)

    return written


def humanize(name: str) -> str:
    """`credit_limit_id` → `Credit limit`, the msgid of a column's label."""
    words = name.removesuffix("_id").split(".")[-1].replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def label_for(name: str, info: dict[str, Any]) -> Any:
    return lazy_gettext(info.get("label") or humanize(name))
