"""A set names each part once and never contains itself."""

from decimal import Decimal

import pytest

from app.entities.catalog import Product, ProductComponent
from app.rules.errors import DomainError
from app.services.catalog import check_product


def set_of(name: str, *parts: Product) -> Product:
    product = Product(name=name)
    product.components = [ProductComponent(component=part, quantity=Decimal(1)) for part in parts]
    return product


def test_a_set_of_different_parts_is_accepted() -> None:
    desk, chair = Product(name="示例桌"), Product(name="示例椅")
    check_product(set_of("示例套装", desk, chair))


def test_a_part_stands_in_a_set_once() -> None:
    chair = Product(name="示例椅")
    with pytest.raises(DomainError) as refused:
        check_product(set_of("示例套装", chair, chair))
    assert refused.value.field == "components"
    assert "示例椅" in str(refused.value)


def test_a_set_cannot_contain_itself_through_another_set() -> None:
    inner = set_of("示例内套")
    outer = set_of("示例外套", inner)
    inner.components = [ProductComponent(component=outer, quantity=Decimal(1))]
    with pytest.raises(DomainError) as refused:
        check_product(inner)
    assert "示例外套" in str(refused.value)


def test_sets_within_sets_are_accepted() -> None:
    check_product(set_of("示例外套", set_of("示例内套", Product(name="示例椅"))))


def test_a_line_is_worth_quantity_times_sale_price_to_the_cent() -> None:
    pen = Product(name="示例笔", sale_price=Decimal("2.35"))
    assert ProductComponent(component=pen, quantity=Decimal("1.5")).amount == Decimal("3.53")
    assert ProductComponent(component=Product(name="无价"), quantity=Decimal(2)).amount == 0
