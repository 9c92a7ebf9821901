"""The vocabulary of suppliers."""

from app.rules.choices import Choice


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
