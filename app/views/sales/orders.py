"""The screen of sales orders."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.entities.billing import Payment
from app.entities.sales.order import SalesOrder, SalesOrderLine
from app.extensions import db
from app.lowcode import field_rights
from app.lowcode.fields import field_of
from app.lowcode.screens import (
    Calendar,
    Chart,
    Document,
    EntityInterface,
    Lines,
    Section,
    StatusBar,
    action,
)
from app.lowcode.settings import get_setting
from app.lowcode.settings.orders import payment_days, usual_payment_method, usual_tax_rate
from app.rules.amounts import total
from app.rules.errors import DomainError
from app.rules.orders import EDITABLE, ORDER_MACHINE, ORDER_PATH, OrderState
from app.services import billing
from app.services.inventory.ledger import usual_warehouse
from app.services.sales import fulfilment, orders
from app.views import clock, papers
from app.views.moving import OrderingView


def _net(line: SalesOrderLine) -> Decimal | None:
    """The net amount as typed so far; nothing while the line breaks a rule."""
    try:
        return orders.figures_of(line).net
    except DomainError:
        return None


def _totals(lines: Sequence[SalesOrderLine]) -> list[tuple[str, Decimal]]:
    """Half-typed lines count nothing; a saved order adds its freight."""
    rate = usual_tax_rate()
    priced = [
        orders.figures_of(line, rate) for line in lines if line.quantity and _net(line) is not None
    ]
    net, tax = total(line.net for line in priced), total(line.tax for line in priced)
    shown = [("Net amount", net), ("Tax amount", tax)]
    order = lines[0].order if lines else None
    if order is not None:
        shown.append(("Freight", order.freight_amount))
        return [*shown, ("Total amount", total((net, tax, order.freight_amount)))]
    return [*shown, (gettext("Sum of the lines"), total((net, tax)))]


def _is_draft(order: SalesOrder) -> bool:
    return order.state is OrderState.DRAFT


def _is_agreed(order: SalesOrder) -> bool:
    return order.state not in {OrderState.DRAFT, OrderState.CANCELLED}


class SalesOrderView(OrderingView):
    datamodel = EntityInterface(SalesOrder)
    machine = ORDER_MACHINE
    icon = "shopping-cart"
    help_page = "orders"
    list_columns = [
        "code",
        "customer",
        "state",
        "order_date",
        "required_date",
        "shipped_date",
        "total_amount",
        "balance_amount",
        "due_date",
        "owner",
    ]
    quick_search = ["code", "customer.name", "ship_name", "notes"]
    filters = [
        "state",
        "customer",
        "contact",
        "deal",
        "owner",
        "team",
        "order_date",
        "required_date",
        "shipped_date",
        "due_date",
        "net_amount",
        "tax_amount",
        "total_amount",
        "paid_amount",
        "balance_amount",
        "freight_amount",
        "warehouse",
        "carrier",
        "ship_country",
        "customer.tier",
        "customer.region",
        "created_on",
    ]
    unindexed = {
        "net_amount": "the total has an index",
        "tax_amount": "the total has an index",
        "paid_amount": "the total has an index",
        "balance_amount": "worked out of total and paid; asked together with what is due",
        "freight_amount": "the total has an index",
        "ship_country": "nearly every row holds the same",
    }
    base_order = ("order_date", "desc")
    form = [
        Section(
            "Order",
            [
                "customer",
                "contact",
                "deal",
                "code",
                "order_date",
                "required_date",
                "due_date",
                "owner",
                "team",
            ],
        ),
        Lines(
            "lines",
            [
                "product",
                "description",
                "quantity",
                "unit_price",
                "discount_rate",
                "tax_rate",
                "net_amount",
            ],
            computed={"net_amount": _net},
            usual={
                "unit_price": orders.price_of,
                "tax_rate": lambda _line: usual_tax_rate(),
                "description": lambda line: line.product.name,
            },
            totals=_totals,
            totals_from=["total_amount"],
        ),
        Section(
            "Delivery",
            [
                "warehouse",
                "carrier",
                "freight_amount",
                "ship_name",
                "ship_country",
                "ship_region",
                "ship_city",
                "ship_address",
                "ship_postal_code",
            ],
        ),
        Section("Notes", ["notes"]),
    ]
    # Nobody brings a new order into the past by hand.
    file_form = [Section("History", ["state", "shipped_date", "currency"])]
    facts = [
        "customer",
        "total_amount",
        "paid_amount",
        "balance_amount",
        "due_date",
        "shipped_date",
    ]
    totals = ["total_amount", "balance_amount"]
    status_bar = StatusBar("state", ORDER_PATH)
    layouts = [
        Calendar("required_date", color="state"),
        Calendar("order_date", color="state"),
        Chart("order_date", sum="total_amount", kind="bar"),
        Chart("state"),
        Chart("customer", sum="total_amount"),
        Chart("owner", sum="total_amount"),
        Chart("warehouse"),
        Chart("carrier", sum="freight_amount"),
    ]
    related_views = ["payment-allocations", "tickets", "tasks"]
    documents = [
        Document("sales_order", _("Sales order"), for_customer=True, reads=papers.ORDER),
        Document(
            "quotation", _("Quotation"), when=_is_draft, for_customer=True, reads=papers.ORDER
        ),
        Document(
            "delivery_note",
            _("Delivery note"),
            right="can_print_delivery_note",  # it shows no prices
            when=_is_agreed,
            for_customer=True,
        ),
    ]
    match_keys = ["code"]

    # saving -----------------------------------------------------------------------
    def start_values(self) -> Mapping[str, Any]:
        return {"order_date": clock.now().date(), "warehouse": usual_warehouse(db.session)}

    def is_editable(self, item: SalesOrder) -> bool:
        return item.state in EDITABLE

    def _prepare(self, item: SalesOrder, before: OrderState | None, *, from_file: bool) -> None:
        orders.check_state(item, before, from_file=from_file)
        item.currency = item.currency or get_setting("currency")
        orders.prepare_order(item, tax_rate=usual_tax_rate())

    def pre_delete(self, item: SalesOrder) -> None:
        orders.check_editable(item.state)

    def warnings(self, item: SalesOrder) -> list[tuple[str, str | None]]:
        # By how much an order passes a limit tells the limit.
        told = field_rights.all_readable(("Customer.credit_limit", "SalesOrder.balance_amount"))
        over = orders.over_credit(db.session, item) if told else None
        if not over:
            return []
        text = gettext(
            "With this order the customer owes %(amount)s more than the credit limit.",
            amount=field_of(SalesOrder, "total_amount").text(over),
        )
        return [(text, None)]

    # actions ----------------------------------------------------------------------
    def is_action_available(self, name: str, item: SalesOrder) -> bool:
        if name == "register_payment":
            return bool(item.balance_amount > 0)
        return super().is_action_available(name, item)

    def input_start(self, key: str, item: Any) -> Any:
        match key:
            case "amount":
                return field_rights.value_of(item, "balance_amount")
            case "received_date":
                return clock.now().date()
            case "method":
                return usual_payment_method()
            case _:
                return super().input_start(key, item)

    @action(
        "confirm",
        _("Confirm"),
        _("Confirm these orders? Their goods are reserved, and they cannot be edited any more."),
        icon="circle-check",
        done=_("%(name)s was confirmed."),
    )
    def confirm(self, items: list[SalesOrder]) -> None:
        fulfilment.confirm_orders(db.session, items, payment_days=payment_days())

    @action(
        "ship",
        _("Ship"),
        _("Ship these orders? Their goods leave the warehouse."),
        icon="truck-delivery",
        done=_("%(name)s was shipped."),
    )
    def ship(self, items: list[SalesOrder]) -> None:
        now = clock.now()
        fulfilment.ship_orders(db.session, items, now=now, today=now.date())

    @action(
        "complete",
        _("Complete"),
        _("Has everything arrived?"),
        icon="checks",
        done=_("%(name)s is complete."),
    )
    def complete(self, items: list[SalesOrder]) -> None:
        fulfilment.complete_orders(db.session, items)

    @action(
        "register_payment",
        _("Register payment"),
        icon="cash",
        multiple=False,
        inputs=[(Payment, "amount"), (Payment, "received_date"), (Payment, "method")],
        optional=[(Payment, "reference")],
        done=_("The payment for %(name)s was registered."),
    )
    def register_payment(self, items: list[SalesOrder], values: dict[str, Any]) -> None:
        for order in items:
            billing.register_payment(db.session, order, **values)

    @action(
        "cancel",
        _("Cancel order"),
        _("Cancel these orders? What is reserved for them is available again."),
        icon="ban",
        done=_("%(name)s was cancelled."),
    )
    def cancel(self, items: list[SalesOrder]) -> None:
        fulfilment.cancel_orders(db.session, items)
