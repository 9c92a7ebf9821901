"""Suppliers' vocabulary is distinct, and purchase orders only go where their states lead."""

import pytest

from app.rules.choices import Choice
from app.rules.errors import DomainError
from app.rules.purchasing import PURCHASE_MACHINE, PaymentTerms, PurchaseState, SupplierGrade


@pytest.mark.parametrize("vocabulary", [SupplierGrade, PaymentTerms])
def test_codes_and_labels_are_distinct(vocabulary: type[Choice]) -> None:
    members = list(vocabulary)
    assert len({member.label for member in members}) == len(members)
    assert all(code.isidentifier() and code == code.lower() for code in members)


def test_only_a_blocked_supplier_is_shown_in_red() -> None:
    assert [grade for grade in SupplierGrade if grade.color == "red"] == ["blocked"]


ALLOWED = {
    (PurchaseState.DRAFT, "order"): PurchaseState.ORDERED,
    (PurchaseState.DRAFT, "cancel"): PurchaseState.CANCELLED,
    (PurchaseState.ORDERED, "receive"): PurchaseState.RECEIVED,
    (PurchaseState.ORDERED, "cancel"): PurchaseState.CANCELLED,
}


@pytest.mark.parametrize("state", PurchaseState)
@pytest.mark.parametrize("action", PURCHASE_MACHINE.actions)
def test_every_pair_of_state_and_action(state: PurchaseState, action: str) -> None:
    wanted = ALLOWED.get((state, action))
    assert PURCHASE_MACHINE.may(action, state) is (wanted is not None)
    if wanted is None:
        with pytest.raises(DomainError):
            PURCHASE_MACHINE.after(action, state)
    else:
        assert PURCHASE_MACHINE.after(action, state) is wanted
