"""The screen of the stock ledger: read, and added to, never changed."""

from collections.abc import Mapping
from typing import Any

from app.entities.inventory import StockMove
from app.extensions import db
from app.lowcode.screens import Chart, EntityInterface, EntityView, Section
from app.rules.errors import DomainError
from app.services.inventory import ledger
from app.views import clock


class StockMoveView(EntityView):
    datamodel = EntityInterface(StockMove)
    icon = "transfer"
    help_page = "inventory"
    base_permissions = ["can_list", "can_show", "can_add", "can_export", "can_import"]
    list_columns = [
        "moved_on",
        "product",
        "from_location",
        "to_location",
        "quantity",
        "value_amount",
        "reference",
        "created_by",
    ]
    quick_search = ["reference", "product.name", "product.code", "notes"]
    filters = [
        "product",
        "product.category",
        "from_location",
        "to_location",
        "from_location.kind",
        "to_location.kind",
        "from_location.warehouse",
        "to_location.warehouse",
        "moved_on",
        "quantity",
        "reference",
        "created_by",
    ]
    unindexed = {
        "quantity": "asked together with the product",
        "created_by": "asked together with the day",
    }
    base_order = ("moved_on", "desc")
    form = [
        Section("Stock move", ["product", "from_location", "to_location", "quantity"]),
        Section("Value and record", ["value_amount", "moved_on", "reference", "notes"]),
    ]
    facts = ["product", "from_location", "to_location", "quantity", "value_amount", "moved_on"]
    layouts = [
        Chart("moved_on"),
        Chart("product"),
        Chart("to_location", sum="value_amount"),
        Chart("from_location", sum="value_amount"),
    ]

    def start_values(self) -> Mapping[str, Any]:
        # No value: left empty, it is the average cost.
        return {"moved_on": clock.now(), "value_amount": None}

    def pre_save(self, item: StockMove, is_new: bool) -> None:
        if not is_new:
            raise DomainError("A stock move stays as it is. Post one in the other direction.")
        ledger.post_move(db.session, item, clock.now())
