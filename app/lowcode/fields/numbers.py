"""Fields that hold numbers: whole ones, decimals and money."""

from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_

from app.lowcode.fields.base import Field
from app.lowcode.fields.inputs import KehuField, ScaleInput
from app.lowcode.numerals import grouped
from app.rules import parsing
from app.rules.errors import InvalidInput

COMPARE = frozenset({"eq", "ne", "in", "lt", "le", "gt", "ge", "between", "empty", "not_empty"})


class NumberField(Field):
    kind = "number"
    is_repeated = True
    align = "right"
    form_class = KehuField
    operators = COMPARE

    def parse(self, text: str) -> Any:
        return parsing.parse_integer(text)

    def text(self, value: Any) -> str:
        return "" if value is None else grouped(value)

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


class ScaleField(NumberField):
    """A whole number on a short scale, `info={"format": "scale", "steps": range(1, 6)}`.

    Whether an answer is on its scale is a rule of its entity; here it is how people choose one.
    """

    form_class = ScaleInput

    @property
    def steps(self) -> range:
        found: range = self.info["steps"]
        return found

    def openapi(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.steps[0], "maximum": self.steps[-1]}


class DecimalField(NumberField):
    """Quantities and plain decimals, up to four places."""

    kind = "quantity"
    places = 4

    def parse(self, text: str) -> Decimal:
        return parsing.parse_decimal(text, self.places)

    def text(self, value: Any) -> str:
        return "" if value is None else grouped(value, 0, 4)

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
        return "" if value is None else grouped(value, 2, 2)

    def plain(self, value: Any) -> Any:
        return None if value is None else f"{value:.2f}"

    def typed(self, value: Any) -> str:
        return f"{value:.2f}"
