"""Payments: never more is spread over orders than came in."""

from decimal import Decimal

import pytest

from app.rules.billing import check_payment
from app.rules.errors import InvalidInput


@pytest.mark.parametrize(
    ("amount", "parts", "rest"),
    [
        ("100.00", [], "100.00"),
        ("100.00", ["60.00", "40.00"], "0.00"),
        ("100.00", ["33.33", "33.33", "33.33"], "0.01"),
    ],
)
def test_what_is_left_of_a_payment(amount: str, parts: list[str], rest: str) -> None:
    assert check_payment(Decimal(amount), map(Decimal, parts)) == Decimal(rest)


@pytest.mark.parametrize(
    ("amount", "parts", "field"),
    [
        ("100.00", ["60.00", "40.01"], "allocations"),
        ("0.00", [], "amount"),
        ("-1.00", [], "amount"),
        ("100.00", ["0.00"], "allocations"),
        ("100.00", ["150.00", "-60.00"], "allocations"),
    ],
)
def test_more_than_came_in_is_refused(amount: str, parts: list[str], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_payment(Decimal(amount), map(Decimal, parts))
    assert refused.value.field == field
