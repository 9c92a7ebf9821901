"""The papers of one sales order with its prices: the order itself, and the quotation."""

from datetime import timedelta

from flask_babel import gettext as _

from app.entities.sales.order import SalesOrder
from app.lowcode.field_rights import value_of
from app.lowcode.fields import field_of
from app.lowcode.settings import get_setting
from app.reports import formats, parts
from app.reports.delivery_note import (
    is_chinese,
    product_of,
    reach_of,
    recipient_of,
    unit_of,
)
from app.reports.grid import Column
from app.reports.sheet import Sheet, joined
from app.rules.chinese_amounts import amount_in_words
from app.rules.errors import DomainError
from app.rules.orders import OrderState

#: states in which an order binds nobody, which the paper must say
_UNBINDING = frozenset({OrderState.DRAFT, OrderState.CANCELLED})


def sales_order(order: SalesOrder) -> bytes:
    """The order with prices, tax, freight and what is paid, to be signed by both sides."""
    sheet = _sheet(_("Sales order"), order)
    state = order.state if order.state in _UNBINDING else None
    _head(
        sheet,
        order,
        (_("Order date"), formats.day(order.order_date)),
        (_("Delivery wanted by"), formats.day(order.required_date)),
        (_("Payment due"), formats.day(order.due_date)),
        (_("Sales representative"), _person(order)),
        (_("Order status"), field_of(SalesOrder, "state").text(state)),
    )
    _priced_lines(sheet, order)
    paid = [(_("Paid"), formats.money(-order.paid_amount))] if order.paid_amount else []
    balance = [(_("Balance"), formats.money(order.balance_amount))] if paid else []
    _sums(sheet, order, *paid, *balance)
    _terms(sheet, order)
    parts.signatures(sheet, _("For the buyer"), _("For the seller"))
    return sheet.document()


def quotation(order: SalesOrder) -> bytes:
    """A draft as an offer with its last day; DomainError for an order that is agreed already."""
    if order.state is not OrderState.DRAFT:
        raise DomainError("Only a draft can be printed as a quotation.")
    sheet = _sheet(_("Quotation"), order)
    last_day = order.order_date + timedelta(days=get_setting("quotation_days"))
    _head(
        sheet,
        order,
        (_("Date"), formats.day(order.order_date)),
        (_("Valid until"), formats.day(last_day)),
        (_("Delivery wanted by"), formats.day(order.required_date)),
        (_("Sales representative"), _person(order)),
    )
    _priced_lines(sheet, order)
    _sums(sheet, order)
    _terms(sheet, order)
    parts.signatures(sheet, _("Accepted by the buyer"), _("For the seller"))
    return sheet.document()


def _sheet(title: str, order: SalesOrder) -> Sheet:
    return Sheet(title, foot=joined((title, order.code, parts.company_name())))


def _head(sheet: Sheet, order: SalesOrder, *facts: tuple[str, str]) -> None:
    customer, contact = order.customer, order.contact
    if customer is None:  # an order of one's own with a customer of somebody else
        raise DomainError("You do not see the customer of this order. Ask the customer's owner.")
    number = value_of(customer, "tax_number")
    tax_number = f"{_('Tax number')} {number}" if number else ""
    parts.letterhead(sheet, order.code)
    parts.parties(
        sheet,
        (
            _("Customer"),
            [
                customer.name,
                reach_of(contact),
                joined((value_of(customer, "phone"), value_of(customer, "email"))),
                tax_number,
            ],
        ),
        (_("Ship to"), recipient_of(order)),
    )
    parts.facts(sheet, facts)


def _person(order: SalesOrder) -> str:
    return order.owner.name if order.owner else ""


def _priced_lines(sheet: Sheet, order: SalesOrder) -> None:
    columns = [
        Column("#", right=True),
        Column(_("Product"), wide=True),
        Column(_("Quantity"), right=True),
        Column(_("Unit")),
        Column(_("Unit price"), right=True),
        Column(_("Discount"), right=True),
        Column(_("Tax rate"), right=True),
        Column(_("Net amount"), right=True),
    ]
    rows = [
        [
            str(place),
            product_of(line),
            formats.quantity(line.quantity),
            unit_of(line),
            formats.money(line.unit_price),
            formats.percent(line.discount_rate),
            formats.percent(line.tax_rate),
            formats.money(line.net_amount),
        ]
        for place, line in enumerate(order.lines, start=1)
    ]
    parts.lines(sheet, columns, rows)


def _sums(sheet: Sheet, order: SalesOrder, *more: tuple[str, str]) -> None:
    """Net, tax, freight and the total; what follows it stands below."""
    pairs = [(_("Net amount"), formats.money(order.net_amount))]
    if order.tax_amount:
        pairs.append((_("Tax"), formats.money(order.tax_amount)))
    if order.freight_amount:
        pairs.append((_("Freight"), formats.money(order.freight_amount)))
    total = (_("Total"), f"{order.currency} {formats.money(order.total_amount)}")
    note = ""
    if is_chinese() and order.currency == "CNY":
        note = _("Amount in words: %(words)s", words=amount_in_words(order.total_amount))
    parts.totals(sheet, pairs, total, more, note)


def _terms(sheet: Sheet, order: SalesOrder) -> None:
    parts.remarks(
        sheet,
        (_("Notes"), order.notes),
        (_("Terms of sale"), get_setting("order_terms")),
        (_("Bank account"), get_setting("bank_account")),
    )
