"""Amounts in capital numerals: the examples of the rule, and reading back what was written."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.chinese_amounts import amount_in_words

_DIGITS = {sign: value for value, sign in enumerate("零壹贰叁肆伍陆柒捌玖")}
_PLACES = {"拾": 10, "佰": 100, "仟": 1000}


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("1.05", "壹元零伍分"),
        ("10", "壹拾元整"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("12345.60", "壹万贰仟叁佰肆拾伍元陆角整"),
        ("100005", "壹拾万零伍元整"),
        ("100050000", "壹亿零伍万元整"),
        ("300000001", "叁亿零壹元整"),
        ("-3.20", "负叁元贰角整"),
        ("0.005", "壹分"),
        ("-0.001", "零元整"),
    ],
)
def test_amounts_are_written_as_on_cheques(amount: str, words: str) -> None:
    assert amount_in_words(Decimal(amount)) == words


@given(st.decimals(min_value=0, max_value=10**13, places=2))
def test_what_is_written_means_the_amount(amount: Decimal) -> None:
    words = amount_in_words(amount)
    assert _read(words) == amount
    assert "零零" not in words
    assert words.count("元") <= 1


def _read(words: str) -> Decimal:
    whole, _yuan, rest = words.rpartition("元")
    cents = 0
    for sign, worth in (("角", 10), ("分", 1)):
        if sign in rest:
            cents += _DIGITS[rest[rest.index(sign) - 1]] * worth
    return Decimal(_number(whole)) + Decimal(cents) / 100


def _number(words: str) -> int:
    for sign, worth in (("万亿", 10**12), ("亿", 10**8), ("万", 10**4)):
        above, found, below = words.partition(sign)
        if found:
            return _number(above) * worth + _number(below)
    total, digit = 0, 0
    for sign in words:
        if sign in _PLACES:
            total += digit * _PLACES[sign]
            digit = 0
        else:
            digit = _DIGITS[sign]
    return total + digit
