"""The vocabulary of suppliers: distinct codes and labels, and only a blocked grade is red."""

import pytest

from app.rules.choices import Choice
from app.rules.purchasing import PaymentTerms, SupplierGrade


@pytest.mark.parametrize("vocabulary", [SupplierGrade, PaymentTerms])
def test_codes_and_labels_are_distinct(vocabulary: type[Choice]) -> None:
    members = list(vocabulary)
    assert len({member.label for member in members}) == len(members)
    assert all(code.isidentifier() and code == code.lower() for code in members)


def test_only_a_blocked_supplier_is_shown_in_red() -> None:
    assert [grade for grade in SupplierGrade if grade.color == "red"] == ["blocked"]
