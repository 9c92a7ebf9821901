"""The screens of payments and of the orders they pay."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from app.entities.billing import Payment, PaymentAllocation
from app.extensions import db
from app.lowcode.screens import Calendar, Chart, EntityInterface, EntityView, Lines, Section
from app.lowcode.settings.orders import usual_payment_method
from app.rules.amounts import total
from app.services import billing
from app.views import clock


def _totals(lines: Sequence[PaymentAllocation]) -> list[tuple[str, Decimal]]:
    allocated = total(line.amount for line in lines if line.amount)
    payment = lines[0].payment if lines else None
    shown = [(_("Allocated"), allocated)]
    return shown if payment is None else [*shown, (_("Not allocated"), payment.amount - allocated)]


class PaymentAllocationView(EntityView):
    """Which payment paid which order: read only, the payment's form writes it."""

    datamodel = EntityInterface(PaymentAllocation)
    icon = "arrows-split"
    help_page = "orders"
    base_permissions = ["can_list", "can_show", "can_export"]
    list_columns = [
        "payment",
        "order",
        "amount",
        "payment.customer",
        "payment.received_date",
        "payment.method",
        "payment.reference",
    ]
    filters = ["payment", "order", "payment.customer", "payment.received_date", "amount"]
    base_order = ("created_on", "desc")
    order_columns = ["amount", "payment.received_date", "created_on"]
    totals = ["amount"]


class PaymentView(EntityView):
    datamodel = EntityInterface(Payment)
    icon = "cash"
    help_page = "orders"
    list_columns = [
        "code",
        "customer",
        "received_date",
        "amount",
        "method",
        "reference",
        "created_by",
    ]
    quick_search = ["code", "reference", "customer.name"]
    filters = ["customer", "received_date", "amount", "method", "customer.owner", "created_on"]
    base_order = ("received_date", "desc")
    form = [
        Section("Payment", ["customer", "received_date", "amount", "method", "reference", "code"]),
        Lines(
            "allocations",
            ["order", "amount"],
            title="Paid orders",
            narrowed_by=["customer"],
            totals=_totals,
            totals_from=["amount"],
        ),
        Section("Notes", ["notes"]),
    ]
    facts = ["customer", "amount", "received_date", "method"]
    totals = ["amount"]
    layouts = [
        Calendar("received_date", color="method"),
        Chart("received_date", sum="amount", kind="bar"),
        Chart("method", sum="amount"),
        Chart("customer", sum="amount"),
    ]
    related_views = [PaymentAllocationView]
    match_keys = ["code"]

    def start_values(self) -> Mapping[str, Any]:
        return {"received_date": clock.now().date(), "method": usual_payment_method()}

    def pre_save(self, item: Payment, is_new: bool) -> None:
        billing.allocate_payment(db.session, item)

    def pre_delete(self, item: Payment) -> None:
        billing.release_payment(db.session, item)

    def post_restore(self, item: Payment) -> None:
        billing.return_payment(db.session, item)
