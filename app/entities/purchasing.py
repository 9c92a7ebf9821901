"""Suppliers."""

from sqlalchemy import ForeignKey, String, Text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.entities.base import SHARED, Entity
from app.entities.system.organization import Region
from app.entities.types import ChoiceType
from app.rules.countries import Country
from app.rules.identity import normalize_name, phone_key
from app.rules.purchasing import PaymentTerms, SupplierGrade


class Supplier(Entity):
    scope = SHARED
    code_column = "code"
    number_sequence = "supplier"
    derived = {
        "name_key": lambda row: normalize_name(row.name)[:200],
        "phone_key": lambda row: phone_key(row.phone),
    }

    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    #: name and phone without what writing varies in: duplicates are found by them
    name_key: Mapped[str] = mapped_column(String(200), index=True)
    phone_key: Mapped[str | None] = mapped_column(String(24), index=True)
    grade: Mapped[SupplierGrade] = mapped_column(
        ChoiceType(SupplierGrade), default=SupplierGrade.APPROVED, index=True
    )
    is_active: Mapped[bool] = mapped_column(
        default=True, server_default=true(), info={"label": "Active"}
    )

    contact_name: Mapped[str | None] = mapped_column(String(100))
    contact_title: Mapped[str | None] = mapped_column(String(64))
    phone: Mapped[str | None] = mapped_column(String(40), info={"format": "phone"})
    fax: Mapped[str | None] = mapped_column(String(40), info={"format": "phone"})
    email: Mapped[str | None] = mapped_column(String(254), info={"format": "email"})
    website: Mapped[str | None] = mapped_column(String(200), info={"format": "url"})

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
        info={"help": "For suppliers in China the unified social credit code of 18 characters."},
    )
    payment_terms: Mapped[PaymentTerms | None] = mapped_column(ChoiceType(PaymentTerms))
    bank_name: Mapped[str | None] = mapped_column(String(100))
    bank_account: Mapped[str | None] = mapped_column(String(40))
    notes: Mapped[str | None] = mapped_column(Text, info={"format": "multiline"})

    region: Mapped[Region | None] = relationship()
