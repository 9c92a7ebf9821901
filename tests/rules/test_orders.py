"""Sales orders: what is possible in each state, and amounts that add up to the cent."""

import random
from decimal import ROUND_HALF_UP, Decimal

import pytest

from app.rules.errors import DomainError, InvalidInput
from app.rules.orders import (
    EDITABLE,
    ORDER_MACHINE,
    ORDER_PATH,
    PAYABLE,
    OrderState,
    price_line,
    price_order,
)

ALLOWED = {
    (OrderState.DRAFT, "confirm"): OrderState.CONFIRMED,
    (OrderState.DRAFT, "cancel"): OrderState.CANCELLED,
    (OrderState.CONFIRMED, "ship"): OrderState.SHIPPED,
    (OrderState.CONFIRMED, "cancel"): OrderState.CANCELLED,
    (OrderState.SHIPPED, "complete"): OrderState.DONE,
}


@pytest.mark.parametrize("state", OrderState)
@pytest.mark.parametrize("action", ORDER_MACHINE.actions)
def test_every_pair_of_state_and_action(state: OrderState, action: str) -> None:
    wanted = ALLOWED.get((state, action))
    assert ORDER_MACHINE.may(action, state) is (wanted is not None)
    if wanted is None:
        with pytest.raises(DomainError):
            ORDER_MACHINE.after(action, state)
    else:
        assert ORDER_MACHINE.after(action, state) is wanted


def test_nothing_leads_into_or_out_of_history() -> None:
    assert all(not ORDER_MACHINE.may(a, OrderState.HISTORY) for a in ORDER_MACHINE.actions)
    assert OrderState.HISTORY not in ALLOWED.values()
    assert OrderState.HISTORY not in PAYABLE


def test_what_others_rely_on_is_not_edited() -> None:
    assert {OrderState.DRAFT, OrderState.HISTORY} == EDITABLE
    assert not EDITABLE & PAYABLE


def test_the_usual_way_follows_the_actions() -> None:
    actions = ("confirm", "ship", "complete")
    for action, before, after in zip(actions, ORDER_PATH, ORDER_PATH[1:], strict=False):
        assert ORDER_MACHINE.after(action, before) is after


@pytest.mark.parametrize(
    ("quantity", "price", "discount", "tax", "net", "taxed"),
    [
        ("3", "12.50", "0", "0", "37.50", "0.00"),
        ("1", "0.05", "0.5", "0", "0.03", "0.00"),  # half a cent goes up
        ("3", "33.33", "0.15", "0.13", "84.99", "11.05"),  # 84.9915, tax of what is rounded
        ("0.0001", "0.01", "0", "1", "0.00", "0.00"),
        ("7", "19.99", "1", "0.13", "0.00", "0.00"),  # given away
    ],
)
def test_a_line_is_rounded_once_and_taxed_as_rounded(
    quantity: str, price: str, discount: str, tax: str, net: str, taxed: str
) -> None:
    amounts = price_line(Decimal(quantity), Decimal(price), Decimal(discount), Decimal(tax))
    assert (amounts.net, amounts.tax) == (Decimal(net), Decimal(taxed))


@pytest.mark.parametrize(
    ("quantity", "price", "discount", "tax", "field"),
    [
        ("0", "1", "0", "0", "quantity"),
        ("-1", "1", "0", "0", "quantity"),
        ("1", "-0.01", "0", "0", "unit_price"),
        ("1", "1", "1.01", "0", "discount_rate"),
        ("1", "1", "-0.1", "0", "discount_rate"),
        ("1", "1", "0", "1.5", "tax_rate"),
        ("99999999999999", "99999999", "0", "0", "quantity"),
    ],
)
def test_a_line_that_cannot_be_is_refused(
    quantity: str, price: str, discount: str, tax: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        price_line(Decimal(quantity), Decimal(price), Decimal(discount), Decimal(tax))
    assert refused.value.field == field


def test_a_negative_freight_is_refused() -> None:
    with pytest.raises(InvalidInput):
        price_order([], Decimal("-0.01"))


def test_ten_thousand_random_orders_add_up_to_the_cent() -> None:
    """Lines sum to the total, and each line is what whole numbers alone say it is."""
    dice = random.Random(20260305)  # noqa: S311 - a sample, not a secret
    for _ in range(10_000):
        lines = [_random_line(dice) for _ in range(dice.randint(1, 12))]
        priced = [price_line(*line) for line in lines]
        freight = Decimal(dice.randrange(0, 10**6)).scaleb(-2)
        amounts = price_order(priced, freight)
        assert amounts.net == sum(line.net for line in priced)
        assert amounts.tax == sum(line.tax for line in priced)
        assert amounts.total == amounts.net + amounts.tax + freight
        for line, amount in zip(lines, priced, strict=True):
            assert amount.net == _in_whole_numbers(*line[:3])


def _random_line(dice: random.Random) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    quantity = Decimal(dice.randint(1, 10**7)).scaleb(-4)
    price = Decimal(dice.randint(0, 10**7)).scaleb(-2)
    discount = Decimal(dice.choice([0, 500, 1000, 1500, 3333, dice.randint(0, 10**4)])).scaleb(-4)
    return quantity, price, discount, Decimal(dice.choice(["0", "0.06", "0.09", "0.13"]))


def _in_whole_numbers(quantity: Decimal, price: Decimal, discount: Decimal) -> Decimal:
    """quantity × price × (1 − discount) in units of 10⁻¹⁰, halves up: no Decimal arithmetic."""
    exact = int(quantity.scaleb(4)) * int(price.scaleb(2)) * (10**4 - int(discount.scaleb(4)))
    cents = (2 * exact + 10**8) // (2 * 10**8)
    return Decimal(cents).scaleb(-2).quantize(Decimal("0.01"), ROUND_HALF_UP)
