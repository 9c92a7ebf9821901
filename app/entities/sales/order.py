"""Sales orders with their lines, and who carries the goods."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Optional

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    case,
    type_coerce,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from app.entities.base import OWNED, SHARED, Entity, through
from app.entities.catalog import Product
from app.entities.columns import Active, Phone, Website
from app.entities.customers import Contact, Customer
from app.entities.inventory import Warehouse
from app.entities.system.organization import Team
from app.entities.system.user import User
from app.entities.types import ChoiceType, Money, Quantity
from app.rules.countries import Country
from app.rules.orders import PAYABLE, OrderState

if TYPE_CHECKING:
    from app.entities.sales.deal import Deal

_NONE = Decimal(0)


class Carrier(Entity):
    scope = SHARED
    code_column = "name"

    name: Mapped[str] = mapped_column(String(100), unique=True)
    phone: Mapped[Phone | None]
    website: Mapped[Website | None]
    is_active: Mapped[Active]


class SalesOrder(Entity):
    scope = OWNED
    is_large = True
    sorted_by = ("state", "required_date", "total_amount")
    label_column = "code"
    code_column = "code"
    number_sequence = "sales_order"
    derived_from = {
        "net_amount": ("SalesOrderLine.unit_price",),
        "tax_amount": ("SalesOrderLine.unit_price",),
        "total_amount": ("net_amount", "tax_amount", "freight_amount"),
        "balance_amount": ("total_amount", "paid_amount"),
    }
    timeline_moment = "created_on"

    code: Mapped[str] = mapped_column(String(32), unique=True, info={"label": "Order number"})
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    deal_id: Mapped[int | None] = mapped_column(ForeignKey("deal.id"), index=True)
    state: Mapped[OrderState] = mapped_column(
        ChoiceType(OrderState), default=OrderState.DRAFT, info={"label": "Order status"}
    )
    order_date: Mapped[date] = mapped_column(index=True)
    required_date: Mapped[date | None] = mapped_column(info={"label": "Delivery wanted by"})
    shipped_date: Mapped[date | None] = mapped_column(index=True, info={"label": "Shipped on"})
    due_date: Mapped[date | None] = mapped_column(
        index=True,
        info={"label": "Payment due", "help": "Left empty, the usual term from the order date."},
    )

    #: where the goods are reserved and leave from
    warehouse_id: Mapped[int | None] = mapped_column(ForeignKey("warehouse.id"), index=True)
    carrier_id: Mapped[int | None] = mapped_column(ForeignKey("carrier.id"), index=True)
    ship_name: Mapped[str | None] = mapped_column(String(200), info={"label": "Recipient"})
    ship_address: Mapped[str | None] = mapped_column(String(200), info={"label": "Address"})
    ship_city: Mapped[str | None] = mapped_column(String(64), info={"label": "City"})
    ship_region: Mapped[str | None] = mapped_column(String(64), info={"label": "Province"})
    ship_postal_code: Mapped[str | None] = mapped_column(String(16), info={"label": "Postal code"})
    ship_country: Mapped[Country | None] = mapped_column(
        ChoiceType(Country), info={"label": "Country"}
    )

    currency: Mapped[str] = mapped_column(String(3), default="CNY", server_default="CNY")
    freight_amount: Mapped[Decimal] = mapped_column(
        Money,
        default=_NONE,
        server_default="0",
        info={"label": "Freight", "optional": True, "mask": "amount"},
    )
    #: sums of the rounded lines
    net_amount: Mapped[Decimal] = mapped_column(
        Money, default=_NONE, server_default="0", info={"mask": "amount"}
    )
    tax_amount: Mapped[Decimal] = mapped_column(
        Money, default=_NONE, server_default="0", info={"mask": "amount"}
    )
    #: net + tax + freight
    total_amount: Mapped[Decimal] = mapped_column(
        Money, default=_NONE, server_default="0", info={"mask": "amount"}
    )
    #: what payments were allocated; changed by one conditional UPDATE only
    paid_amount: Mapped[Decimal] = mapped_column(
        Money, default=_NONE, server_default="0", info={"mask": "amount"}
    )

    owner_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    notes: Mapped[str | None] = mapped_column(Text, info={"format": "multiline"})

    customer: Mapped[Customer] = relationship()
    contact: Mapped[Contact | None] = relationship()
    deal: Mapped[Optional["Deal"]] = relationship()
    warehouse: Mapped[Warehouse | None] = relationship()
    carrier: Mapped[Carrier | None] = relationship()
    owner: Mapped[User | None] = relationship(foreign_keys=[owner_id])
    team: Mapped[Team | None] = relationship()
    lines: Mapped[list["SalesOrderLine"]] = relationship(
        back_populates="order",
        cascade="all, delete-orphan",
        order_by="(SalesOrderLine.position, SalesOrderLine.id)",
    )

    __table_args__ = (
        CheckConstraint("freight_amount >= 0", name="freight_not_negative"),
        CheckConstraint(
            "paid_amount >= 0 AND paid_amount <= total_amount", name="paid_within_total"
        ),
        Index("ix_sales_order_state_date", "state", "order_date"),
    )


#: what is still to be paid
SalesOrder.balance_amount = column_property(
    type_coerce(
        case(
            (
                SalesOrder.state.in_(PAYABLE),
                SalesOrder.total_amount - SalesOrder.paid_amount,
            ),
            else_=0,
        ),
        Money,
    ),
    info={"label": "Balance due", "mask": "amount"},
)


class SalesOrderLine(Entity):
    scope = through("order")
    label_column = "description"
    derived_from = {
        "unit_price": ("Product.sale_price",),
        "net_amount": ("unit_price", "discount_rate"),
        "tax_amount": ("net_amount", "tax_rate"),
    }

    order_id: Mapped[int] = mapped_column(ForeignKey("sales_order.id"), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    description: Mapped[str | None] = mapped_column(String(200))
    quantity: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(1))
    unit_price: Mapped[Decimal] = mapped_column(
        Money,
        default=_NONE,
        info={
            "optional": True,
            "help": "Left empty, the sale price of the product.",
            "mask": "amount",
        },
    )
    #: a share: 0.15 takes 15 % off
    discount_rate: Mapped[Decimal] = mapped_column(
        Quantity,
        default=_NONE,
        server_default="0",
        info={"label": "Discount", "format": "share", "optional": True},
    )
    #: a share of the net amount
    tax_rate: Mapped[Decimal] = mapped_column(
        Quantity,
        default=_NONE,
        server_default="0",
        info={"format": "share", "optional": True},
    )
    net_amount: Mapped[Decimal] = mapped_column(
        Money, default=_NONE, server_default="0", info={"mask": "amount"}
    )
    tax_amount: Mapped[Decimal] = mapped_column(
        Money, default=_NONE, server_default="0", info={"mask": "amount"}
    )
    #: how much of the stock of the order's warehouse is held for this line
    reserved_quantity: Mapped[Decimal] = mapped_column(Quantity, default=_NONE, server_default="0")
    position: Mapped[int] = mapped_column(default=0, server_default="0")

    order: Mapped[SalesOrder] = relationship(back_populates="lines")
    product: Mapped[Product] = relationship()

    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("unit_price >= 0", name="unit_price_not_negative"),
        CheckConstraint("discount_rate >= 0 AND discount_rate <= 10000", name="discount_is_share"),
        CheckConstraint("tax_rate >= 0 AND tax_rate <= 10000", name="tax_rate_is_share"),
        CheckConstraint(
            "reserved_quantity >= 0 AND reserved_quantity <= quantity",
            name="reserved_within_quantity",
        ),
    )

    def __repr__(self) -> str:
        return self.description or repr(self.product)
