"""The screens of suppliers and purchase orders."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _

from app.entities.purchasing import PurchaseOrder, PurchaseOrderLine, Supplier
from app.extensions import db
from app.lowcode.screens import (
    Board,
    Calendar,
    Chart,
    EntityInterface,
    EntityView,
    Lines,
    Section,
    StatusBar,
    action,
)
from app.rules.amounts import total
from app.rules.errors import DomainError
from app.rules.purchasing import PURCHASE_MACHINE, PURCHASE_PATH, PurchaseState
from app.services import purchasing
from app.services.inventory.ledger import usual_warehouse
from app.views import clock
from app.views.catalog import ProductView
from app.views.moving import OrderingView
from app.views.warnings import duplicate_warnings


def _amount(line: PurchaseOrderLine) -> Decimal | None:
    """The amount as typed so far; nothing while the line breaks a rule."""
    try:
        return purchasing.amount_of(line)
    except DomainError:
        return None


def _totals(lines: Sequence[PurchaseOrderLine]) -> list[tuple[str, Decimal]]:
    return [("Total amount", total(_amount(line) or Decimal(0) for line in lines if line.quantity))]


class PurchaseOrderView(OrderingView):
    datamodel = EntityInterface(PurchaseOrder)
    machine = PURCHASE_MACHINE
    icon = "clipboard-list"
    help_page = "inventory"
    list_columns = [
        "code",
        "supplier",
        "state",
        "order_date",
        "expected_date",
        "received_date",
        "warehouse",
        "total_amount",
    ]
    quick_search = ["code", "supplier.name", "notes"]
    filters = [
        "state",
        "supplier",
        "warehouse",
        "order_date",
        "expected_date",
        "received_date",
        "total_amount",
        "created_by",
        "created_on",
    ]
    base_order = ("order_date", "desc")
    form = [
        Section("Purchase order", ["supplier", "warehouse", "code", "order_date", "expected_date"]),
        Lines(
            "lines",
            ["product", "quantity", "unit_price", "amount"],
            computed={"amount": _amount},
            usual={"unit_price": purchasing.price_of},
            totals=_totals,
            totals_from=["total_amount"],
        ),
        Section("Notes", ["notes"]),
    ]
    # By hand the actions lead there.
    file_form = [Section("Status", ["state"])]
    facts = ["supplier", "warehouse", "total_amount", "expected_date", "received_date"]
    totals = ["total_amount"]
    status_bar = StatusBar("state", PURCHASE_PATH)
    layouts = [
        Calendar("expected_date", color="state"),
        Chart("order_date", sum="total_amount", kind="bar"),
        Chart("state"),
        Chart("supplier", sum="total_amount"),
        Chart("warehouse", sum="total_amount"),
    ]
    match_keys = ["code"]

    def start_values(self) -> Mapping[str, Any]:
        return {"order_date": clock.now().date(), "warehouse": usual_warehouse(db.session)}

    def is_editable(self, item: PurchaseOrder) -> bool:
        return item.state is PurchaseState.DRAFT

    def _prepare(
        self, item: PurchaseOrder, before: PurchaseState | None, *, from_file: bool
    ) -> None:
        purchasing.check_state(item, before, from_file=from_file)
        purchasing.prepare_purchase(item)

    def pre_delete(self, item: PurchaseOrder) -> None:
        purchasing.check_editable(item.state)

    @action(
        "order",
        _("Place order"),
        _("Send these orders to their suppliers? They cannot be edited any more."),
        icon="send",
        done=_("%(name)s was ordered."),
    )
    def order(self, items: list[PurchaseOrder]) -> None:
        purchasing.place_purchases(db.session, items)

    @action(
        "receive",
        _("Receive"),
        _("Has everything come? It is added to the stock of the warehouse."),
        icon="package-import",
        done=_("%(name)s was received."),
    )
    def receive(self, items: list[PurchaseOrder]) -> None:
        now = clock.now()
        purchasing.receive_purchases(db.session, items, now=now, today=now.date())

    @action(
        "cancel",
        _("Cancel order"),
        _("Cancel these purchase orders?"),
        icon="ban",
        done=_("%(name)s was cancelled."),
    )
    def cancel(self, items: list[PurchaseOrder]) -> None:
        purchasing.cancel_purchases(db.session, items)


class SupplierView(EntityView):
    datamodel = EntityInterface(Supplier)
    icon = "truck"
    help_page = "catalog"
    list_columns = [
        "name",
        "code",
        "grade",
        "contact_name",
        "phone",
        "country",
        "city",
        "payment_terms",
        "is_active",
    ]
    quick_search = ["name", "code", "contact_name", "phone", "phone_key", "email", "tax_number"]
    filters = [
        "grade",
        "country",
        "city",
        "region",
        "payment_terms",
        "is_active",
        "created_on",
    ]
    base_order = ("code", "asc")
    form = [
        Section("Basic", ["name", "code", "grade", "is_active"]),
        Section("Contact", ["contact_name", "contact_title", "phone", "fax", "email", "website"]),
        Section("Address", ["country", "province", "city", "address", "postal_code", "region"]),
        Section("Terms", ["tax_number", "payment_terms", "bank_name", "bank_account", "notes"]),
    ]
    facts = ["contact_name", "phone", "country", "payment_terms"]
    layouts = [
        Board("grade", card=["contact_name", "phone", "country"]),
        Chart("grade"),
        Chart("country"),
        Chart("created_on"),
    ]
    related_views = [ProductView, PurchaseOrderView]
    match_keys = ["code", "name"]

    def pre_save(self, item: Supplier, is_new: bool) -> None:
        purchasing.check_supplier(item)

    def warnings(self, item: Supplier) -> list[tuple[str, str | None]]:
        return duplicate_warnings(self, item)
