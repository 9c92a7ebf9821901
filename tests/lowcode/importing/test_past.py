"""A file tells of the past: new rows come in with the status they have there."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.customers import Customer
from app.entities.marketing import Campaign
from app.entities.support import Ticket
from app.entities.work import Task
from tests.lowcode.importing.bringing import Bring, counts

#: resource, entity, what it is called there, its statuses
KINDS = [
    ("tickets", Ticket, "subject", ("new", "open", "waiting", "resolved", "closed")),
    ("tasks", Task, "subject", ("todo", "doing", "done", "cancelled")),
    ("campaigns", Campaign, "name", ("planned", "active", "done", "cancelled")),
]


@pytest.fixture
def customer(session: Session) -> str:
    session.add(Customer(name="示例科技", code="C1"))
    session.commit()
    return "C1"


@pytest.mark.parametrize(("resource", "entity", "title", "statuses"), KINDS)
def test_new_rows_keep_the_status_of_the_file(
    bring: Bring,
    session: Session,
    customer: str,
    resource: str,
    entity: Any,
    title: str,
    statuses: tuple[str, ...],
) -> None:
    lines = [f"{title},status,customer", *(f"{s},{s},{customer}" for s in statuses)]
    fields = {title: title, "status": "status", "customer": "customer"}
    if entity is Campaign:
        del fields["customer"]
    assert counts(bring(resource, lines, fields)) == (len(statuses), 0, 0, 0)
    found = session.scalars(select(entity)).all()
    assert {getattr(row, title): row.status.value for row in found} == {s: s for s in statuses}


@pytest.mark.parametrize(
    ("resource", "fields"),
    [
        ("tasks", {"status": "todo", "done_on": "2026-03-02 10:00"}),
        ("tickets", {"status": "open", "resolved_on": "2026-03-02 10:00"}),
        ("tickets", {"status": "resolved", "closed_on": "2026-03-02 10:00"}),
    ],
)
def test_a_moment_that_the_status_does_not_know_is_refused(
    bring: Bring, customer: str, resource: str, fields: dict[str, str]
) -> None:
    names = ["subject", "customer", *fields]
    lines = [",".join(names), ",".join(["示例", customer, *fields.values()])]
    result = bring(resource, lines, {name: name for name in names})
    assert counts(result) == (0, 0, 0, 1)


def test_the_moments_of_a_closed_ticket_are_those_of_the_file(
    bring: Bring, session: Session, customer: str
) -> None:
    lines = [
        "code,subject,customer,status,resolved_on,closed_on",
        f"T1,示例,{customer},closed,2026-03-02 10:00,2026-03-03 10:00",
    ]
    fields = {name: name for name in lines[0].split(",")}
    assert counts(bring("tickets", lines, fields)) == (1, 0, 0, 0)
    assert counts(bring("tickets", lines, fields)) == (0, 0, 1, 0)
    ticket = session.scalars(select(Ticket)).one()
    assert (f"{ticket.resolved_on:%d}", f"{ticket.closed_on:%d}") == ("02", "03")
    assert ticket.first_response_on is None, "nothing is made up"
