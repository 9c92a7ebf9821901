"""The screens of products, categories, suppliers, teams and regions as people use them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.entities.catalog import Product, ProductCategory
from app.entities.customers import Customer
from app.entities.purchasing import Supplier
from app.entities.system.organization import Region, Team
from tests.callers import inside
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]


def saved(app: Flask, *rows: Any) -> list[int]:
    with inside(app) as session:
        session.add_all(rows)
        session.commit()
        return [row.id for row in rows]


def test_a_set_is_saved_with_its_parts(app: Flask, visitor: Visitors) -> None:
    desk, chair = saved(
        app,
        Product(name="示例桌", sale_price=Decimal("880")),
        Product(name="示例椅", sale_price=Decimal("2.35")),
    )
    answer = visitor("administrator").post(
        "/products/new",
        name="示例套装",
        code="",
        use="finished",
        is_active="1",
        **{"components-0-component": desk, "components-0-quantity": "1"},
        **{"components-1-component": chair, "components-1-quantity": "1.5"},
    )
    assert answer.status_code == 302, answer.text
    with inside(app) as session:
        product = session.scalars(select(Product).where(Product.name == "示例套装")).one()
        assert [line.amount for line in product.components] == [Decimal("880.00"), Decimal("3.53")]
        assert product.code


def test_the_server_adds_up_the_parts_while_they_are_typed(app: Flask, visitor: Visitors) -> None:
    (chair,) = saved(app, Product(name="示例椅", sale_price=Decimal("1280")))
    answer = visitor("administrator").post(
        "/products/totals/components",
        **{"components-0-component": chair, "components-0-quantity": "2"},
        **{"components-1-component": chair, "components-1-quantity": ""},
    )
    body = answer.get_json()
    assert body["lines"][0] == {"amount": "2,560.00"}
    assert [text for _label, text in body["totals"]] == ["2,560.00"]


@pytest.mark.parametrize(
    ("path", "entity"),
    [("/product-categories", ProductCategory), ("/teams", Team)],
)
def test_a_tree_cannot_be_bent_into_a_ring(
    app: Flask, visitor: Visitors, path: str, entity: Any
) -> None:
    top = entity(code="A", name="甲")
    top_key, below_key = saved(app, top, entity(code="B", name="乙", parent=top))
    answer = visitor("administrator").post(
        f"{path}/{top_key}/edit", code="A", name="甲", parent=below_key
    )
    assert answer.status_code == 422
    with inside(app) as session:
        assert session.get_one(entity, top_key).parent_id is None


def test_a_suppliers_products_stand_in_its_tab(app: Flask, visitor: Visitors) -> None:
    supplier = Supplier(name="示例供应商")
    key, *_products = saved(
        app, supplier, Product(name="它的产品", supplier=supplier), Product(name="别的产品")
    )
    person = visitor("administrator")
    assert f"/products/related/suppliers/{key}" in person.get(f"/suppliers/{key}").text
    tab = person.get(f"/products/related/suppliers/{key}").text
    assert ("它的产品" in tab, "别的产品" in tab) == (True, False)


def test_customers_stand_in_the_tabs_of_their_region_and_team(
    app: Flask, visitor: Visitors
) -> None:
    region, team = Region(code="e", name="华东"), Team(code="t", name="华东组")
    region_key, team_key, *_customers = saved(
        app,
        region,
        team,
        Customer(name="它的客户", region=region, team=team),
        Customer(name="别的客户"),
    )
    person = visitor("administrator")
    for path in (f"regions/{region_key}", f"teams/{team_key}"):
        tab = person.get(f"/customers/related/{path}").text
        assert ("它的客户" in tab, "别的客户" in tab) == (True, False)


def test_a_supplier_written_twice_is_asked_about(app: Flask, visitor: Visitors) -> None:
    saved(app, Supplier(name="示例纸业"))
    answer = visitor("administrator").post(
        "/suppliers/new", name="示例纸业有限公司", grade="approved", country="CN", is_active="1"
    )
    assert answer.status_code == 422
    with inside(app) as session:
        assert len(session.scalars(select(Supplier)).all()) == 1


def test_products_are_counted_by_category(app: Flask, visitor: Visitors) -> None:
    paper, pens = ProductCategory(code="A", name="纸"), ProductCategory(code="B", name="笔")
    saved(app, *[Product(name=f"纸{n}", category=paper) for n in range(3)], Product(name="无"))
    saved(app, Product(name="笔", category=pens))
    chart = visitor("administrator").get("/products/chart?chart=0").get_json()
    counted = dict(zip(chart["labels"], chart["series"][0]["data"], strict=True))
    assert (counted["纸"], counted["笔"], sum(counted.values())) == (3, 1, 5)
