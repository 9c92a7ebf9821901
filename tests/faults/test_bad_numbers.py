"""Numbers that are none, or that no column holds: refused beside the field, and nothing is kept."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.entities.catalog import Product
from tests.callers import Caller, inside
from tests.visitors import Visitor

pytestmark = pytest.mark.usefixtures("database")

REFUSED = [
    "NaN",
    "sNaN",
    "Infinity",
    "-Infinity",
    "∞",
    "1e400",
    "1e2",
    "1" + "0" * 26,
    "1,5",
    "1.5,0",
    "0.005",
    "0x10",
    "²",
    "1_000",
    "--1",
    "1 / 3",
]
#: in another form than the shortest, and yet of one meaning
READ = {"１２．５０": "12.50", "1,280.50": "1280.50", "-0": "0", "0.100": "0.10"}
#: what a JSON reader makes a number of
NUMBERS = ["NaN", "Infinity", "-Infinity", "1e400", "1e26", "0.005"]


def prices(app: Flask) -> list[Decimal | None]:
    with inside(app) as session:
        return list(session.scalars(select(Product.sale_price).order_by(Product.id)))


def typed(price: str, code: str = "P") -> dict[str, Any]:
    return {"name": code, "code": code, "use": "finished", "is_active": "y", "sale_price": price}


def test_a_form_names_the_field(app: Flask, visitor: Callable[..., Visitor]) -> None:
    boss = visitor("administrator", locale="en")
    for price in REFUSED:
        answer = boss.post("/products/new", **typed(price))
        assert answer.status_code == 422, price
        assert 'id="sale_price-error"' in answer.text, price
    assert prices(app) == []


def test_the_api_names_the_field(app: Flask) -> None:
    caller = Caller(app, "administrator")
    for price in REFUSED:
        answer = caller.post("products", **typed(price))
        assert answer.status_code == 422, price
        assert set(answer.json["errors"]) == {"sale_price"}, price
    for number in NUMBERS:
        body = f'{{"name": "P", "code": "P", "use": "finished", "sale_price": {number}}}'
        answer = caller.call("POST", "products", data=body, content_type="application/json")
        assert answer.status_code in {400, 422}, number
    assert prices(app) == []


def test_what_has_one_meaning_is_read_exactly(app: Flask, visitor: Callable[..., Visitor]) -> None:
    boss = visitor("administrator", locale="en")
    for number, price in enumerate(READ):
        answer = boss.post("/products/new", **typed(price, f"P{number}"))
        assert answer.status_code == 302, price
    kept = prices(app)
    assert kept == [Decimal(price) for price in READ.values()]
    assert not any(price.is_signed() for price in kept if price is not None)
