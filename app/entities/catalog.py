"""What the company sells and buys: units, the tree of categories, products and their parts."""

from decimal import Decimal
from typing import Optional

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.entities.base import SHARED, Entity, Scope
from app.entities.columns import Active
from app.entities.purchasing import Supplier
from app.entities.types import ChoiceType, Money, Quantity
from app.rules.amounts import line_amount
from app.rules.catalog import ProductUse


class Unit(Entity):
    scope = SHARED
    code_column = "code"

    code: Mapped[str] = mapped_column(String(16), unique=True)
    name: Mapped[str] = mapped_column(String(32), unique=True)


class ProductCategory(Entity):
    scope = SHARED
    code_column = "code"

    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(64), index=True)
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("product_category.id"), index=True, info={"label": "Parent category"}
    )
    description: Mapped[str | None] = mapped_column(Text, info={"format": "multiline"})

    parent: Mapped[Optional["ProductCategory"]] = relationship(remote_side="ProductCategory.id")

    __table_args__ = (
        CheckConstraint("parent_id <> id", name="not_own_parent"),
        UniqueConstraint("parent_id", "name"),
    )


class Product(Entity):
    scope = Scope(place="categories", at=("category_id",))
    code_column = "code"
    number_sequence = "product"

    code: Mapped[str] = mapped_column(
        String(32), unique=True, info={"help": "Left empty, the next number is given."}
    )
    name: Mapped[str] = mapped_column(String(200), index=True)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("product_category.id"), index=True)
    use: Mapped[ProductUse] = mapped_column(
        ChoiceType(ProductUse),
        default=ProductUse.FINISHED,
        index=True,
        info={"label": "Product use"},
    )
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    specification: Mapped[str | None] = mapped_column(String(200))
    barcode: Mapped[str | None] = mapped_column(String(32), unique=True)
    sale_price: Mapped[Decimal | None] = mapped_column(Money, index=True, info={"mask": "amount"})
    purchase_price: Mapped[Decimal | None] = mapped_column(Money, info={"mask": "amount"})
    supplier_id: Mapped[int | None] = mapped_column(
        ForeignKey("supplier.id"), index=True, info={"label": "Default supplier"}
    )
    #: may be chosen in new documents
    is_active: Mapped[Active]
    #: no longer made or bought; what is left is sold off
    is_discontinued: Mapped[bool] = mapped_column(
        default=False, server_default=false(), info={"label": "Discontinued"}
    )
    notes: Mapped[str | None] = mapped_column(Text, info={"format": "multiline"})

    category: Mapped[ProductCategory | None] = relationship()
    unit: Mapped[Unit | None] = relationship()
    supplier: Mapped[Supplier | None] = relationship()
    components: Mapped[list["ProductComponent"]] = relationship(
        back_populates="product",
        foreign_keys="ProductComponent.product_id",
        cascade="all, delete-orphan",
        order_by="ProductComponent.id",
    )

    __table_args__ = (
        CheckConstraint("sale_price >= 0", name="sale_price_not_negative"),
        CheckConstraint("purchase_price >= 0", name="purchase_price_not_negative"),
    )


class ProductComponent(Entity):
    """One line of a set: so much of another product goes into it."""

    scope = SHARED
    label_column = "component_id"
    derived_from = {"amount": ("Product.sale_price",)}

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    component_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    quantity: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(1))

    product: Mapped[Product] = relationship(back_populates="components", foreign_keys=[product_id])
    component: Mapped[Product] = relationship(foreign_keys=[component_id])

    __table_args__ = (
        UniqueConstraint("product_id", "component_id"),
        CheckConstraint("product_id <> component_id", name="not_part_of_itself"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
    )

    def __repr__(self) -> str:
        return repr(self.component)

    @property
    def amount(self) -> Decimal:
        """What the part is worth in the set, at its own sale price; a half-typed line nothing."""
        price = self.component.sale_price if self.component else None
        return line_amount(self.quantity or Decimal(0), price or Decimal(0))
