"""Sales orders: their states, what may be done in each, and what their lines come to."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from app.rules.amounts import line_amount, total
from app.rules.choices import Choice
from app.rules.errors import InvalidInput
from app.rules.states import Machine


class OrderState(Choice):
    """How far an order has come; history came in with a file and stays as it is."""

    DRAFT = "draft", "Draft", "gray"
    CONFIRMED = "confirmed", "Confirmed", "blue"
    SHIPPED = "shipped", "Shipped", "orange"
    DONE = "done", "Done", "green"
    CANCELLED = "cancelled", "Cancelled", "red"
    HISTORY = "history", "History", "purple"


#: what a line comes to is less: a thousand of them still fit a column
LIMIT = Decimal(10**11)
#: the usual way, as the bar on the record shows it
ORDER_PATH = (OrderState.DRAFT, OrderState.CONFIRMED, OrderState.SHIPPED, OrderState.DONE)
#: states in which somebody owes for the order
PAYABLE = frozenset({OrderState.CONFIRMED, OrderState.SHIPPED, OrderState.DONE})
#: states in which what stands in the order is not agreed with anybody, or only told of the past
EDITABLE = frozenset({OrderState.DRAFT, OrderState.HISTORY})

ORDER_MACHINE = Machine(
    {
        "confirm": ([OrderState.DRAFT], OrderState.CONFIRMED),
        "ship": ([OrderState.CONFIRMED], OrderState.SHIPPED),
        "complete": ([OrderState.SHIPPED], OrderState.DONE),
        "cancel": ([OrderState.DRAFT, OrderState.CONFIRMED], OrderState.CANCELLED),
    }
)


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
    if net >= LIMIT:
        raise InvalidInput("This amount is too large.", field="quantity")
    return LineAmounts(net, line_amount(net, tax_rate))


def price_order(lines: Iterable[LineAmounts], freight: Decimal) -> OrderAmounts:
    """Totals of priced lines; the freight carries no tax of its own."""
    if freight < 0:
        raise InvalidInput("The freight must not be negative.", field="freight_amount")
    known = list(lines)
    net, tax = total(line.net for line in known), total(line.tax for line in known)
    return OrderAmounts(net, tax, total((net, tax, freight)))
