"""A company with values that nobody of the role `insider` may see, each of them unmistakable."""

import io
import zipfile
from dataclasses import dataclass
from decimal import Decimal

from flask import Flask
from pypdf import PdfReader
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.entities.customers import Contact, Customer
from app.entities.sales.lead import Lead
from app.entities.system.user import Role, User
from app.lowcode.principal import DataScope
from app.lowcode.security.field_levels import write_levels
from app.lowcode.security.permissions import known_pairs
from app.lowcode.security.rights import write_rights
from app.rules.access import ADMINISTRATOR
from app.rules.masking import FieldLevel
from tests.callers import inside
from tests.trade import level_of, make_order, make_product, make_purchase, make_warehouse

ROLE = "insider"
PHONE, CONTACT_PHONE, LEAD_PHONE = "13812349871", "13912349872", "13712349873"
EMAIL, COST, LIMIT = "topsecret@example.com", "7654.32", "987654.30"
WORTH = "68888.88"  # nine pieces of it in stock
TAX = "91350100M000100Y43"
#: as they stand in answers: with and without signs between the thousands
SECRETS = (
    PHONE, CONTACT_PHONE, LEAD_PHONE, "topsecret@", COST, "7,654.32", "76543.20", "76,543.20",
    WORTH, "68,888.88", "68888.9", "987654.3", "987,654.3",
)  # fmt: skip
LEVELS = {
    ("Customer", "phone"): FieldLevel.MASKED,
    ("Customer", "email"): FieldLevel.MASKED,
    ("Customer", "credit_limit"): FieldLevel.NONE,
    ("Customer", "tax_number"): FieldLevel.READ,
    ("Contact", "mobile"): FieldLevel.NONE,
    ("Lead", "phone"): FieldLevel.MASKED,
    ("Product", "purchase_price"): FieldLevel.NONE,
}


@dataclass(frozen=True)
class Keys:
    """Of the rows that hold the secrets."""

    customer: int
    contact: int
    lead: int
    product: int
    order: int
    purchase: int
    level: int
    warehouse: int


def make_role(session: Session, name: str = ROLE) -> Role:
    """May do everything on every screen, with all rows, but for `LEVELS`."""
    role = Role(name=name)
    session.add(role)
    session.flush()
    owned = ("Customer", "Lead", "Deal", "SalesOrder", "Task", "Campaign", "Ticket")
    places = ("Product", "Warehouse", "Location", "StockLevel", "StockMove", "ReorderPoint")
    write_rights(session, role, known_pairs(session), dict.fromkeys(owned + places, DataScope.ALL))
    write_levels(session, role, LEVELS)
    return role


def make_company(app: Flask) -> Keys:
    """The role, and rows whose secrets were also changed once, so that the trail holds them."""
    with inside(app) as session:
        make_role(session)
        admin = session.query(User).filter(User.roles.any(Role.name == ADMINISTRATOR)).first()
        customer = Customer(name="Secret Ltd", phone="10086", owner=admin)
        session.add(customer)
        session.flush()
        customer.phone, customer.email, customer.tax_number = PHONE, EMAIL, TAX
        customer.credit_limit = Decimal(LIMIT)
        contact = Contact(name="Ms. Contact", customer=customer, mobile=CONTACT_PHONE)
        lead = Lead(name="Mr. Lead", phone=LEAD_PHONE)
        session.add_all([contact, lead])
        warehouse = make_warehouse(session)
        cost = Decimal(COST)
        product = make_product(session, warehouse, 9, purchase_price=cost, name="Thing")
        order = make_order(session, warehouse, (product, 1), customer=customer, contact=contact)
        purchase = make_purchase(session, warehouse, (product, 10, COST))
        session.flush()
        level = level_of(session, product, warehouse)
        return Keys(
            customer.id, contact.id, lead.id, product.id, order.id, purchase.id, level.id,
            warehouse.id,
        )  # fmt: skip


def told(answer: TestResponse) -> str:
    """Everything an answer says, also inside a workbook or a PDF."""
    match answer.mimetype:
        case "application/pdf":
            pages = PdfReader(io.BytesIO(answer.data)).pages
            return "\n".join(page.extract_text() for page in pages)
        case kind if kind.endswith("sheet"):
            with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
                return "\n".join(book.read(name).decode() for name in book.namelist())
        case _:
            return answer.get_data(as_text=True)


def secrets_in(answer: TestResponse) -> list[str]:
    text = told(answer)
    return [secret for secret in SECRETS if secret in text]
