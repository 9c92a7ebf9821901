"""Suppliers' tax numbers as registered, and purchase orders until their goods are on the shelf."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from app.entities.purchasing import PurchaseOrder, PurchaseOrderLine, Supplier
from app.rules.countries import Country
from app.rules.errors import DomainError, InvalidInput
from app.rules.purchasing import PURCHASE_MACHINE, PurchaseState
from app.services import purchasing
from app.services.inventory import levels
from app.services.purchasing import check_supplier
from tests.trade import (
    NOW,
    TODAY,
    check_books,
    level_of,
    make_product,
    make_purchase,
    make_warehouse,
)

pytestmark = pytest.mark.usefixtures("database")


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


def purchase_in(session: Session, state: PurchaseState) -> PurchaseOrder:
    warehouse, product = make_warehouse(session), make_product(session)
    order = make_purchase(session, warehouse, (product, 3, "3.33"), (product, 1, "0.02"))
    ways = {
        PurchaseState.ORDERED: ("order",),
        PurchaseState.RECEIVED: ("order", "receive"),
        PurchaseState.CANCELLED: ("cancel",),
    }
    for action in ways.get(state, ()):
        ACTIONS[action](session, order)
    session.commit()
    return order


ACTIONS: dict[str, Callable[..., None]] = {
    "order": lambda session, order: purchasing.place_purchases(session, [order]),
    "receive": lambda session, order: purchasing.receive_purchases(
        session, [order], now=NOW, today=TODAY
    ),
    "cancel": lambda session, order: purchasing.cancel_purchases(session, [order]),
}


@pytest.mark.parametrize("state", PurchaseState)
@pytest.mark.parametrize("action", PURCHASE_MACHINE.actions)
def test_every_action_in_every_state_goes_on_or_changes_nothing(
    session: Session, state: PurchaseState, action: str
) -> None:
    order = purchase_in(session, state)
    if PURCHASE_MACHINE.may(action, state):
        ACTIONS[action](session, order)
        assert order.state is PURCHASE_MACHINE.after(action, state)
    else:
        with pytest.raises(DomainError):
            ACTIONS[action](session, order)
        session.rollback()
        assert session.get_one(PurchaseOrder, order.id).state is state
    check_books(session)


def test_received_goods_are_worth_what_was_paid(session: Session) -> None:
    order = purchase_in(session, PurchaseState.RECEIVED)
    level = level_of(session, order.lines[0].product, order.warehouse)
    assert (level.on_hand, level.value_amount) == (4, Decimal("10.01"))
    assert order.total_amount == Decimal("10.01")
    assert [line.received_quantity for line in order.lines] == [3, 1]
    assert order.received_date == TODAY


def test_goods_on_order_are_counted_until_they_come(session: Session) -> None:
    order = purchase_in(session, PurchaseState.ORDERED)
    product, warehouse = order.lines[0].product, order.warehouse
    levels.lock(session, [(product.id, warehouse.id)])
    assert level_of(session, product, warehouse).on_order == 4
    ACTIONS["receive"](session, order)
    session.expire_all()
    assert level_of(session, product, warehouse).on_order == 0


def test_a_line_without_a_price_takes_the_products(session: Session) -> None:
    product = make_product(session, purchase_price=Decimal("7.50"))
    order = PurchaseOrder(order_date=TODAY)
    order.lines = [PurchaseOrderLine(product=product, quantity=Decimal(2))]
    purchasing.prepare_purchase(order)
    assert order.total_amount == Decimal("15.00")


@pytest.mark.parametrize(
    ("before", "after", "from_file", "possible"),
    [
        (None, PurchaseState.DRAFT, False, True),
        (None, PurchaseState.ORDERED, True, True),
        (None, PurchaseState.ORDERED, False, False),
        (None, PurchaseState.RECEIVED, True, False),
        (PurchaseState.DRAFT, PurchaseState.DRAFT, False, True),
        (PurchaseState.DRAFT, PurchaseState.ORDERED, True, False),
        (PurchaseState.ORDERED, PurchaseState.ORDERED, False, False),
    ],
)
def test_saving_leads_from_no_state_to_another(
    before: PurchaseState | None, after: PurchaseState, from_file: bool, possible: bool
) -> None:
    order = PurchaseOrder(state=after)
    if possible:
        purchasing.check_state(order, before, from_file=from_file)
    else:
        with pytest.raises(DomainError):
            purchasing.check_state(order, before, from_file=from_file)
