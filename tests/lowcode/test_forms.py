"""Forms as they open: few statements, remote pickers, totals by the server."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from app.entities.catalog import Product, ProductComponent
from app.entities.customers import Contact, Customer, CustomerAddress, Interaction
from tests.callers import inside
from tests.lowcode.test_listing import statements
from tests.lowcode.test_statements import counted
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]


@pytest.fixture
def rows(app: Flask) -> None:
    with inside(app) as session:
        tea = Product(code="T", name="Tea", sale_price=Decimal("12.50"))
        gift = Product(code="G", name="Gift", sale_price=Decimal(30))
        gift.components.append(ProductComponent(component=tea, quantity=2))
        customer = Customer(name="Company", addresses=[CustomerAddress(street="Street 1")])
        contact = Contact(name="P", customer=customer)
        session.add_all([gift, Interaction(subject="s", customer=customer, contact=contact)])


def total(visitor: Visitor, **fields: Any) -> Any:
    answer = visitor.post("/products/totals/components", **fields)
    assert answer.status_code == 200
    return answer.json


def test_totals_of_lines_are_computed_by_the_server_as_they_are_typed(
    app: Flask, visitor: Visitors, rows: None
) -> None:
    with inside(app) as session:
        tea = session.query(Product).filter_by(code="T").one().id
    boss = visitor("administrator", locale="en")
    lines = {"components-0-component": tea, "components-0-quantity": "2.5"}
    lines |= {"components-3-component": tea, "components-3-quantity": "１"}
    answer = total(boss, **lines)
    assert [line["amount"] for line in answer["lines"]] == ["31.25", "12.50"]
    assert answer["totals"] == [["Total", "43.75"]]


@pytest.mark.parametrize("quantity", ["", "x", "²", "9" * 30, "-"])
def test_half_typed_lines_have_no_total_and_break_nothing(
    visitor: Visitors, rows: None, quantity: str
) -> None:
    lines = {"components-0-component": "1", "components-0-quantity": quantity}
    assert total(visitor("administrator", locale="en"), **lines)["lines"] is not None


def test_totals_change_nothing(app: Flask, visitor: Visitors, rows: None) -> None:
    boss = visitor("administrator")
    total(boss, **{"components-0-component": "1", "components-0-quantity": "7"})
    with inside(app) as session:
        assert session.query(ProductComponent).one().quantity == 2


def test_totals_need_a_right_to_write(visitor: Visitors, rows: None) -> None:
    assert visitor("warehouse").post("/products/totals/components").status_code == 403
    assert visitor("administrator").post("/products/totals/nothing").status_code == 404


def test_a_picker_knows_where_to_search_and_what_narrows_it(visitor: Visitors, rows: None) -> None:
    page = visitor("administrator").get("/interactions/new").text
    start = page.index('name="contact"')
    tag = page[page.rindex("<select", 0, start) : page.index(">", start)]
    assert 'data-url="/interactions/picker/contact"' in tag
    assert 'data-depends="customer"' in tag
    assert 'data-create-url="/contacts/new?dialog=1"' in tag


def test_a_new_related_row_is_offered_to_those_alone_who_may_add_one(
    visitor: Visitors, rows: None
) -> None:
    page = visitor("service").get("/contacts/new").text
    assert "/customers/new" not in page


def test_a_form_says_what_a_field_is_for(visitor: Visitors) -> None:
    page = visitor("administrator", locale="en").get("/contacts/new").text
    assert "The first person to ask for. A customer has one." in page
    assert "novalidate" in page


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/customers/", 8),
        ("/contacts/", 6),
        ("/customers/?layout=board", 7),
        ("/customers/?layout=chart", 5),
        ("/customers/1", 24),
        ("/products/2", 10),
        ("/customers/new", 5),
        ("/customers/1/edit", 7),
        ("/products/2/edit", 6),
    ],
)
def test_a_page_takes_few_statements(
    app: Flask, visitor: Visitors, rows: None, path: str, most: int
) -> None:
    boss = visitor("sales_manager", locale="en")
    with inside(app) as session:
        for customer in session.query(Customer):
            customer.owner_id = boss.user_id
    if "product" in path:
        boss = visitor("purchasing", locale="en")
    boss.get(path)  # rights and settings are read once
    assert statements(app, boss, path) <= most


def test_rows_that_a_form_names_are_read_together(app: Flask, visitor: Visitors) -> None:
    with inside(app) as session:
        goods = [Product(code=f"P{turn}", name=f"Goods {turn}") for turn in range(6)]
        session.add_all(goods)
        session.flush()
        keys = [row.id for row in goods]
    boss = visitor("administrator", locale="en")
    asked = []
    for some in (keys[:2], keys):
        lines = {f"components-{turn}-component": key for turn, key in enumerate(some)}
        boss.token()
        with counted(app) as seen:
            assert len(total(boss, **lines)["lines"]) == len(some)
        asked.append(len(seen))
    assert asked[0] == asked[1]


@pytest.mark.parametrize("key", ["0", "9999", "²", "9" * 30])
def test_a_row_that_is_not_there_is_told_beside_the_field_that_names_it(
    app: Flask, visitor: Visitors, rows: None, key: str
) -> None:
    with inside(app) as session:
        there = session.query(Customer).one().id
    boss = visitor("administrator", locale="en")
    fields = {"name": "New", "customer": there, "reports_to": key}
    answer = boss.post("/contacts/new", **fields)
    assert answer.status_code == 422
    assert '<a href="#reports_to">Reports to</a>: This entry does not exist' in answer.text
    assert 'href="#customer"' not in answer.text
