"""Orders to print, hostile texts, and what stands on the pages of a PDF."""

import io
import random
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from pypdf import PdfReader
from sqlalchemy.orm import Session

from app.entities.catalog import Product
from app.entities.customers import Customer
from app.entities.sales.order import SalesOrder, SalesOrderLine
from app.rules.orders import OrderState
from app.services.sales.orders import prepare_order

PIECES = [
    "<b>",
    "</b>",
    "<b>unclosed",
    "<img src='/etc/passwd'/>",
    "<a href='javascript:alert(1)'>x</a>",
    "<font color='nonsense'>",
    "<para>",
    "&amp;",
    "&",
    "&#x41;",
    "]]>",
    "<!--",
    "<?xml?>",
    "{{7*7}}",
    "%(name)s",
    "%s",
    "\\",
    "'\"",
    "喆堃镕㛃翀犇䶮",
    "有限公司",
    "Ünïcödé",
    "¥〇",
    "\x00",
    "\x07",
    "\x1b[31m",
    "\u202e",
    "\u200b",
    "\t",
    "\n",
    "  ",
    "A" * 40,
    "字" * 30,
]


def hostile_names(count: int) -> list[str]:
    """Random strings of markup, control characters and Chinese, the same at every run."""
    chance = random.Random(20260305)  # noqa: S311 - no secret
    return [
        f"N{number:03}" + "".join(chance.choices(PIECES, k=chance.randint(1, 5)))
        for number in range(count)
    ]


def squeezed(text: str) -> str:
    """Without blanks: where a line was broken says nothing about the text."""
    return "".join(text.split())


def pages_of(data: bytes) -> list[str]:
    """The text of each page."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]


def text_of(data: bytes) -> str:
    return "\n".join(pages_of(data))


def make_product(session: Session, name: str = "Pump", **values: Any) -> Product:
    product = Product(name=name, **values)
    session.add(product)
    session.flush()
    return product


def make_order(
    session: Session,
    customer: Customer | str = "Customer",
    lines: Iterable[dict[str, Any]] = ({},),
    *,
    state: OrderState = OrderState.DRAFT,
    **values: Any,
) -> SalesOrder:
    """A flushed and priced order; a line is told by its columns, product by its row or name."""
    if isinstance(customer, str):
        customer = Customer(name=customer)
        session.add(customer)
    order = SalesOrder(customer=customer, **{"order_date": date(2026, 3, 5), **values})
    for line in lines:
        product = line.get("product", "Pump")
        if isinstance(product, str):
            product = make_product(session, product)
        given = {"quantity": Decimal(1), "unit_price": Decimal("100"), **line, "product": product}
        order.lines.append(SalesOrderLine(**given))
    prepare_order(order, tax_rate=Decimal(0))
    order.state = state
    session.add(order)
    session.flush()
    return order
