"""Tickets of customers, surveys, and the answers that satisfaction is computed from."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.entities.base import SHARED, Entity, through
from app.entities.catalog import Product
from app.entities.columns import Active
from app.entities.customers import Contact, Customer
from app.entities.sales.order import SalesOrder
from app.entities.system.organization import Team
from app.entities.system.user import User
from app.entities.types import ChoiceType, UTCDateTime, now_utc
from app.rules.customers import Channel
from app.rules.satisfaction import CSAT_STEPS, NPS_STEPS, AnswerMode, SurveyKind
from app.rules.support import TicketPhase, TicketStatus, TicketType
from app.rules.work import Priority


class Ticket(Entity):
    scope = through("customer")
    is_large = True
    sorted_by = ("type", "priority", "status", "rating")
    holder = "assignee_id"
    label_column = "subject"
    code_column = "code"
    number_sequence = "ticket"

    code: Mapped[str] = mapped_column(String(32), unique=True)
    subject: Mapped[str] = mapped_column(String(200))
    description: Mapped[str | None] = mapped_column(Text, info={"format": "multiline"})
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"), index=True)
    order_id: Mapped[int | None] = mapped_column(ForeignKey("sales_order.id"), index=True)
    type: Mapped[TicketType] = mapped_column(ChoiceType(TicketType), default=TicketType.QUESTION)
    phase: Mapped[TicketPhase] = mapped_column(
        ChoiceType(TicketPhase),
        default=TicketPhase.AFTER_SALE,
        index=True,
        info={"label": "Phase of the sale"},
    )
    priority: Mapped[Priority] = mapped_column(ChoiceType(Priority), default=Priority.NORMAL)
    status: Mapped[TicketStatus] = mapped_column(ChoiceType(TicketStatus), default=TicketStatus.NEW)
    channel: Mapped[Channel] = mapped_column(ChoiceType(Channel), default=Channel.PHONE, index=True)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    due_on: Mapped[datetime | None] = mapped_column(
        UTCDateTime, index=True, info={"label": "Due by"}
    )
    #: when somebody first took it up, and when it was last resolved and closed
    first_response_on: Mapped[datetime | None] = mapped_column(UTCDateTime)
    resolved_on: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    closed_on: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reopen_count: Mapped[int] = mapped_column(
        default=0, server_default="0", info={"label": "Times reopened"}
    )
    solution: Mapped[str | None] = mapped_column(Text, info={"format": "multiline"})
    rating: Mapped[int | None] = mapped_column(
        info={
            "format": "scale",
            "steps": CSAT_STEPS,
            "help": "From 1 (very dissatisfied) to 5 (very satisfied).",
        },
    )
    rating_comment: Mapped[str | None] = mapped_column(Text, info={"format": "multiline"})

    customer: Mapped[Customer] = relationship()
    contact: Mapped[Contact | None] = relationship()
    product: Mapped[Product | None] = relationship()
    order: Mapped[SalesOrder | None] = relationship()
    assignee: Mapped[User | None] = relationship(foreign_keys=[assignee_id])
    team: Mapped[Team | None] = relationship()

    __table_args__ = (
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating_on_scale"),
        CheckConstraint("reopen_count >= 0", name="reopen_count_not_negative"),
    )


class Survey(Entity):
    scope = SHARED
    code_column = "code"
    number_sequence = "survey"

    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    kind: Mapped[SurveyKind] = mapped_column(ChoiceType(SurveyKind), default=SurveyKind.BOTH)
    intro: Mapped[str | None] = mapped_column(
        Text, info={"format": "multiline", "label": "Introduction"}
    )
    question_csat: Mapped[str | None] = mapped_column(
        String(200), info={"label": "Question about satisfaction"}
    )
    question_nps: Mapped[str | None] = mapped_column(
        String(200), info={"label": "Question about recommendation"}
    )
    is_for_tickets: Mapped[bool] = mapped_column(
        default=False,
        server_default=false(),
        info={
            "label": "For tickets",
            "help": "Ratings of tickets are counted as answers to this survey. One survey has it.",
        },
    )
    is_active: Mapped[Active]


class SurveyResponse(Entity):
    scope = through("customer")
    is_large = True
    sorted_by = ("csat", "nps")
    label_column = "code"
    code_column = "code"
    number_sequence = "survey_response"
    timeline_moment = "answered_on"

    code: Mapped[str] = mapped_column(String(32), unique=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), index=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    #: a ticket is rated once: a second rating replaces the first
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), unique=True)
    order_id: Mapped[int | None] = mapped_column(ForeignKey("sales_order.id"), index=True)
    #: who served the customer, and their team on that day
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    mode: Mapped[AnswerMode] = mapped_column(ChoiceType(AnswerMode), default=AnswerMode.PHONE)
    answered_on: Mapped[datetime] = mapped_column(UTCDateTime, default=now_utc, index=True)
    csat: Mapped[int | None] = mapped_column(
        info={
            "format": "scale",
            "steps": CSAT_STEPS,
            "label": "Satisfaction",
            "help": "From 1 (very dissatisfied) to 5 (very satisfied).",
        },
    )
    nps: Mapped[int | None] = mapped_column(
        info={
            "format": "scale",
            "steps": NPS_STEPS,
            "label": "Recommendation",
            "help": "How likely they recommend us: from 0 (not at all) to 10 (certainly).",
        },
    )
    comment: Mapped[str | None] = mapped_column(Text, info={"format": "multiline"})

    survey: Mapped[Survey] = relationship()
    customer: Mapped[Customer] = relationship()
    contact: Mapped[Contact | None] = relationship()
    ticket: Mapped[Ticket | None] = relationship()
    order: Mapped[SalesOrder | None] = relationship()
    agent: Mapped[User | None] = relationship(foreign_keys=[agent_id])
    team: Mapped[Team | None] = relationship()

    __table_args__ = (
        CheckConstraint("csat BETWEEN 1 AND 5", name="csat_on_scale"),
        CheckConstraint("nps BETWEEN 0 AND 10", name="nps_on_scale"),
        CheckConstraint("csat IS NOT NULL OR nps IS NOT NULL", name="answers_something"),
    )
