"""What to pick and to hand over: orders without any price or amount."""

from flask_babel import get_locale
from flask_babel import gettext as _
from reportlab.platypus import PageBreak

from app.entities.customers import Contact
from app.entities.inventory import Warehouse
from app.entities.sales.order import SalesOrder, SalesOrderLine
from app.extensions import db
from app.lowcode.field_rights import value_of
from app.lowcode.fields import field_of
from app.reports import formats, parts, theme
from app.reports.grid import Column, Text
from app.reports.sheet import Sheet, joined
from app.rules.errors import DomainError
from app.rules.orders import OrderState
from app.services.inventory.ledger import is_stocked
from app.services.sales.deliveries import orders_to_ship

#: notes in one file; beyond that nobody picks in one round
MOST = 200


def delivery_note(order: SalesOrder) -> bytes:
    """The note of one order; DomainError for one that nobody is to deliver."""
    if order.state in {OrderState.DRAFT, OrderState.CANCELLED}:
        raise DomainError("Only a confirmed order has a delivery note.")
    title = _("Delivery note")
    sheet = Sheet(title, foot=joined((title, order.code, parts.company_name())))
    _note(sheet, order)
    return sheet.document()


def delivery_notes(warehouse: Warehouse | None) -> bytes:
    """A page for each confirmed order that is to leave a warehouse, or any, the most urgent first.

    DomainError for more than MOST.
    """
    orders = orders_to_ship(db.session(), warehouse, MOST + 1)
    if len(orders) > MOST:
        raise DomainError(
            "More than %(count)s orders are to be shipped. Choose a warehouse, or ship some first.",
            count=MOST,
        )
    title = _("Delivery note")
    place = warehouse.name if warehouse else _("All warehouses")
    sheet = Sheet(title, foot=joined((title, place, parts.company_name())))
    for order in orders:
        if order is not orders[0]:
            sheet.add(PageBreak())
        _note(sheet, order)
    if not orders:
        parts.letterhead(sheet, place)
        sheet.add(sheet.text(_("No order is waiting to be shipped."), theme.NOTE))
    return sheet.document()


def _note(sheet: Sheet, order: SalesOrder) -> None:
    parts.letterhead(sheet, order.code)
    warehouse = order.warehouse
    phone = value_of(warehouse, "phone")
    ship_from = [warehouse.name, warehouse.address, phone] if warehouse else []
    parts.parties(sheet, (_("Ship to"), recipient_of(order)), (_("Ship from"), ship_from or ["—"]))
    parts.facts(
        sheet,
        [
            (_("Order date"), formats.day(order.order_date)),
            (_("Delivery wanted by"), formats.day(order.required_date)),
            (_("Shipped on"), formats.day(order.shipped_date)),
            (_("Carrier"), order.carrier.name if order.carrier else ""),
        ],
    )
    columns = [
        Column("#", right=True),
        Column(_("Product"), wide=True),
        Column(_("Quantity"), right=True),
        Column(_("Unit")),
        Column(_("Picked"), by_hand=True),
        Column(_("Rechecked"), by_hand=True),
    ]
    rows = [
        [str(place), product_of(line), formats.quantity(line.quantity), unit_of(line), "", ""]
        for place, line in enumerate(filter(_is_goods, order.lines), start=1)
    ]
    parts.lines(sheet, columns, rows)
    parts.remarks(sheet, (_("Notes"), order.notes))
    parts.signatures(sheet, _("Picked by"), _("Rechecked by"), _("Delivered by"), _("Received by"))


def _is_goods(line: SalesOrderLine) -> bool:
    return is_stocked(line.product)


def recipient_of(order: SalesOrder) -> list[str | None]:
    """The address, the largest part first where that is how it is written."""
    contact = order.contact
    country = field_of(SalesOrder, "ship_country").text(order.ship_country)
    # 北京市 and 北京 are one place.
    city = None if (order.ship_city or "") in (order.ship_region or "") else order.ship_city
    places = [country, order.ship_region, city]
    if not is_chinese():
        places.reverse()
    place = joined((order.ship_postal_code, *places), " ")
    street = order.ship_address
    return [
        # Who packs the goods need not see the customer.
        order.ship_name or (order.customer.name if order.customer else ""),
        *((place, street) if is_chinese() else (street, place)),
        reach_of(contact),
    ]


def reach_of(contact: Contact | None) -> str:
    """A person with the number to call, as far as the reader may see it."""
    if contact is None:
        return ""
    return joined((contact.name, value_of(contact, "mobile") or value_of(contact, "phone")))


def product_of(line: SalesOrderLine) -> Text:
    product = line.product
    details = (product.code, product.specification, line.description)
    return product.name, joined(text for text in details if text != product.name)


def unit_of(line: SalesOrderLine) -> str:
    return line.product.unit.name if line.product.unit else ""


def is_chinese() -> bool:
    return str(get_locale()).startswith("zh")
