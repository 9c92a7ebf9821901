"""Numbers and answers are read as people type them; what could mean two things is refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.errors import InvalidInput
from app.rules.parsing import parse_bool, parse_decimal, parse_integer


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("1,280.50", "1280.50"),
        ("１２３．５", "123.50"),  # full width
        ("1，280", "1280.00"),  # full-width comma
        ("¥1,280", "1280.00"),
        ("￥ 1 280 元", "1280.00"),
        ("1 280 000", "1280000.00"),
        ("1\u00a0280", "1280.00"),  # the blank Excel and French keyboards put there
        ("1.5万", "15000.00"),
        ("2 亿", "200000000.00"),
        ("1.5万元", "15000.00"),
        ("(12.30)", "-12.30"),
        ("（5）", "-5.00"),
        ("-¥5", "-5.00"),
        ("¥-5", "-5.00"),
        ("\u22125", "-5.00"),  # the minus sign of a spreadsheet
        ("+.5", "0.50"),
        ("18.0000", "18.00"),  # zeros at the end are no precision
        ("007", "7.00"),
        ("99,999,999,999,999.99", "99999999999999.99"),
    ],
)
def test_an_amount_is_read(typed, expected):
    assert str(parse_decimal(typed, 2)) == expected


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("NaN", "not a number"),
        ("Infinity", "not a number"),
        ("1e400", "not a number"),
        ("5²", "not a number"),  # NFKC would make it 52
        ("٣", "not a number"),
        ("$5", "not a number"),  # another currency is another amount
        ("-", "not a number"),
        ("(-5)", "not a number"),
        ("1.", "not a number"),
        ("1 28", "not a number"),
        ("1,5", "ambiguous"),
        ("1.280,50", "ambiguous"),
        ("12,34", "ambiguous"),
        ("0.005", "too many decimals"),
        ("0.0000015万", "too many decimals"),
        ("0." + "0" * 100 + "1", "too many decimals"),
        ("100000000000000", "too large"),
        ("-100000000000000", "too large"),
        ("1000000亿", "too large"),
        ("1" + "0" * 5000, "too large"),
    ],
)
def test_a_doubtful_amount_is_refused_with_its_reason(typed, reason):
    with pytest.raises(InvalidInput, match=reason):
        parse_decimal(typed, 2)


def test_minus_zero_is_zero():
    assert str(parse_decimal("-0", 2)) == "0.00"


def test_a_refusal_repeats_only_the_beginning_of_a_long_input():
    with pytest.raises(InvalidInput) as caught:
        parse_decimal("x" * 100_000, 2)
    assert len(str(caught.value)) < 120


@pytest.mark.parametrize(("typed", "expected"), [("1,280", 1280), ("1.5万", 15000), ("-3.0", -3)])
def test_a_whole_number_is_read(typed, expected):
    assert parse_integer(typed) == expected


def test_a_fraction_is_no_whole_number():
    with pytest.raises(InvalidInput, match="whole number"):
        parse_integer("1.5")


@given(st.decimals(min_value=-(10**13), max_value=10**13, places=4))
def test_every_printed_number_is_read_back(value):
    assert parse_decimal(f"{value:,.4f}", 4) == value
    assert parse_decimal(f"{value:f}", 4) == value


@given(st.text(max_size=30))
def test_any_text_is_a_number_or_refused(text):
    try:
        value = parse_decimal(text, 2)
    except InvalidInput:
        return
    assert abs(value) < 10**14
    assert value.as_tuple().exponent == -2


@pytest.mark.parametrize("typed", ["是", "yes", " YES ", "ＴＲＵＥ", "1", "√", "y"])
def test_yes_is_read(typed):
    assert parse_bool(typed) is True


@pytest.mark.parametrize("typed", ["否", "no", "False", "０", "×", "n"])
def test_no_is_read(typed):
    assert parse_bool(typed) is False


@pytest.mark.parametrize("typed", ["", "2", "maybe", "yes no"])
def test_an_unclear_answer_is_refused(typed):
    with pytest.raises(InvalidInput, match="neither yes nor no"):
        parse_bool(typed)


def test_a_number_keeps_the_places_of_its_field():
    assert str(parse_decimal("1.5", 4)) == "1.5000"
    assert parse_decimal("0.0001", 4) == Decimal("0.0001")
