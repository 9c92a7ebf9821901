"""The stock overview: what is there by product and by warehouse, each figure with its rows."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flask import render_template, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import format_decimal, lazy_gettext
from flask_babel import gettext as _

from app.entities.catalog import Product
from app.entities.inventory import StockLevel, Warehouse
from app.extensions import db
from app.lowcode import field_rights, listing, registered
from app.lowcode.fields.inputs import translated
from app.lowcode.figures import Figure, ShownFigure, show
from app.lowcode.list_state import ListState
from app.lowcode.pages import Cell, Chip, Column, FilterSpec, Row, Sheet
from app.lowcode.screens.overview import Overview
from app.rules.errors import DomainError
from app.services.inventory.overview import (
    ProductStock,
    Sums,
    WarehouseStock,
    count_products,
    stock_by_product,
    stock_by_warehouse,
)

PRODUCTS = 50
#: more warehouses than these are read in the list of stock levels
WAREHOUSES = 6
TILES = (
    (lazy_gettext("Value of the stock"), {}, "coin-yuan", "value_amount"),
    (lazy_gettext("Levels with stock"), {"f.on_hand": "0.0001.."}, "packages", None),
    (lazy_gettext("Reserved for orders"), {"f.reserved": "0.0001.."}, "lock", None),
    (lazy_gettext("Low stock"), {"f.is_low": "yes"}, "alert-triangle", None),
    (lazy_gettext("Low, orders counted"), {"f.is_short": "yes"}, "alert-octagon", None),
)


@dataclass
class StockPage:
    """The context of `stock.html`; `filters`, `chips` and `clear_url` as on every list."""

    title: str
    chips: list[Chip]
    filters: list[FilterSpec]
    clear_url: str | None
    help_url: str
    tiles: list[ShownFigure]
    chart_url: str | None = None
    warehouses: Sheet | None = None
    products: Sheet | None = None
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class StockRequest(Overview):
    """The levels asked about: the state of their list, and how its figures are linked."""

    model = StockLevel
    endpoint = "StockView.show"
    filters = (
        "warehouse",
        "product",
        "product.category",
        "product.supplier",
        "product.use",
        "product.is_discontinued",
        "is_low",
        "is_short",
    )

    def behind(self, text: str, *narrower: tuple[str, str]) -> Cell:
        """A figure with the list of the levels it counts, for who may open it."""
        if not self.screen.may("can_list"):
            return Cell("text", text)
        filters = (*self.state.filters, *narrower)
        return Cell("link", text, url=self.screen.list_url(ListState(filters=filters)))

    def tiles(self) -> list[ShownFigure]:
        chosen = {f"f.{name}": text for name, text in self.state.filters}
        figures = [
            Figure(label, self.screen.resource, {**chosen, **query}, icon, sum=column)
            for label, query, icon, column in TILES
        ]
        return [shown for figure in figures if (shown := show(figure)) is not None]


class StockView(BaseView):
    """`can_show` opens it; its figures are those of the list of stock levels."""

    route_base = "/stock"
    default_view = "show"
    class_permission_name = "Stock"
    icon = "chart-treemap"
    list_title = lazy_gettext("Stock overview")
    menu_right = "can_show"
    #: what every figure of it is counted by; values are left out where they are hidden
    reads = (
        "StockLevel.on_hand",
        "StockLevel.reserved",
        "StockLevel.on_order",
        "StockLevel.is_low",
        "StockLevel.is_short",
    )

    @expose("/")
    @has_access
    @permission_name("show")
    def show(self) -> Any:
        field_rights.require_readable(self.reads)
        return render_template("stock.html", page=stock_page(str(self.list_title)))


def stock_page(title: str) -> StockPage:
    """Everything `stock.html` shows."""
    asked = StockRequest.read()
    page = StockPage(
        title=title,
        chips=asked.chips,
        filters=asked.filter_forms,
        clear_url=asked.clear_url,
        help_url="/help/inventory",
        tiles=[],
        warnings=asked.problems,
    )
    try:
        where = listing.condition(asked.screen.listable, asked.state)
        page.tiles = asked.tiles()
    except DomainError as error:
        page.warnings.append(translated(error))
        return page
    warehouses = stock_by_warehouse(db.session, where)
    page.warehouses = _warehouse_sheet(asked, warehouses)
    if asked.screen.may("can_list") and _shows_value():
        page.chart_url = url_for("StockLevelView.chart") + asked.state.query(page=1)
    count = count_products(db.session, where)
    offset = (asked.state.page - 1) * PRODUCTS
    products = stock_by_product(db.session, where, limit=PRODUCTS, offset=offset)
    page.products = _product_sheet(asked, products, warehouses)
    _number(page.products, asked, count, offset)
    return page


def _number(sheet: Sheet, asked: StockRequest, count: int, offset: int) -> None:
    """Where in all the products this page stands."""
    state = asked.state
    sheet.count, sheet.first, sheet.last = count, offset + 1, offset + len(sheet.rows)
    sheet.prev_url = asked.list_url(state, page=state.page - 1) if state.page > 1 else None
    sheet.next_url = asked.list_url(state, page=state.page + 1) if sheet.last < count else None


def _warehouse_sheet(asked: StockRequest, rows: list[WarehouseStock]) -> Sheet:
    columns = [
        Column("warehouse", _("Warehouse"), "text"),
        Column("products", _("Products in stock"), "number", "right"),
        Column("low", _("Low stock"), "number", "right"),
    ]
    if _shows_value():
        columns.append(Column("value", _("Stock value"), "money", "right"))
    return Sheet(columns, [_warehouse_row(asked, row) for row in rows])


def _warehouse_row(asked: StockRequest, row: WarehouseStock) -> Row:
    here = ("warehouse", str(row.id))
    cells = [
        Cell("text", row.name),
        asked.behind(_count(row.products), here, ("on_hand", "0.0001..")),
        asked.behind(_count(row.low), here, ("is_low", "yes")),
    ]
    if _shows_value():
        cells.append(asked.behind(_money(row.value), here))
    return Row(row.id, _page_of(Warehouse, row.id), cells)


def _product_sheet(
    asked: StockRequest, products: list[ProductStock], warehouses: list[WarehouseStock]
) -> Sheet:
    shown = warehouses if 1 < len(warehouses) <= WAREHOUSES else []
    columns = [
        Column("product", _("Product"), "text"),
        *(Column(f"w{w.id}", w.name, "quantity", "right") for w in shown),
        *(
            Column(name, label, kind, "right")
            for name, label, kind in (
                ("on_hand", _("On hand"), "quantity"),
                ("reserved", _("Reserved"), "quantity"),
                ("available", _("Available"), "quantity"),
                ("on_order", _("On order"), "quantity"),
                ("low", _("Low stock"), "number"),
                *([("value", _("Stock value"), "money")] if _shows_value() else []),
            )
        ),
    ]
    return Sheet(columns, [_product_row(asked, product, shown) for product in products])


def _product_row(asked: StockRequest, product: ProductStock, shown: list[WarehouseStock]) -> Row:
    this, sums = ("product", str(product.id)), product.sums
    nothing = Sums(*(Decimal(0),) * 5, low=0)
    cells = [Cell("text", product.name)]
    for warehouse in shown:
        held = product.by_warehouse.get(warehouse.id, nothing).on_hand
        cells.append(asked.behind(_quantity(held), this, ("warehouse", str(warehouse.id))))
    quantities = (sums.on_hand, sums.reserved, sums.available, sums.on_order)
    cells += [asked.behind(_quantity(quantity), this) for quantity in quantities]
    low = asked.behind(_count(sums.low), this, ("is_low", "yes")) if sums.low else Cell("text", "")
    cells.append(low)
    if _shows_value():
        cells.append(asked.behind(_money(sums.value), this))
    return Row(product.id, _page_of(Product, product.id), cells)


def _shows_value() -> bool:
    return field_rights.readable(StockLevel, "value_amount")


def _page_of(entity: type[Any], key: int) -> str:
    screen = registered.screens().get(entity)
    return screen.url_of(key) if screen is not None and screen.may("can_show") else ""


def _count(number: int) -> str:
    return str(format_decimal(number))


def _quantity(quantity: Decimal) -> str:
    return str(format_decimal(quantity.normalize(), "#,##0.####"))


def _money(amount: Decimal) -> str:
    return str(format_decimal(amount, "#,##0.00"))
