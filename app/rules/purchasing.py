"""The vocabulary of suppliers, and the states of a purchase order."""

from app.rules.choices import Choice
from app.rules.errors import DomainError


class SupplierGrade(Choice):
    """How far we rely on a supplier; decided by people, next to any computed score."""

    STRATEGIC = "strategic", "Strategic", "purple"
    PREFERRED = "preferred", "Preferred", "green"
    APPROVED = "approved", "Approved", "blue"
    TRIAL = "trial", "On trial", "yellow"
    BLOCKED = "blocked", "Blocked", "red"


class PaymentTerms(Choice):
    """When a supplier's invoice is due."""

    PREPAID = "prepaid", "Payment in advance"
    ON_DELIVERY = "on_delivery", "Payment on delivery"
    NET_15 = "net_15", "15 days after invoice"
    NET_30 = "net_30", "30 days after invoice"
    NET_60 = "net_60", "60 days after invoice"
    NET_90 = "net_90", "90 days after invoice"
    MONTHLY = "monthly", "Monthly statement"


class PurchaseState(Choice):
    """How far a purchase order has come."""

    DRAFT = "draft", "Draft", "gray"
    ORDERED = "ordered", "Ordered", "blue"
    RECEIVED = "received", "Received", "green"
    CANCELLED = "cancelled", "Cancelled", "red"


class PurchaseAction(Choice):
    """What people do with a purchase order."""

    ORDER = "order", "Order"
    RECEIVE = "receive", "Receive"
    CANCEL = "cancel", "Cancel"


#: the usual way, as the bar on the record shows it
PURCHASE_PATH = (PurchaseState.DRAFT, PurchaseState.ORDERED, PurchaseState.RECEIVED)

_NEXT: dict[tuple[PurchaseState, PurchaseAction], PurchaseState] = {
    (PurchaseState.DRAFT, PurchaseAction.ORDER): PurchaseState.ORDERED,
    (PurchaseState.DRAFT, PurchaseAction.CANCEL): PurchaseState.CANCELLED,
    (PurchaseState.ORDERED, PurchaseAction.RECEIVE): PurchaseState.RECEIVED,
    (PurchaseState.ORDERED, PurchaseAction.CANCEL): PurchaseState.CANCELLED,
}


def is_possible(state: PurchaseState, action: PurchaseAction) -> bool:
    """Does the action lead anywhere from this state?"""
    return (state, action) in _NEXT


def next_state(state: PurchaseState, action: PurchaseAction) -> PurchaseState:
    """The state after the action; raises DomainError where it is not possible."""
    if not is_possible(state, action):
        raise DomainError("This is not possible in the present state.")
    return _NEXT[state, action]
