"""The field of a share, such as a discount: stored from 0 to 1, shown and typed in percent."""

from decimal import Decimal
from typing import Any

from flask_babel import format_percent

from app.lowcode.fields.numbers import DecimalField
from app.rules.errors import InvalidInput
from app.rules.parsing import parse_decimal


class ShareField(DecimalField):
    """Files and programs write "15%" or 0.15; people type 15 or "15%" beside a percentage.

    What could mean either, 15 in a file or 0.15 in an input, is refused.
    """

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

    def read_typed(self, text: str) -> Any:
        bare = text.strip()
        if not bare or bare.endswith(("%", "％")):
            return self.read(text)
        percent = parse_decimal(bare, self._PLACES)
        if percent != 0 and not 1 <= percent <= 100:
            raise InvalidInput(
                "Write a percentage from 0 to 100, below 1 with its sign: 15 or 0.5%.",
                field=self.name,
            )
        return percent.scaleb(-2)

    def text(self, value: Any) -> str:
        return "" if value is None else format_percent(value, "#,##0.##%")

    def typed(self, value: Any) -> str:
        return f"{(value * 100).normalize():f}%"
