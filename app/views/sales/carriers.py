"""The screen of carriers."""

from app.entities.sales.order import Carrier
from app.lowcode.screens import EntityInterface, EntityView, Section
from app.views.sales.orders import SalesOrderView


class CarrierView(EntityView):
    datamodel = EntityInterface(Carrier)
    icon = "truck-loading"
    help_page = "orders"
    list_columns = ["name", "phone", "website", "is_active"]
    quick_search = ["name", "phone"]
    filters = ["is_active", "created_on"]
    base_order = ("name", "asc")
    form = [Section("Carrier", ["name", "phone", "website", "is_active"])]
    related_views = [SalesOrderView]
    match_keys = ["name"]
