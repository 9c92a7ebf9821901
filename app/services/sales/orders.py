"""What stands in a sales order: priced lines, totals, and where the goods go."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.entities.sales.deal import Deal
from app.entities.sales.order import SalesOrder, SalesOrderLine
from app.rules.errors import DomainError, InvalidInput
from app.rules.orders import EDITABLE, PAYABLE, LineAmounts, OrderState, price_line, price_order
from app.services.inventory.ledger import usual_warehouse

_NONE = Decimal(0)
_orders: Any = SalesOrder.__table__


def figures_of(line: SalesOrderLine, tax_rate: Decimal = _NONE) -> LineAmounts:
    """What a line comes to; what is left empty counts as it would be filled."""
    return price_line(
        line.quantity,
        price_of(line),
        line.discount_rate or _NONE,
        tax_rate if line.tax_rate is None else line.tax_rate,
    )


def price_of(line: SalesOrderLine) -> Decimal:
    """The price of a line: its own, else the product's."""
    if line.unit_price is not None:
        return line.unit_price
    return (line.product.sale_price if line.product else None) or _NONE


def prepare_order(order: SalesOrder, *, tax_rate: Decimal) -> None:
    """Fill what was left empty, price every line and add up; DomainError where it cannot be.

    `tax_rate` (a share) is for lines that say none; history keeps what it says.
    """
    usual = _NONE if order.state is OrderState.HISTORY else tax_rate
    for place, line in enumerate(order.lines, start=1):
        _prepare_line(line, place, usual)
    order.freight_amount = order.freight_amount or _NONE
    amounts = price_order(
        (LineAmounts(line.net_amount, line.tax_amount) for line in order.lines),
        order.freight_amount,
    )
    order.net_amount, order.tax_amount = amounts.net, amounts.tax
    order.total_amount = amounts.total
    order.currency = order.currency or "CNY"
    _check_people(order)
    _fill_delivery(order)


def _prepare_line(line: SalesOrderLine, place: int, tax_rate: Decimal) -> None:
    line.position = place
    if line.product is None:
        raise InvalidInput("Line %(number)s: choose a product.", field="lines", number=place)
    line.unit_price = price_of(line)
    line.discount_rate = line.discount_rate or _NONE
    line.tax_rate = tax_rate if line.tax_rate is None else line.tax_rate
    if line.quantity is None:
        raise InvalidInput("The quantity must be more than 0.", field="lines")
    try:
        amounts = figures_of(line)
    except InvalidInput as error:
        error.field = "lines"
        raise
    line.net_amount, line.tax_amount = amounts.net, amounts.tax


def _check_people(order: SalesOrder) -> None:
    contact, deal = order.contact, order.deal
    if contact is not None and contact.customer is not order.customer:
        raise DomainError(
            "%(contact)s is not a contact of this customer.", field="contact", contact=contact.name
        )
    if deal is not None and deal.customer is not None and deal.customer is not order.customer:
        raise DomainError("This deal is with another customer.", field="deal")


def _fill_delivery(order: SalesOrder) -> None:
    """Without a word about the delivery the goods go to the customer's default address."""
    said = (order.ship_name, order.ship_address, order.ship_city, order.ship_country)
    if order.customer is None or any(said) or order.state is OrderState.HISTORY:
        return
    order.ship_name = order.customer.name
    known = order.customer.addresses
    address = next((row for row in known if row.is_default), known[0] if known else None)
    if address is not None:
        order.ship_address = " ".join(p for p in (address.district, address.street) if p)[:200]
        order.ship_city, order.ship_region = address.city, address.province
        order.ship_postal_code, order.ship_country = address.postal_code, address.country


def check_editable(state: OrderState) -> None:
    """Raises DomainError for the state of an order that others rely on already."""
    if state not in EDITABLE:
        raise DomainError(
            "A confirmed order is not changed any more. Cancel it and make a new one."
        )


def check_state(order: SalesOrder, before: OrderState | None, *, from_file: bool) -> None:
    """What saving may do to the state: nothing, since only actions lead from one to another.

    `before` is the stored state, None for a new order: that is a draft, or of a file history.
    Raises DomainError.
    """
    order.state = order.state or OrderState.DRAFT
    if before is not None:
        check_editable(before)
    allowed = {before} if before else {OrderState.DRAFT}
    if before is None and from_file:
        allowed.add(OrderState.HISTORY)
    if order.state not in allowed:
        raise DomainError("This is not possible in the present state.", field="state")


def over_credit(session: Session, order: SalesOrder) -> Decimal:
    """By how much the customer's unpaid orders and this draft pass the credit limit; 0: not.

    All orders of the customer count, also such as the acting person does not see.
    """
    limit = order.customer.credit_limit
    if limit is None or order.state is not OrderState.DRAFT:
        return _NONE
    statement = select(func.sum(_orders.c.total_amount), func.sum(_orders.c.paid_amount)).where(
        _orders.c.customer_id == order.customer.id, _orders.c.state.in_(PAYABLE)
    )
    charged, paid = session.connection().execute(statement).one()
    owed = (charged or _NONE) - (paid or _NONE)
    return max(owed + order.total_amount - limit, _NONE)


def order_of_deal(session: Session, deal: Deal) -> SalesOrder | None:
    """The latest order of a deal that was not cancelled, where the acting person sees it."""
    of_deal = (SalesOrder.deal_id == deal.id, SalesOrder.state != OrderState.CANCELLED)
    return session.scalar(
        select(SalesOrder).where(*of_deal).order_by(SalesOrder.id.desc()).limit(1)
    )


def order_from_deal(session: Session, deal: Deal, *, today: date, tax_rate: Decimal) -> SalesOrder:
    """A draft for the deal's customer with its main product at the deal's amount; flushed."""
    if deal.customer is None:
        raise DomainError("The deal needs a customer before it becomes an order.", field="customer")
    known = order_of_deal(session, deal)
    if known is not None:
        raise DomainError("The deal has an order already: %(code)s.", code=known.code)
    order = SalesOrder(
        customer=deal.customer,
        contact=deal.contact,
        deal=deal,
        owner=deal.owner,
        team=deal.team,
        order_date=today,
        state=OrderState.DRAFT,
        warehouse=usual_warehouse(session),
    )
    if deal.product is not None:
        order.lines.append(
            SalesOrderLine(product=deal.product, quantity=Decimal(1), unit_price=deal.amount)
        )
    prepare_order(order, tax_rate=tax_rate)
    session.add(order)
    session.flush()
    return order
