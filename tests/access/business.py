"""A few customers with what hangs on them, spread over people, teams and regions.

Every row has a mark of its own in its label: a page can be searched for what it tells.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.entities.customers import Contact, Customer, Interaction
from app.entities.sales.deal import Deal
from app.entities.sales.order import SalesOrder
from app.entities.sales.pipeline import Pipeline, Stage
from app.entities.support import Ticket
from app.entities.system.organization import Region, Team
from app.entities.work import Task
from app.lowcode.fields.moments import today
from app.rules.orders import OrderState
from app.rules.pipeline import StageKind
from tests.factories import make_user

CUSTOMERS = 4
_MARK = re.compile(r"Mk-([A-Za-z]+)-(\d+)-")


def mark(entity: str, number: int) -> str:
    return f"Mk-{entity}-{number}-"


def marks(text: str) -> set[str]:
    """The marks in a text."""
    return {f"{entity} {number}" for entity, number in _MARK.findall(text)}


@dataclass
class Business:
    """Who works where, and the keys of the rows by entity and number."""

    teams: list[int] = field(default_factory=list)
    regions: list[int] = field(default_factory=list)
    people: list[int] = field(default_factory=list)
    keys: dict[str, dict[int, int]] = field(default_factory=dict)


def found_business(session: Session) -> Business:
    """Flushes and commits; the rows of one customer may belong to other people than it."""
    regions = [Region(code=f"R{n}", name=f"Region {n}") for n in range(2)]
    top = Team(code="T0", name="Team 0", region=regions[0])
    teams = [top, *(Team(code=f"T{n}", name=f"Team {n}", parent=top) for n in (1, 2))]
    session.add_all([*regions, *teams])
    session.flush()
    people = [make_user(session, team=teams[n % 3]) for n in range(4)]
    pipeline = Pipeline(code="P", name="Pipeline", is_default=True)
    for kind in StageKind:
        pipeline.stages.append(Stage(name=kind.value, code=kind.value, kind=kind))
    session.add(pipeline)
    session.flush()
    business = Business([t.id for t in teams], [r.id for r in regions], [p.id for p in people])
    for number in range(CUSTOMERS):
        owners = [people[(number + shift) % 4] for shift in range(3)]
        rows = _rows_of_one(number, owners, regions[number % 2], pipeline)
        session.add_all(rows)
        session.flush()
        for row in rows:
            business.keys.setdefault(type(row).__name__, {})[number] = row.id
    session.commit()
    return business


def _rows_of_one(number: int, owners: Any, region: Region, pipeline: Pipeline) -> list[Any]:
    first, second, third = owners
    customer = Customer(name=mark("Customer", number), owner=first, region=region)
    amount = Decimal(100 + number)
    day = today()
    return [
        customer,
        Contact(name=mark("Contact", number), customer=customer),
        Interaction(
            subject=mark("Interaction", number), customer=customer, next_step_date=date(2026, 1, 1)
        ),
        Ticket(subject=mark("Ticket", number), customer=customer),
        Deal(
            title=mark("Deal", number), customer=customer, owner=second, amount=amount,
            pipeline=pipeline, stage=pipeline.stages[0], expected_close_date=day,
        ),
        SalesOrder(
            code=mark("SalesOrder", number), customer=customer, owner=third, order_date=day,
            state=OrderState.CONFIRMED, net_amount=amount, total_amount=amount,
        ),
        Task(subject=mark("Task", number), assignee=second, due_date=day),
    ]  # fmt: skip
