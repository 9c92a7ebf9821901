"""Warehouses, the ledger of stock moves from location to location, and the levels it adds up to."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Optional

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    case,
    event,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from app.entities.append_only import append_only
from app.entities.base import Entity, in_warehouse
from app.entities.catalog import Product
from app.entities.columns import Active, Phone
from app.entities.purchasing import PurchaseOrder, PurchaseOrderLine
from app.entities.types import ChoiceType, Money, Quantity, UTCDateTime, now_utc
from app.rules.errors import DomainError
from app.rules.purchasing import PurchaseState
from app.rules.stock import LocationKind

if TYPE_CHECKING:
    from app.entities.sales.order import SalesOrderLine

_NONE = Decimal(0)


class Warehouse(Entity):
    scope = in_warehouse("id")
    code_column = "code"

    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    address: Mapped[str | None] = mapped_column(String(200))
    phone: Mapped[Phone | None]
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    is_active: Mapped[Active]
    notes: Mapped[str | None] = mapped_column(Text, info={"format": "multiline"})


class Location(Entity):
    """Where goods are or come from: a place in a warehouse, or a name for the world outside."""

    scope = in_warehouse("warehouse_id", open_nowhere=True)
    code_column = "code"

    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(64))
    kind: Mapped[LocationKind] = mapped_column(
        ChoiceType(LocationKind),
        default=LocationKind.INTERNAL,
        index=True,
        info={"label": "Location kind"},
    )
    #: for own stock only: there its goods count
    warehouse_id: Mapped[int | None] = mapped_column(ForeignKey("warehouse.id"), index=True)

    warehouse: Mapped[Warehouse | None] = relationship()

    __table_args__ = (
        CheckConstraint(
            "(kind = 'internal') = (warehouse_id IS NOT NULL)", name="own_stock_in_warehouse"
        ),
    )


class StockMove(Entity):
    """One line of the ledger: so much of a product went from here to there, worth so much.

    Written once; a mistake is put right by a move in the other direction.
    """

    scope = in_warehouse("from_location.warehouse_id", "to_location.warehouse_id")
    is_large = True
    label_column = "reference"
    derived_from = {"value_amount": ("Product.purchase_price",)}
    #: it is a trail already
    is_audited = False

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    from_location_id: Mapped[int] = mapped_column(
        ForeignKey("location.id"), index=True, info={"label": "From location"}
    )
    to_location_id: Mapped[int] = mapped_column(
        ForeignKey("location.id"), index=True, info={"label": "To location"}
    )
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    #: of the whole quantity: what was paid where goods come in, moving average where they leave
    value_amount: Mapped[Decimal] = mapped_column(
        Money,
        default=_NONE,
        info={
            "label": "Value",
            "optional": True,
            "help": "Of the whole quantity. Left empty, the average cost so far.",
            "mask": "amount",
        },
    )
    moved_on: Mapped[datetime] = mapped_column(
        UTCDateTime, default=now_utc, index=True, info={"optional": True}
    )
    order_line_id: Mapped[int | None] = mapped_column(ForeignKey("sales_order_line.id"), index=True)
    purchase_line_id: Mapped[int | None] = mapped_column(
        ForeignKey("purchase_order_line.id"), index=True
    )
    #: number of the document behind it
    reference: Mapped[str | None] = mapped_column(String(64), index=True)
    notes: Mapped[str | None] = mapped_column(Text, info={"format": "multiline"})

    product: Mapped[Product] = relationship()
    from_location: Mapped[Location] = relationship(foreign_keys=[from_location_id])
    to_location: Mapped[Location] = relationship(foreign_keys=[to_location_id])
    order_line: Mapped[Optional["SalesOrderLine"]] = relationship()
    purchase_line: Mapped[PurchaseOrderLine | None] = relationship()

    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("value_amount >= 0", name="value_not_negative"),
        CheckConstraint("from_location_id <> to_location_id", name="goes_somewhere"),
        Index("ix_stock_move_product_moved", "product_id", "moved_on"),
    )


@event.listens_for(StockMove, "before_update")
@event.listens_for(StockMove, "before_delete")
def _refuse(_mapper: Any, _connection: Any, _move: StockMove) -> None:
    raise DomainError("A stock move stays as it is. Post one in the other direction.")


append_only(StockMove.__table__)


class ReorderPoint(Entity):
    """How little of a product a warehouse should hold before somebody orders more."""

    scope = in_warehouse("warehouse_id")
    label_column = "product_id"

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"), index=True)
    min_quantity: Mapped[Decimal] = mapped_column(
        Quantity,
        info={
            "label": "Reorder level",
            "help": "At or below it the product stands in the list of low stock.",
        },
    )
    target_quantity: Mapped[Decimal | None] = mapped_column(
        Quantity, info={"label": "Fill up to", "help": "How much should be there after ordering."}
    )

    product: Mapped[Product] = relationship()
    warehouse: Mapped[Warehouse] = relationship()

    __table_args__ = (
        UniqueConstraint("product_id", "warehouse_id"),
        CheckConstraint("min_quantity >= 0", name="min_not_negative"),
        CheckConstraint("target_quantity >= min_quantity", name="target_not_below_min"),
    )

    def __repr__(self) -> str:
        return f"{self.product!r} · {self.warehouse!r}"


class StockLevel(Entity):
    """What one warehouse holds of one product; changed by single conditional UPDATEs alone."""

    scope = in_warehouse("warehouse_id")
    label_column = "product_id"
    derived_from = {
        "value_amount": ("Product.purchase_price",),
        "available": ("on_hand", "reserved"),
        "min_quantity": ("ReorderPoint.min_quantity",),
        "on_order": ("PurchaseOrderLine.quantity",),
        "is_low": ("available", "ReorderPoint.min_quantity"),
        "is_short": ("available", "on_order", "ReorderPoint.min_quantity"),
    }
    #: it follows from the ledger, which is the trail
    is_audited = False

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"), index=True)
    on_hand: Mapped[Decimal] = mapped_column(Quantity, default=_NONE, server_default="0")
    #: promised to confirmed orders that have not left yet
    reserved: Mapped[Decimal] = mapped_column(Quantity, default=_NONE, server_default="0")
    available: Mapped[Decimal] = mapped_column(
        Quantity, Computed("on_hand - reserved", persisted=True), index=True
    )
    value_amount: Mapped[Decimal] = mapped_column(
        Money, default=_NONE, server_default="0", info={"label": "Value", "mask": "amount"}
    )

    product: Mapped[Product] = relationship()
    warehouse: Mapped[Warehouse] = relationship()

    __table_args__ = (
        UniqueConstraint("product_id", "warehouse_id"),
        CheckConstraint("reserved >= 0 AND reserved <= on_hand", name="reserved_within_on_hand"),
        CheckConstraint("value_amount >= 0", name="value_not_negative"),
    )

    def __repr__(self) -> str:
        return f"{self.product!r} · {self.warehouse!r}"


_level = StockLevel.__table__.c
_min_quantity = (
    select(ReorderPoint.min_quantity)
    .where(
        ReorderPoint.product_id == _level.product_id,
        ReorderPoint.warehouse_id == _level.warehouse_id,
    )
    .correlate(StockLevel.__table__)
    .scalar_subquery()
)
_still_to_come = PurchaseOrderLine.quantity - PurchaseOrderLine.received_quantity
_on_order = (
    select(func.coalesce(func.sum(type_coerce(_still_to_come, Quantity)), literal(0, Quantity)))
    .join(PurchaseOrder, PurchaseOrderLine.order_id == PurchaseOrder.id)
    .where(
        PurchaseOrder.state == PurchaseState.ORDERED,
        PurchaseOrder.warehouse_id == _level.warehouse_id,
        PurchaseOrderLine.product_id == _level.product_id,
    )
    .correlate(StockLevel.__table__)
    .scalar_subquery()
)
_is_discontinued = (
    select(Product.is_discontinued)
    .where(Product.id == _level.product_id)
    .correlate(StockLevel.__table__)
    .scalar_subquery()
)


def _low(quantity: Any) -> Any:
    """At or below the level where somebody should order; nobody orders what is discontinued."""
    return case((_is_discontinued, False), (quantity <= _min_quantity, True), else_=False)


#: from the reorder point, where there is one
StockLevel.min_quantity = column_property(_min_quantity, info={"label": "Reorder level"})
#: still to come by open purchase orders
StockLevel.on_order = column_property(_on_order)
StockLevel.is_low = column_property(_low(_level.available), info={"label": "Low stock"})
#: low even when everything on order is counted
StockLevel.is_short = column_property(
    _low(_level.available + _on_order), info={"label": "Low, orders counted"}
)
