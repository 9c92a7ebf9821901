"""Money is rounded once, half up, and adds up to the cent."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.amounts import line_amount, round_money, total
from app.rules.errors import InvalidInput

cents = st.decimals(min_value=-(10**12), max_value=10**12, places=2)


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [("0.005", "0.01"), ("2.675", "2.68"), ("-0.005", "-0.01"), ("-0.001", "0.00"), ("3", "3.00")],
)
def test_halves_are_rounded_away_from_zero(amount, rounded):
    assert str(round_money(Decimal(amount))) == rounded


@pytest.mark.parametrize(
    ("quantity", "price", "rate", "amount"),
    [
        ("3", "19.99", "0", "59.97"),
        ("3", "19.99", "0.15", "50.97"),  # 50.9745, rounded once at the end
        ("0.333", "0.15", "0", "0.05"),
        ("2", "10", "1", "0.00"),
        ("99999999999999.9999", "99999999999999.99", "0", "9999999999999998990000000000.00"),
    ],
)
def test_a_line_is_exact_to_its_one_rounding(quantity, price, rate, amount):
    assert str(line_amount(Decimal(quantity), Decimal(price), Decimal(rate))) == amount


@pytest.mark.parametrize("rate", ["-0.01", "1.01", "15"])
def test_a_discount_outside_of_0_to_100_percent_is_refused(rate):
    with pytest.raises(InvalidInput) as caught:
        line_amount(Decimal(1), Decimal(1), Decimal(rate))
    assert caught.value.field == "discount_rate"


@given(st.lists(cents))
def test_a_total_is_the_same_in_any_order_and_in_parts(lines):
    assert total(lines) == total(reversed(lines))
    assert total(lines) == total([total(lines[::2]), total(lines[1::2])])


def test_the_total_of_nothing_is_zero():
    assert str(total([])) == "0.00"
