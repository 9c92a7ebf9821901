"""The screen of suppliers."""

from app.entities.purchasing import Supplier
from app.lowcode.screens import Board, Chart, EntityInterface, EntityView, Section
from app.services import purchasing
from app.views.catalog import ProductView
from app.views.warnings import duplicate_warnings


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
    related_views = [ProductView]
    match_keys = ["code", "name"]

    def pre_save(self, item: Supplier, is_new: bool) -> None:
        purchasing.check_supplier(item)

    def warnings(self, item: Supplier) -> list[tuple[str, str | None]]:
        return duplicate_warnings(self, item)
