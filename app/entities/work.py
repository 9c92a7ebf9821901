"""Tasks: what somebody is to do until when, and what it is about."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.entities.base import Entity, Scope
from app.entities.customers import Customer
from app.entities.sales.deal import Deal
from app.entities.sales.order import SalesOrder
from app.entities.support import Ticket
from app.entities.system.organization import Team
from app.entities.system.user import User
from app.entities.types import ChoiceType, UTCDateTime
from app.rules.work import Priority, TaskStatus


class Task(Entity):
    scope = Scope(owner="assignee_id", team="team_id")
    is_large = True
    sorted_by = ("priority", "status")
    label_column = "subject"

    subject: Mapped[str] = mapped_column(String(200))
    description: Mapped[str | None] = mapped_column(Text, info={"format": "multiline"})
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    due_date: Mapped[date | None] = mapped_column(index=True)
    priority: Mapped[Priority] = mapped_column(ChoiceType(Priority), default=Priority.NORMAL)
    status: Mapped[TaskStatus] = mapped_column(ChoiceType(TaskStatus), default=TaskStatus.TODO)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    deal_id: Mapped[int | None] = mapped_column(ForeignKey("deal.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    order_id: Mapped[int | None] = mapped_column(ForeignKey("sales_order.id"), index=True)
    done_on: Mapped[datetime | None] = mapped_column(UTCDateTime)

    assignee: Mapped[User | None] = relationship(foreign_keys=[assignee_id])
    team: Mapped[Team | None] = relationship()
    customer: Mapped[Customer | None] = relationship()
    deal: Mapped[Deal | None] = relationship()
    ticket: Mapped[Ticket | None] = relationship()
    order: Mapped[SalesOrder | None] = relationship()
