"""The field of a share, such as a discount: stored from 0 to 1, shown and typed in percent."""

from decimal import Decimal
from typing import Any

from flask_babel import format_percent

from app.lowcode.fields.numbers import DecimalField
from app.rules.errors import InvalidInput
from app.rules.parsing import parse_decimal


class ShareField(DecimalField):
    """Reads "15%" and 0.15 alike; 15 alone could mean either and is refused."""

    #: digits behind the point of the percentage
    _PLACES = 2

    def parse(self, text: str) -> Decimal:
        bare = text.strip()
        if bare.endswith(("%", "％")):
            share = parse_decimal(bare[:-1], self._PLACES).scaleb(-2)
        else:
            share = parse_decimal(bare, self.places)
        if not 0 <= share <= 1:
            raise InvalidInput(
                "Write a percentage with its sign, or a share from 0 to 1.", field=self.name
            )
        return share

    def text(self, value: Any) -> str:
        return "" if value is None else format_percent(value, "#,##0.##%")

    def typed(self, value: Any) -> str:
        return f"{(value * 100).normalize():f}%"
