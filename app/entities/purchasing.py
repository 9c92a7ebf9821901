"""Suppliers and what is ordered from them."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.entities.base import SHARED, Entity
from app.entities.columns import Active, Email, Phone, Website
from app.entities.system.organization import Region
from app.entities.types import ChoiceType, Money, Quantity
from app.rules.countries import Country
from app.rules.identity import normalize_name, phone_key
from app.rules.matching import MatchKind, MatchRule
from app.rules.purchasing import PaymentTerms, PurchaseState, SupplierGrade

if TYPE_CHECKING:
    from app.entities.catalog import Product
    from app.entities.inventory import Warehouse


class Supplier(Entity):
    scope = SHARED
    code_column = "code"
    number_sequence = "supplier"
    derived = {
        "name_key": lambda row: normalize_name(row.name)[:200],
        "phone_key": lambda row: phone_key(row.phone),
    }
    derived_from = {"name_key": ("name",), "phone_key": ("phone",)}
    match_rules = (
        MatchRule(MatchKind.CODE, ("tax_number",), 98, ("tax_number",)),
        MatchRule(MatchKind.NAME, ("name",), 90, ("name_key",)),
        MatchRule(MatchKind.PHONE, ("phone",), 65, ("phone_key",)),
        MatchRule(MatchKind.EMAIL, ("email",), 70),
    )

    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    #: name and phone without what writing varies in: duplicates are found by them
    name_key: Mapped[str] = mapped_column(String(200), index=True)
    phone_key: Mapped[str | None] = mapped_column(String(24), index=True)
    grade: Mapped[SupplierGrade] = mapped_column(
        ChoiceType(SupplierGrade), default=SupplierGrade.APPROVED, index=True
    )
    is_active: Mapped[Active]

    contact_name: Mapped[str | None] = mapped_column(String(100))
    contact_title: Mapped[str | None] = mapped_column(String(64))
    phone: Mapped[Phone | None]
    fax: Mapped[Phone | None]
    email: Mapped[Email | None]
    website: Mapped[Website | None]

    country: Mapped[Country] = mapped_column(
        ChoiceType(Country), default=Country.CN, server_default="CN", index=True
    )
    province: Mapped[str | None] = mapped_column(String(64))
    city: Mapped[str | None] = mapped_column(String(64), index=True)
    address: Mapped[str | None] = mapped_column(String(200))
    postal_code: Mapped[str | None] = mapped_column(String(16))
    region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"), index=True)

    #: 统一社会信用代码 where the country is China, checked by its check character
    tax_number: Mapped[str | None] = mapped_column(
        String(32),
        index=True,
        info={
            "help": "For suppliers in China the unified social credit code of 18 characters.",
            "mask": "tax",
        },
    )
    payment_terms: Mapped[PaymentTerms | None] = mapped_column(ChoiceType(PaymentTerms))
    bank_name: Mapped[str | None] = mapped_column(String(100))
    bank_account: Mapped[str | None] = mapped_column(String(40), info={"mask": "tax"})
    notes: Mapped[str | None] = mapped_column(Text, info={"format": "multiline"})

    region: Mapped[Region | None] = relationship()


class PurchaseOrder(Entity):
    scope = SHARED
    label_column = "code"
    code_column = "code"
    number_sequence = "purchase_order"
    derived_from = {"total_amount": ("PurchaseOrderLine.unit_price",)}

    code: Mapped[str] = mapped_column(
        String(32), unique=True, info={"label": "Purchase order number"}
    )
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"), index=True)
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"), index=True)
    state: Mapped[PurchaseState] = mapped_column(
        ChoiceType(PurchaseState),
        default=PurchaseState.DRAFT,
        info={"label": "Purchase status"},
    )
    order_date: Mapped[date] = mapped_column(index=True)
    expected_date: Mapped[date | None] = mapped_column(index=True, info={"label": "Expected on"})
    received_date: Mapped[date | None] = mapped_column(index=True, info={"label": "Received on"})
    total_amount: Mapped[Decimal] = mapped_column(
        Money, default=Decimal(0), server_default="0", info={"mask": "amount"}
    )
    notes: Mapped[str | None] = mapped_column(Text, info={"format": "multiline"})

    supplier: Mapped[Supplier] = relationship()
    warehouse: Mapped["Warehouse"] = relationship()
    lines: Mapped[list["PurchaseOrderLine"]] = relationship(
        back_populates="order",
        cascade="all, delete-orphan",
        order_by="(PurchaseOrderLine.position, PurchaseOrderLine.id)",
    )

    __table_args__ = (Index("ix_purchase_order_state_date", "state", "order_date"),)


class PurchaseOrderLine(Entity):
    scope = SHARED
    label_column = "product_id"
    derived_from = {"unit_price": ("Product.purchase_price",), "amount": ("unit_price",)}

    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_order.id"), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    quantity: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(1))
    unit_price: Mapped[Decimal] = mapped_column(
        Money,
        default=Decimal(0),
        info={
            "optional": True,
            "help": "Left empty, the purchase price of the product.",
            "mask": "amount",
        },
    )
    amount: Mapped[Decimal] = mapped_column(
        Money, default=Decimal(0), server_default="0", info={"mask": "amount"}
    )
    received_quantity: Mapped[Decimal] = mapped_column(
        Quantity, default=Decimal(0), server_default="0"
    )
    position: Mapped[int] = mapped_column(default=0, server_default="0")

    order: Mapped[PurchaseOrder] = relationship(back_populates="lines")
    product: Mapped["Product"] = relationship()

    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("unit_price >= 0", name="unit_price_not_negative"),
        CheckConstraint(
            "received_quantity >= 0 AND received_quantity <= quantity",
            name="received_within_quantity",
        ),
    )

    def __repr__(self) -> str:
        return repr(self.product)
