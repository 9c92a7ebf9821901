"""Moving average cost: every piece is worth the same, and an empty shelf is worth nothing."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.stock import cost_of, value_of


@pytest.mark.parametrize(
    ("quantity", "on_hand", "value", "cost"),
    [
        ("1", "3", "10.00", "3.33"),
        ("2", "3", "10.00", "6.67"),
        ("3", "3", "10.00", "10.00"),  # the last ones take what is left
        ("5", "3", "10.00", "10.00"),
        ("1", "0", "0.00", "0.00"),
        ("1", "8", "0.00", "0.00"),
        ("0.5", "2", "9.99", "2.50"),
    ],
)
def test_what_goods_cost_that_leave(quantity: str, on_hand: str, value: str, cost: str) -> None:
    assert cost_of(Decimal(quantity), Decimal(on_hand), Decimal(value)) == Decimal(cost)


@given(
    value=st.integers(0, 10**9),
    parts=st.lists(st.integers(1, 10**6), min_size=1, max_size=20),
)
def test_a_shelf_that_is_emptied_piece_by_piece_keeps_no_value(
    value: int, parts: list[int]
) -> None:
    on_hand, left = Decimal(sum(parts)), Decimal(value).scaleb(-2)
    for part in parts:
        cost = cost_of(Decimal(part), on_hand, left)
        assert 0 <= cost <= left
        on_hand, left = on_hand - part, left - cost
    assert (on_hand, left) == (0, 0)


@pytest.mark.parametrize(
    ("quantity", "on_hand", "value", "price", "worth"),
    [
        ("4", "2", "5.00", "9.00", "10.00"),  # the average of those there, not the price
        ("4", "0", "0.00", "9.00", "36.00"),
        ("4", "0", "0.00", None, "0.00"),
    ],
)
def test_what_goods_are_worth_that_come_without_a_price(
    quantity: str, on_hand: str, value: str, price: str | None, worth: str
) -> None:
    known = None if price is None else Decimal(price)
    assert value_of(Decimal(quantity), Decimal(on_hand), Decimal(value), known) == Decimal(worth)
