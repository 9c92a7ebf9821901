"""A supplier's tax number is kept as its country registers it."""

import pytest

from app.entities.purchasing import Supplier
from app.rules.countries import Country
from app.rules.errors import InvalidInput
from app.services.purchasing import check_supplier


def test_a_chinese_code_is_checked_and_a_foreign_one_kept() -> None:
    home = Supplier(name="示例", country=Country.CN, tax_number="91350100m000100y43")
    abroad = Supplier(name="示例", country=Country.JP, tax_number="t1234567890123")
    for supplier in (home, abroad):
        check_supplier(supplier)
    assert (home.tax_number, abroad.tax_number) == ("91350100M000100Y43", "T1234567890123")


def test_a_wrong_code_is_refused_at_its_field() -> None:
    with pytest.raises(InvalidInput) as refused:
        check_supplier(Supplier(name="示例", country=Country.CN, tax_number="91350100M000100Y44"))
    assert refused.value.field == "tax_number"
