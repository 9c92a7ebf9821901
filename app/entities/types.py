"""Column types: exact money and quantities, UTC moments, choices stored by code."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, DateTime, Numeric, String, cast, func, type_coerce
from sqlalchemy.types import TypeDecorator

from app.rules.choices import Choice

#: Stored integers are value × SCALE. SQLite keeps NUMERIC as a binary float (3 × 0.10 sums to
#: 0.30000000000000004), integers are exact on both databases.
SCALE = 10_000
_CENT = Decimal("0.01")


class _Scaled(TypeDecorator[Decimal]):
    """Decimal in Python, integer × 10⁴ in the database; `places` is what people see and type."""

    impl = BigInteger
    cache_ok = True
    places = 4

    def process_bind_param(self, value: Any, dialect: object) -> int | None:
        if value is None:
            return None
        number = value if isinstance(value, Decimal) else Decimal(str(value))
        if not number.is_finite():
            raise ValueError("money and quantities are finite")
        return int((number * SCALE).to_integral_value(ROUND_HALF_UP))

    def process_result_value(self, value: Any, dialect: object) -> Decimal | None:
        if value is None:
            return None
        whole = value if isinstance(value, int) else Decimal(str(value)).quantize(1, ROUND_HALF_UP)
        number = Decimal(whole) / SCALE
        return number.quantize(_CENT) if self.places == 2 else number

    def as_stored(self, value: Decimal) -> Decimal | None:
        """The value as it will be read again: `12.5` of a `Money` is `12.50`."""
        return self.process_result_value(self.process_bind_param(value, None), None)


class Money(_Scaled):
    """An amount in the company's currency, two decimals."""

    cache_ok = True
    places = 2


class Quantity(_Scaled):
    """A count or measure of goods, up to four decimals."""

    cache_ok = True


def average_of(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """AVG in the column's own type; a bare AVG on a scaled column comes out 10⁴ too big."""
    if isinstance(column.type, _Scaled):
        return type_coerce(func.avg(type_coerce(column, BigInteger)), column.type)
    return func.avg(column)


def product_of(
    price: ColumnElement[Any], quantity: ColumnElement[Any], result: type[_Scaled] = Money
) -> ColumnElement[Any]:
    """price × quantity in SQL, unrounded; a bare product of scaled columns is 10⁴ too big."""
    factors = type_coerce(price, BigInteger), type_coerce(quantity, BigInteger)
    return type_coerce(cast(factors[0] * factors[1], Numeric) / SCALE, result)


class UTCDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime in Python, stored without zone; naive values are refused."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: object) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: object) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class ChoiceType(TypeDecorator[Choice]):
    """One member of a `Choice`, stored by its code."""

    impl = String
    cache_ok = True

    def __init__(self, enum: type[Choice], length: int = 32) -> None:
        super().__init__(length)
        self.enum = enum
        #: what an enum does itself, at a third of the cost
        self._members: dict[str, Choice] = {member.value: member for member in enum}

    def process_bind_param(self, value: Any, dialect: object) -> str | None:
        return None if value is None else str(self.enum(value).value)

    def process_result_value(self, value: str | None, dialect: object) -> Choice | None:
        return None if value is None else self._members.get(value) or self.enum(value)


def now_utc() -> datetime:
    """The default of moment columns."""
    return datetime.now(UTC)
