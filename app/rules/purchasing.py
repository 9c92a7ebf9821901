"""The vocabulary of suppliers, and the states of a purchase order."""

from app.rules.choices import Choice
from app.rules.states import Machine


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


#: the usual way, as the bar on the record shows it
PURCHASE_PATH = (PurchaseState.DRAFT, PurchaseState.ORDERED, PurchaseState.RECEIVED)

PURCHASE_MACHINE = Machine(
    {
        "order": ([PurchaseState.DRAFT], PurchaseState.ORDERED),
        "receive": ([PurchaseState.ORDERED], PurchaseState.RECEIVED),
        "cancel": ([PurchaseState.DRAFT, PurchaseState.ORDERED], PurchaseState.CANCELLED),
    }
)
