"""The screens of products with their sets, categories and units."""

from app.entities.catalog import Product, ProductCategory, Unit
from app.lowcode.screens import (
    Board,
    Chart,
    EntityInterface,
    EntityView,
    Lines,
    Section,
)
from app.rules.amounts import total
from app.rules.trees import check_parent
from app.services import catalog


class UnitView(EntityView):
    datamodel = EntityInterface(Unit)
    icon = "ruler-2"
    help_page = "catalog"
    list_columns = ["name", "code"]
    quick_search = ["code", "name"]
    filters = ["created_on"]
    base_order = ("code", "asc")
    form = [Section("Unit", ["code", "name"])]
    match_keys = ["code"]


class ProductView(EntityView):
    datamodel = EntityInterface(Product)
    icon = "package"
    help_page = "catalog"
    list_columns = [
        "name",
        "code",
        "specification",
        "category",
        "use",
        "unit",
        "sale_price",
        "purchase_price",
        "supplier",
        "is_active",
    ]
    quick_search = ["name", "code", "barcode", "specification"]
    filters = [
        "category",
        "use",
        "supplier",
        "unit",
        "is_active",
        "is_discontinued",
        "sale_price",
        "purchase_price",
        "created_on",
    ]
    base_order = ("code", "asc")
    form = [
        Section("Product", ["name", "code", "category", "use", "unit", "specification"]),
        Section("Prices", ["sale_price", "purchase_price", "supplier"]),
        Section("Status", ["barcode", "is_active", "is_discontinued", "notes"]),
        Lines(
            "components",
            ["component", "quantity", "amount"],
            title="Parts of the set",
            computed={"amount": lambda line: line.amount},
            totals=lambda lines: [("Total", total(line.amount for line in lines))],
        ),
    ]
    facts = ["category", "use", "unit", "sale_price", "purchase_price", "supplier"]
    layouts = [
        Board("use", card=["code", "category", "sale_price"]),
        Chart("category"),
        Chart("use"),
        Chart("supplier"),
        Chart("created_on"),
    ]
    match_keys = ["code"]

    def pre_save(self, item: Product, is_new: bool) -> None:
        catalog.check_product(item)


class ProductCategoryView(EntityView):
    datamodel = EntityInterface(ProductCategory)
    icon = "category"
    help_page = "catalog"
    list_columns = ["name", "code", "parent", "description"]
    quick_search = ["code", "name"]
    filters = ["parent", "created_on"]
    base_order = ("code", "asc")
    form = [Section("Category", ["code", "name", "parent", "description"])]
    facts = ["code", "parent"]
    related_views = [ProductView]
    match_keys = ["code", "name"]

    def pre_save(self, item: ProductCategory, is_new: bool) -> None:
        check_parent(item, lambda category: category.parent, field="parent")
