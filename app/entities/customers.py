"""Customers with their addresses, contacts and interactions, and the words that classify them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Optional

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, Column, ForeignKey, String, Table, Text, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.entities.base import OWNED, SHARED, Entity, Vocabulary, through
from app.entities.columns import Active, Email, Phone, Website
from app.entities.system.organization import Region, Team
from app.entities.system.user import User
from app.entities.types import ChoiceType, Money, UTCDateTime, now_utc
from app.rules.countries import Country
from app.rules.customers import (
    AddressKind,
    AgencyLevel,
    Channel,
    CompanySize,
    ContactRole,
    CustomerKind,
    Direction,
    LifecycleStage,
    Outcome,
    Sex,
    TagColor,
    Tier,
)
from app.rules.identity import normalize_name, phone_key
from app.rules.matching import MatchKind, MatchRule


class CustomerSource(Vocabulary):
    """Where customers hear of the company."""

    scope = SHARED


class Industry(Vocabulary):
    """The trades that customers are in."""

    scope = SHARED


class Tag(Entity):
    scope = SHARED
    code_column = "name"

    name: Mapped[str] = mapped_column(String(32), unique=True)
    color: Mapped[TagColor] = mapped_column(ChoiceType(TagColor), default=TagColor.BLUE)
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    is_active: Mapped[Active]


customer_tag = Table(
    "customer_tag",
    Model.metadata,
    Column("customer_id", ForeignKey("customer.id", ondelete="CASCADE"), primary_key=True),
    Column("tag_id", ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Customer(Entity):
    scope = OWNED
    is_large = True
    sorted_by = ("tier", "lifecycle_stage", "credit_limit")
    code_column = "code"
    number_sequence = "customer"
    derived = {
        "name_key": lambda row: normalize_name(row.name)[:200],
        "phone_key": lambda row: phone_key(row.phone),
    }
    derived_from = {"name_key": ("name",), "phone_key": ("phone",)}
    match_rules = (
        MatchRule(MatchKind.CODE, ("tax_number",), 98, ("tax_number",)),
        # Many people share a name, no two companies of a region do.
        MatchRule(MatchKind.NAME, ("name",), 90, ("name_key",), ("kind", "individual", 50)),
        MatchRule(MatchKind.PHONE, ("phone",), 65, ("phone_key",)),
        MatchRule(MatchKind.EMAIL, ("email",), 70, ("email",)),
    )
    only_one = {"addresses": "is_default", "contacts": "is_primary"}

    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    #: name and phone without what writing varies in: duplicates are found by them
    name_key: Mapped[str] = mapped_column(String(200), index=True)
    phone_key: Mapped[str | None] = mapped_column(String(24), index=True)
    kind: Mapped[CustomerKind] = mapped_column(
        ChoiceType(CustomerKind), default=CustomerKind.COMPANY, index=True
    )
    tier: Mapped[Tier] = mapped_column(ChoiceType(Tier), default=Tier.POTENTIAL)
    lifecycle_stage: Mapped[LifecycleStage] = mapped_column(
        ChoiceType(LifecycleStage), default=LifecycleStage.PROSPECT
    )
    source_id: Mapped[int | None] = mapped_column(ForeignKey("customer_source.id"), index=True)
    industry_id: Mapped[int | None] = mapped_column(ForeignKey("industry.id"), index=True)
    region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)

    phone: Mapped[Phone | None]
    fax: Mapped[Phone | None]
    email: Mapped[Email | None] = mapped_column(index=True)
    website: Mapped[Website | None]
    country: Mapped[Country] = mapped_column(
        ChoiceType(Country), default=Country.CN, server_default="CN"
    )
    #: 统一社会信用代码 where the country is China, checked by its check character
    tax_number: Mapped[str | None] = mapped_column(
        String(32),
        index=True,
        info={
            "help": "For customers in China the unified social credit code of 18 characters.",
            "mask": "tax",
        },
    )
    credit_limit: Mapped[Decimal | None] = mapped_column(Money, info={"mask": "amount"})
    cooperation_since: Mapped[date | None]

    preferred_channel: Mapped[Channel | None] = mapped_column(ChoiceType(Channel))
    do_not_contact: Mapped[bool] = mapped_column(
        default=False,
        server_default=false(),
        info={"help": "Set when the customer asked for no more promotion."},
    )
    preferences: Mapped[str | None] = mapped_column(Text, info={"format": "multiline"})
    interests: Mapped[str | None] = mapped_column(Text, info={"format": "multiline"})
    needs: Mapped[str | None] = mapped_column(Text, info={"format": "multiline"})
    notes: Mapped[str | None] = mapped_column(Text, info={"format": "multiline"})
    #: the day somebody last compared the file with the customer
    last_verified_on: Mapped[date | None]

    # individuals
    sex: Mapped[Sex | None] = mapped_column(ChoiceType(Sex))
    birth_date: Mapped[date | None]
    occupation: Mapped[str | None] = mapped_column(String(64))
    # companies
    size: Mapped[CompanySize | None] = mapped_column(
        ChoiceType(CompanySize), info={"label": "Company size"}
    )
    employee_count: Mapped[int | None] = mapped_column(
        info={
            "label": "Number of employees",
            "help": "The company size follows from it.",
        }
    )
    #: in millions, as companies publish it
    annual_revenue: Mapped[Decimal | None] = mapped_column(
        Money, info={"label": "Annual revenue (millions)", "mask": "amount"}
    )
    legal_representative: Mapped[str | None] = mapped_column(String(64))
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("customer.id"), index=True, info={"label": "Parent company"}
    )
    # government
    agency_level: Mapped[AgencyLevel | None] = mapped_column(ChoiceType(AgencyLevel))
    policy_notes: Mapped[str | None] = mapped_column(Text, info={"format": "multiline"})

    source: Mapped[CustomerSource | None] = relationship()
    industry: Mapped[Industry | None] = relationship()
    region: Mapped[Region | None] = relationship()
    owner: Mapped[User | None] = relationship(foreign_keys=[owner_id])
    team: Mapped[Team | None] = relationship()
    parent: Mapped[Optional["Customer"]] = relationship(remote_side="Customer.id")
    tags: Mapped[list[Tag]] = relationship(secondary=customer_tag, order_by=Tag.position)
    addresses: Mapped[list["CustomerAddress"]] = relationship(
        back_populates="customer", cascade="all, delete-orphan", order_by="CustomerAddress.id"
    )
    # Their own files: a customer who has some cannot be deleted, the database refuses.
    contacts: Mapped[list["Contact"]] = relationship(
        back_populates="customer", passive_deletes="all"
    )
    interactions: Mapped[list["Interaction"]] = relationship(
        back_populates="customer", passive_deletes="all"
    )

    __table_args__ = (
        CheckConstraint("credit_limit >= 0", name="credit_limit_not_negative"),
        CheckConstraint("parent_id <> id", name="not_own_parent"),
        CheckConstraint("employee_count >= 0", name="employee_count_not_negative"),
        CheckConstraint("annual_revenue >= 0", name="annual_revenue_not_negative"),
    )


class CustomerAddress(Entity):
    scope = through("customer")
    label_column = "street"

    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    kind: Mapped[AddressKind] = mapped_column(ChoiceType(AddressKind), default=AddressKind.OFFICE)
    country: Mapped[Country] = mapped_column(
        ChoiceType(Country), default=Country.CN, server_default="CN"
    )
    province: Mapped[str | None] = mapped_column(String(64))
    city: Mapped[str | None] = mapped_column(String(64), index=True)
    district: Mapped[str | None] = mapped_column(String(64))
    street: Mapped[str] = mapped_column(String(200))
    postal_code: Mapped[str | None] = mapped_column(String(16))
    is_default: Mapped[bool] = mapped_column(
        default=False, server_default=false(), info={"label": "Default"}
    )

    customer: Mapped[Customer] = relationship(back_populates="addresses")


class Contact(Entity):
    scope = through("customer")
    is_large = True
    sorted_by = ("role",)
    match_rules = (
        MatchRule(MatchKind.NAME, ("name",), 45),
        MatchRule(MatchKind.WHOLE, ("customer_id",), 40, ("customer_id",)),
        MatchRule(MatchKind.PHONE, ("mobile",), 80, ("mobile",)),
        MatchRule(MatchKind.EMAIL, ("email",), 80, ("email",)),
    )

    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    name: Mapped[str] = mapped_column(String(100), index=True)
    sex: Mapped[Sex | None] = mapped_column(ChoiceType(Sex))
    role: Mapped[ContactRole | None] = mapped_column(ChoiceType(ContactRole))
    job_title: Mapped[str | None] = mapped_column(String(64))
    department: Mapped[str | None] = mapped_column(String(64))
    is_decision_maker: Mapped[bool] = mapped_column(
        default=False, server_default=false(), info={"label": "Decision maker"}
    )
    is_primary: Mapped[bool] = mapped_column(
        default=False,
        server_default=false(),
        info={
            "label": "Primary contact",
            "help": "The first person to ask for. A customer has one.",
        },
    )
    reports_to_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    mobile: Mapped[Phone | None] = mapped_column(index=True)
    phone: Mapped[Phone | None]
    email: Mapped[Email | None] = mapped_column(index=True)
    wechat: Mapped[str | None] = mapped_column(String(64), info={"label": "WeChat", "mask": "text"})
    preferred_channel: Mapped[Channel | None] = mapped_column(ChoiceType(Channel))
    birth_date: Mapped[date | None]
    notes: Mapped[str | None] = mapped_column(Text, info={"format": "multiline"})

    customer: Mapped[Customer] = relationship(back_populates="contacts")
    reports_to: Mapped[Optional["Contact"]] = relationship(remote_side="Contact.id")

    __table_args__ = (CheckConstraint("reports_to_id <> id", name="not_own_superior"),)


class Interaction(Entity):
    scope = through("customer")
    is_large = True
    sorted_by = ("channel", "outcome")
    label_column = "subject"

    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    channel: Mapped[Channel] = mapped_column(ChoiceType(Channel), default=Channel.PHONE)
    direction: Mapped[Direction] = mapped_column(ChoiceType(Direction), default=Direction.OUTBOUND)
    happened_on: Mapped[datetime] = mapped_column(UTCDateTime, default=now_utc, index=True)
    subject: Mapped[str] = mapped_column(String(200))
    content: Mapped[str | None] = mapped_column(Text, info={"format": "multiline"})
    outcome: Mapped[Outcome | None] = mapped_column(ChoiceType(Outcome))
    next_step: Mapped[str | None] = mapped_column(String(200))
    next_step_date: Mapped[date | None] = mapped_column(index=True)
    next_step_done: Mapped[bool] = mapped_column(default=False, server_default=false())
    by_id: Mapped[int | None] = mapped_column(
        ForeignKey("ab_user.id"), index=True, info={"label": "Handled by"}
    )

    customer: Mapped[Customer] = relationship(back_populates="interactions")
    contact: Mapped[Contact | None] = relationship()
    by: Mapped[User | None] = relationship(foreign_keys=[by_id])
