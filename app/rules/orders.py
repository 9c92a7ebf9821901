"""Sales orders: their states, what may be done in each, and what their lines come to."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from app.rules.amounts import line_amount, total
from app.rules.choices import Choice
from app.rules.errors import DomainError, InvalidInput


class OrderState(Choice):
    """How far an order has come; history came in with a file and stays as it is."""

    DRAFT = "draft", "Draft", "gray"
    CONFIRMED = "confirmed", "Confirmed", "blue"
    SHIPPED = "shipped", "Shipped", "orange"
    DONE = "done", "Done", "green"
    CANCELLED = "cancelled", "Cancelled", "red"
    HISTORY = "history", "History", "purple"


class OrderAction(Choice):
    """What people do with an order."""

    CONFIRM = "confirm", "Confirm"
    SHIP = "ship", "Ship"
    COMPLETE = "complete", "Complete"
    CANCEL = "cancel", "Cancel"


#: the usual way, as the bar on the record shows it
ORDER_PATH = (OrderState.DRAFT, OrderState.CONFIRMED, OrderState.SHIPPED, OrderState.DONE)
#: states in which somebody owes for the order
PAYABLE = frozenset({OrderState.CONFIRMED, OrderState.SHIPPED, OrderState.DONE})
#: states in which what stands in the order is not agreed with anybody, or only told of the past
EDITABLE = frozenset({OrderState.DRAFT, OrderState.HISTORY})

_NEXT: dict[tuple[OrderState, OrderAction], OrderState] = {
    (OrderState.DRAFT, OrderAction.CONFIRM): OrderState.CONFIRMED,
    (OrderState.DRAFT, OrderAction.CANCEL): OrderState.CANCELLED,
    (OrderState.CONFIRMED, OrderAction.SHIP): OrderState.SHIPPED,
    (OrderState.CONFIRMED, OrderAction.CANCEL): OrderState.CANCELLED,
    (OrderState.SHIPPED, OrderAction.COMPLETE): OrderState.DONE,
}


def is_possible(state: OrderState, action: OrderAction) -> bool:
    """Does the action lead anywhere from this state?"""
    return (state, action) in _NEXT


def next_state(state: OrderState, action: OrderAction) -> OrderState:
    """The state after the action; raises DomainError where it is not possible."""
    if not is_possible(state, action):
        raise DomainError("This is not possible in the present state.")
    return _NEXT[state, action]


@dataclass(frozen=True)
class LineAmounts:
    """What one line comes to, each amount rounded to the cent."""

    net: Decimal
    tax: Decimal


@dataclass(frozen=True)
class OrderAmounts:
    """What a whole order comes to: sums of rounded lines, and the freight on top."""

    net: Decimal
    tax: Decimal
    total: Decimal


def price_line(
    quantity: Decimal, unit_price: Decimal, discount_rate: Decimal, tax_rate: Decimal
) -> LineAmounts:
    """net = quantity x unit price x (1 - discount), tax = net x tax rate; both rounded half up.

    Rates are shares from 0 to 1. Raises InvalidInput for a quantity or price that cannot be.
    """
    if quantity <= 0:
        raise InvalidInput("The quantity must be more than 0.", field="quantity")
    if unit_price < 0:
        raise InvalidInput("The price must not be negative.", field="unit_price")
    if not 0 <= tax_rate <= 1:
        raise InvalidInput("A tax rate is between 0 and 100 percent.", field="tax_rate")
    net = line_amount(quantity, unit_price, discount_rate)
    return LineAmounts(net, line_amount(net, tax_rate))


def price_order(lines: Iterable[LineAmounts], freight: Decimal) -> OrderAmounts:
    """Totals of priced lines; the freight carries no tax of its own."""
    if freight < 0:
        raise InvalidInput("The freight must not be negative.", field="freight_amount")
    known = list(lines)
    net, tax = total(line.net for line in known), total(line.tax for line in known)
    return OrderAmounts(net, tax, total((net, tax, freight)))
