"""The screens of warehouses and locations."""

from app.entities.inventory import Location, Warehouse
from app.extensions import db
from app.lowcode.screens import Chart, EntityInterface, EntityView, Section
from app.services.inventory import ledger
from app.views.inventory.stock import StockLevelView


class LocationView(EntityView):
    datamodel = EntityInterface(Location)
    icon = "map-pin"
    help_page = "inventory"
    list_columns = ["name", "code", "kind", "warehouse"]
    quick_search = ["name", "code"]
    filters = ["kind", "warehouse"]
    base_order = ("code", "asc")
    form = [
        Section("Location", ["name", "code", "kind"]),
        Section("Own stock", ["warehouse"], when={"kind": ["internal"]}),
    ]
    layouts = [Chart("kind"), Chart("warehouse")]
    match_keys = ["code"]

    def pre_save(self, item: Location, is_new: bool) -> None:
        ledger.check_location(db.session, item)


class WarehouseView(EntityView):
    datamodel = EntityInterface(Warehouse)
    icon = "building-warehouse"
    help_page = "inventory"
    list_columns = ["name", "code", "address", "phone", "position", "is_active"]
    quick_search = ["name", "code", "address"]
    filters = ["is_active", "created_on"]
    base_order = ("position", "asc")
    form = [
        Section("Warehouse", ["name", "code", "address", "phone", "position", "is_active"]),
        Section("Notes", ["notes"]),
    ]
    facts = ["code", "address", "phone"]
    related_views = [StockLevelView, LocationView]
    match_keys = ["code", "name"]

    def pre_save(self, item: Warehouse, is_new: bool) -> None:
        if is_new:
            db.session.add(ledger.own_place(item))
