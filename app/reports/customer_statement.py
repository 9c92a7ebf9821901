"""What a customer was charged and paid, with the balance after each line, to be agreed on."""

from datetime import date

from flask_babel import gettext as _

from app.entities.billing import Payment
from app.entities.customers import Customer
from app.entities.sales.order import SalesOrder
from app.extensions import db
from app.lowcode.field_rights import value_of
from app.lowcode.fields import field_of
from app.lowcode.fields.moments import today
from app.lowcode.principal import system
from app.lowcode.settings import get_setting
from app.reports import formats, parts
from app.reports.grid import Column
from app.reports.sheet import Sheet, joined
from app.rules.errors import DomainError
from app.rules.months import last_months, month_of
from app.services.sales.statement import Entry, Statement, payable_orders, statement_of

#: months on a statement that nobody chose the days of, the present one included
_MONTHS = 12


def customer_statement(customer: Customer) -> bytes:
    """The last twelve months."""
    now = today()
    return statement_between(customer, last_months(month_of(now), _MONTHS)[0], now)


def statement_between(customer: Customer, since: date, until: date) -> bytes:
    """The days from `since` to `until`, both included.

    DomainError where the acting person does not see all orders of the customer: a statement that
    lacks some would be wrong, and would leave the house.
    """
    seen = payable_orders(db.session(), customer)
    with system("statement"):
        if payable_orders(db.session(), customer) != seen:
            raise DomainError(
                "Some orders of this customer belong to colleagues. "
                "Ask somebody who sees them all for the statement."
            )
    return _draw(statement_of(db.session(), customer, since, until))


def _draw(statement: Statement) -> bytes:
    customer, since, until = statement.customer, statement.since, statement.until
    title = _("Customer statement")
    span = f"{formats.day(since)} – {formats.day(until)}"
    sheet = Sheet(title, foot=joined((title, customer.name, span)))
    parts.letterhead(sheet, span)
    number = value_of(customer, "tax_number")
    tax_number = f"{_('Tax number')} {number}" if number else ""
    reach = joined((value_of(customer, "phone"), value_of(customer, "email")))
    parts.parties(sheet, (_("Customer"), [customer.name, customer.code, reach, tax_number]))
    currency = get_setting("currency")
    parts.facts(
        sheet,
        [
            (_("Balance brought forward"), formats.money(statement.opening)),
            (_("Charged"), formats.money(statement.charged)),
            (_("Paid"), formats.money(statement.paid)),
            (_("Balance"), f"{currency} {formats.money(statement.closing)}"),
        ],
    )
    _entries(sheet, statement)
    _unpaid(sheet, statement.unpaid)
    if statement.closing > 0:
        parts.remarks(sheet, (_("Bank account"), get_setting("bank_account")))
    parts.heading(sheet, _("Confirmation"))
    sheet.add(sheet.text(_("Please compare and return one signed copy. Thank you.")))
    parts.signatures(sheet, _("Confirmed by the customer"), _("Prepared by"))
    return sheet.document()


def _entries(sheet: Sheet, statement: Statement) -> None:
    columns = [
        Column(_("Date")),
        Column(_("Document")),
        Column(_("Details"), wide=True),
        Column(_("Charged"), right=True),
        Column(_("Paid"), right=True),
        Column(_("Balance"), right=True),
    ]
    forward = [
        formats.day(statement.since),
        "",
        _("Balance brought forward"),
        "",
        "",
        formats.money(statement.opening),
    ]
    total = [
        formats.day(statement.until),
        "",
        _("Balance"),
        formats.money(statement.charged),
        formats.money(statement.paid),
        formats.money(statement.closing),
    ]
    parts.lines(sheet, columns, [forward, *map(_entry, statement.entries)], total)


def _entry(entry: Entry) -> list[str]:
    document = entry.document
    if isinstance(document, Payment):
        method = field_of(Payment, "method").text(document.method)
        details = joined((_("Payment"), method, document.reference))
    else:
        details = joined((_("Order"), field_of(SalesOrder, "state").text(document.state)))
    return [
        formats.day(entry.day),
        document.code,
        details,
        formats.money(entry.charge) if entry.charge else "",
        formats.money(entry.credit) if entry.credit else "",
        formats.money(entry.balance),
    ]


def _unpaid(sheet: Sheet, orders: list[SalesOrder]) -> None:
    """Orders of any time that are open today, with how late they are."""
    if not orders:
        return
    parts.heading(sheet, _("Orders not paid in full"))
    columns = [
        Column(_("Order")),
        Column(_("Order date")),
        Column(_("Payment due")),
        Column(_("Days overdue"), right=True),
        Column(_("Total"), right=True),
        Column(_("Paid"), right=True),
        Column(_("Balance"), right=True),
    ]
    rows, now = [], today()
    for order in orders:
        late = (now - order.due_date).days if order.due_date else 0
        rows.append(
            [
                order.code,
                formats.day(order.order_date),
                formats.day(order.due_date),
                formats.quantity(late) if late > 0 else "",
                formats.money(order.total_amount),
                formats.money(order.paid_amount),
                formats.money(order.balance_amount),
            ]
        )
    total = ["", "", "", "", "", _("Total"), formats.money(sum(o.balance_amount for o in orders))]
    parts.lines(sheet, columns, rows, total)
