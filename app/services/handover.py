"""What goes along when a record changes hands, and all that a leaving colleague leaves behind."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from app.entities.base import Entity
from app.entities.customers import Customer
from app.entities.marketing import Campaign
from app.entities.sales.deal import Deal
from app.entities.sales.lead import Lead
from app.entities.sales.order import SalesOrder
from app.entities.sales.pipeline import Stage
from app.entities.support import Ticket
from app.entities.system.organization import Team
from app.entities.system.user import User
from app.entities.work import Task
from app.rules.errors import DomainError
from app.rules.leads import LeadStatus
from app.rules.marketing import CampaignStatus
from app.rules.orders import OrderState
from app.rules.pipeline import StageKind
from app.rules.support import OPEN_TICKETS
from app.rules.trees import check_parent
from app.rules.work import OPEN_TASKS

Clause = ColumnElement[bool]

_OPEN_LEADS = (LeadStatus.NEW, LeadStatus.WORKING, LeadStatus.QUALIFIED)
_OPEN_ORDERS = (OrderState.DRAFT, OrderState.CONFIRMED, OrderState.SHIPPED)
_RUNNING = (CampaignStatus.PLANNED, CampaignStatus.ACTIVE)


@dataclass(frozen=True)
class Kind:
    """Rows that somebody is responsible for: `holder` is the relationship that says who.

    What is closed stays with who closed it: figures of the past are theirs.
    """

    name: str
    #: a msgid
    label: str
    model: Any
    holder: str
    is_open: Callable[[], Clause] = true

    def held_by(self, person_id: int | None) -> Clause:
        """The open rows of a person."""
        key = getattr(self.model, f"{self.holder}_id")
        held: Clause = (key == person_id) & self.is_open()
        return held


KINDS: tuple[Kind, ...] = (
    Kind("customers", "Customers", Customer, "owner"),
    Kind("leads", "Open leads", Lead, "owner", lambda: Lead.status.in_(_OPEN_LEADS)),
    Kind("deals", "Open deals", Deal, "owner", lambda: Deal.stage_id.in_(_open_stages())),
    Kind("orders", "Open orders", SalesOrder, "owner", lambda: SalesOrder.state.in_(_OPEN_ORDERS)),
    Kind("tasks", "Open tasks", Task, "assignee", lambda: Task.status.in_(OPEN_TASKS)),
    Kind("tickets", "Open tickets", Ticket, "assignee", lambda: Ticket.status.in_(OPEN_TICKETS)),
    Kind("campaigns", "Open campaigns", Campaign, "owner", lambda: Campaign.status.in_(_RUNNING)),
    Kind("teams", "Teams managed", Team, "manager"),
    Kind("people", "People reporting to them", User, "reports_to", lambda: User.active),
)
_BY_NAME = {kind.name: kind for kind in KINDS}

#: record → kinds that hang on it and may go along, by the key that names the record
COMPANIONS: Mapping[type[Any], Mapping[str, Any]] = {
    Customer: {
        "deals": Deal.customer_id,
        "orders": SalesOrder.customer_id,
        "tasks": Task.customer_id,
        "tickets": Ticket.customer_id,
    },
    Deal: {"orders": SalesOrder.deal_id, "tasks": Task.deal_id},
    SalesOrder: {"tasks": Task.order_id, "tickets": Ticket.order_id},
}


def _open_stages() -> Any:
    return select(Stage.id).where(Stage.kind == StageKind.OPEN)


def companions_of(model: type[Any]) -> list[Kind]:
    """What of a record may go along when it is transferred; contacts and files always do."""
    return [_BY_NAME[name] for name in COMPANIONS.get(model, {})]


def transfer(
    session: Session, rows: Sequence[Entity], holder: str, person: Any, along: Collection[str]
) -> int:
    """Make `person` responsible for `rows`, and for the open rows of the kinds `along` that hang
    on them and were the same person's as the record. Does not flush; returns how many in all.

    `holder`: the relationship of `rows` that says who. Raises DomainError where the person has left
    or is responsible already.
    """
    check_receiver(person)
    moved = 0
    for row in rows:
        before = getattr(row, f"{holder}_id")
        if before == person.id:
            continue
        for name, key in COMPANIONS.get(type(row), {}).items():
            kind = _BY_NAME[name]
            if name in along:
                hanging = select(kind.model).where(key == row.id, kind.held_by(before))
                for companion in session.scalars(hanging).all():
                    setattr(companion, kind.holder, person)
                    moved += 1
        setattr(row, holder, person)
        moved += 1
    if not moved:
        raise DomainError("%(name)s is responsible already.", field=holder, name=person.name)
    return moved


def check_receiver(person: Any) -> None:
    """Raises DomainError for somebody who has left."""
    if not person.active:
        raise DomainError("%(name)s has left; choose somebody else.", name=person.name)


def counts_of(session: Session, person_id: int) -> dict[str, int]:
    """Kind → how many open rows the person holds, as far as the acting person sees them."""
    return {
        kind.name: session.scalar(select(func.count(kind.model.id)).where(kind.held_by(person_id)))
        or 0
        for kind in KINDS
    }


def give_people(session: Session, leaver: Any, person: Any) -> int:
    """Let those who reported to `leaver` report to `person`; DomainError for a circle."""
    check_receiver(person)
    kind = _BY_NAME["people"]
    rows = session.scalars(select(User).where(kind.held_by(leaver.id))).all()
    for row in rows:
        # Who takes over reports to the one whom the leaver reported to.
        row.reports_to = leaver.reports_to if row is person else person
        check_parent(row, lambda user: user.reports_to, field="people")
    return len(rows)


def give_teams(session: Session, leaver: Any, person: Any) -> int:
    """Let `person` manage the teams of `leaver`."""
    check_receiver(person)
    rows = session.scalars(select(Team).where(_BY_NAME["teams"].held_by(leaver.id))).all()
    for row in rows:
        row.manager = person
    return len(rows)
