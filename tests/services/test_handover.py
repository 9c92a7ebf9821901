"""What goes along with a record, and what a leaving colleague leaves behind."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.entities.customers import Customer
from app.entities.sales.lead import Lead
from app.entities.sales.order import SalesOrder
from app.entities.system.user import User
from app.entities.work import Task
from app.rules.errors import DomainError
from app.rules.leads import LeadStatus
from app.rules.work import TaskStatus
from app.services import handover
from tests.factories import make_user


@pytest.fixture
def people(session: Session) -> tuple[User, User, User]:
    return make_user(session), make_user(session), make_user(session)


def make_customer(session: Session, owner: User) -> Customer:
    customer = Customer(name="示例公司", owner=owner)
    session.add(customer)
    session.flush()
    return customer


def test_only_what_is_open_and_of_the_same_person_goes_along(
    session: Session, people: tuple[User, User, User]
) -> None:
    old, new, other = people
    customer = make_customer(session, old)
    mine, done, theirs = (
        Task(subject="a", assignee=old, customer=customer),
        Task(subject="b", assignee=old, customer=customer, status=TaskStatus.DONE),
        Task(subject="c", assignee=other, customer=customer),
    )
    session.add_all([mine, done, theirs])
    session.flush()
    assert handover.transfer(session, [customer], "owner", new, {"tasks"}) == 2
    assert customer.owner is new
    assert [task.assignee for task in (mine, done, theirs)] == [new, old, other]


def test_what_is_not_named_stays(session: Session, people: tuple[User, User, User]) -> None:
    old, new, _other = people
    customer = make_customer(session, old)
    task = Task(subject="a", assignee=old, customer=customer)
    session.add(task)
    session.flush()
    assert handover.transfer(session, [customer], "owner", new, set()) == 1
    assert task.assignee is old


def test_nobody_gets_what_is_theirs_already_or_after_they_left(
    session: Session, people: tuple[User, User, User]
) -> None:
    old, gone, _other = people
    customer = make_customer(session, old)
    gone.active = False
    for person in (old, gone):
        with pytest.raises(DomainError):
            handover.transfer(session, [customer], "owner", person, set())


def test_counts_are_of_open_rows(session: Session, people: tuple[User, User, User]) -> None:
    old, _new, other = people
    make_customer(session, old)
    session.add_all(
        [
            Lead(name="a", owner=old),
            Lead(name="b", owner=old, status=LeadStatus.DISQUALIFIED),
            Lead(name="c", owner=other),
        ]
    )
    other.reports_to = old
    session.flush()
    counts = {kind: n for kind, n in handover.counts_of(session, old.id).items() if n}
    assert counts == {"customers": 1, "leads": 1, "people": 1}


def test_who_takes_over_the_people_reports_to_the_next_above(
    session: Session, people: tuple[User, User, User]
) -> None:
    chief, leaver, heir = people
    leaver.reports_to, heir.reports_to = chief, leaver
    other = make_user(session, reports_to=leaver)
    session.flush()
    assert handover.give_people(session, leaver, heir) == 2
    assert (heir.reports_to, other.reports_to) == (chief, heir)


def test_a_circle_of_superiors_is_refused(
    session: Session, people: tuple[User, User, User]
) -> None:
    leaver, middle, low = people
    middle.reports_to, low.reports_to = leaver, middle
    session.flush()
    with pytest.raises(DomainError):
        handover.give_people(session, leaver, low)


@pytest.mark.parametrize(
    ("model", "kinds"),
    [
        (Customer, ["deals", "orders", "tasks", "tickets"]),
        (SalesOrder, ["tasks", "tickets"]),
        (Lead, []),
    ],
)
def test_what_may_go_along_depends_on_the_record(model: type[Any], kinds: list[str]) -> None:
    assert [kind.name for kind in handover.companions_of(model)] == kinds
