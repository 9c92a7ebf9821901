"""The screens of stock levels and reorder points."""

from typing import Any

from flask_babel import lazy_gettext as _

from app.entities.inventory import ReorderPoint, StockLevel, StockMove
from app.extensions import db
from app.lowcode.screens import Chart, EntityInterface, EntityView, Section, action
from app.services.inventory import ledger
from app.views import clock


class StockLevelView(EntityView):
    """What is there: read only, moves change it."""

    datamodel = EntityInterface(StockLevel)
    icon = "packages"
    help_page = "inventory"
    base_permissions = ["can_list", "can_show", "can_export", "adjust", "transfer"]
    list_columns = [
        "product",
        "product.code",
        "warehouse",
        "on_hand",
        "reserved",
        "available",
        "on_order",
        "min_quantity",
        "is_low",
        "value_amount",
    ]
    quick_search = ["product.name", "product.code", "product.barcode"]
    filters = [
        "product",
        "warehouse",
        "product.category",
        "product.supplier",
        "product.use",
        "product.is_discontinued",
        "is_low",
        "is_short",
        "on_hand",
        "reserved",
        "available",
        "on_order",
        "value_amount",
    ]
    base_order = ("product", "asc")
    facts = ["on_hand", "reserved", "available", "on_order", "min_quantity", "value_amount"]
    show_columns = [
        "product",
        "warehouse",
        "on_hand",
        "reserved",
        "available",
        "on_order",
        "min_quantity",
        "is_low",
        "is_short",
        "value_amount",
    ]
    totals = ["on_hand", "reserved", "available", "value_amount"]
    layouts = [
        Chart("warehouse", sum="value_amount"),
        Chart("product", sum="value_amount"),
        Chart("product", sum="on_hand"),
        Chart("is_low"),
    ]

    def input_start(self, key: str, item: StockLevel | None) -> Any:
        # Where goods go is for the person to say.
        return None if key == "warehouse" else super().input_start(key, item)

    @action(
        "adjust",
        _("Adjust to count"),
        icon="checklist",
        multiple=False,
        inputs=["on_hand"],
        optional=[(StockMove, "notes")],
        done=_("%(name)s was adjusted."),
    )
    def adjust(self, items: list[StockLevel], values: dict[str, Any]) -> None:
        for level in items:
            ledger.adjust_stock(
                db.session,
                level.product,
                level.warehouse,
                values["on_hand"],
                now=clock.now(),
                notes=values["notes"],
            )

    @action(
        "transfer",
        _("Transfer"),
        icon="arrows-exchange",
        multiple=False,
        inputs=["warehouse", (StockMove, "quantity")],
        optional=[(StockMove, "notes")],
        done=_("%(name)s was transferred."),
    )
    def transfer(self, items: list[StockLevel], values: dict[str, Any]) -> None:
        for level in items:
            ledger.transfer_stock(
                db.session,
                level.product,
                level.warehouse,
                values["warehouse"],
                values["quantity"],
                now=clock.now(),
                notes=values["notes"],
            )


class ReorderPointView(EntityView):
    datamodel = EntityInterface(ReorderPoint)
    icon = "bell-ringing"
    help_page = "inventory"
    list_columns = ["product", "product.code", "warehouse", "min_quantity", "target_quantity"]
    quick_search = ["product.name", "product.code"]
    filters = ["product", "warehouse", "product.category", "product.supplier", "min_quantity"]
    base_order = ("product", "asc")
    form = [
        Section("Reorder point", ["product", "warehouse", "min_quantity", "target_quantity"]),
    ]
    facts = ["product", "warehouse", "min_quantity", "target_quantity"]
    layouts = [Chart("warehouse")]
    match_keys = ["product", "warehouse"]

    def pre_save(self, item: ReorderPoint, is_new: bool) -> None:
        ledger.check_reorder_point(db.session, item)
