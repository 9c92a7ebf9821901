"""Tasks take steps, know their customer, and stand in the day of whoever is to do them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.entities.customers import Customer, Interaction
from app.entities.support import Ticket
from app.entities.work import Task
from app.rules.errors import DomainError
from app.rules.support import TicketStatus
from app.rules.work import Priority, TaskStatus
from app.services.work import (
    act_on_task,
    check_task,
    due_next_steps,
    due_tasks,
    due_tickets,
    move_task,
)
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("database")

NOW = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
TODAY = NOW.date()
SUNDAY = date(2026, 11, 22)


def days(count: int) -> date:
    return TODAY + timedelta(days=count)


def test_a_task_keeps_when_it_was_done(session: Session) -> None:
    task = Task(subject="示例", status=TaskStatus.TODO)
    act_on_task(task, "finish", NOW)
    assert (task.status, task.done_on) == (TaskStatus.DONE, NOW)
    act_on_task(task, "reopen", NOW)
    assert (task.status, task.done_on) == (TaskStatus.TODO, None)
    with pytest.raises(DomainError):
        act_on_task(task, "reopen", NOW)


def test_a_moved_card_is_the_action_that_leads_there(session: Session) -> None:
    task = Task(subject="示例", status=TaskStatus.DONE)
    move_task(task, TaskStatus.DOING, NOW)
    assert (task.status, task.done_on) == (TaskStatus.DONE, NOW)
    task.status = TaskStatus.DOING
    with pytest.raises(DomainError):
        move_task(task, TaskStatus.DONE, NOW)


def test_a_task_about_a_ticket_is_about_its_customer(session: Session) -> None:
    customer, chosen = Customer(name="示例甲"), Customer(name="示例乙")
    ticket = Ticket(subject="示例", customer=customer)
    session.add_all([ticket, chosen])
    session.commit()
    first, second = Task(subject="一", ticket=ticket), Task(subject="二", ticket=ticket)
    second.customer = chosen
    check_task(session, first)
    check_task(session, second)
    assert (first.customer, second.customer) == (customer, chosen)


def test_open_tasks_of_one_person_are_due_the_most_urgent_of_a_day_first(session: Session) -> None:
    me, other = make_user(session), make_user(session)

    def task(subject: str, due: date | None, **values: Any) -> Task:
        return Task(**{"subject": subject, "due_date": due, "assignee": me, **values})

    session.add_all(
        [
            task("sunday", SUNDAY),
            task("today", TODAY),
            task("urgent today", TODAY, priority=Priority.URGENT),
            task("late", days(-9), status=TaskStatus.DOING),
            task("done", TODAY, status=TaskStatus.DONE),
            task("cancelled", TODAY, status=TaskStatus.CANCELLED),
            task("monday", SUNDAY + timedelta(days=1)),
            task("some day", None),
            task("somebody else's", TODAY, assignee=other),
        ]
    )
    session.commit()
    found = [row.subject for row in due_tasks(session, me.id, SUNDAY)]
    assert found == ["late", "urgent today", "today", "sunday"]


def test_next_steps_and_tickets_of_one_person_are_due(session: Session) -> None:
    me, other = make_user(session), make_user(session)
    customer = Customer(name="示例")
    steps = [
        ("due", me, TODAY, False),
        ("done", me, TODAY, True),
        ("later", me, SUNDAY + timedelta(days=1), False),
        ("other", other, TODAY, False),
        ("never", me, None, False),
    ]
    for name, by, due, done in steps:
        session.add(
            Interaction(
                customer=customer,
                subject=name,
                by=by,
                next_step=name,
                next_step_date=due,
                next_step_done=done,
            )
        )
    tickets = [
        ("due", me, NOW, TicketStatus.WAITING),
        ("solved", me, NOW, TicketStatus.RESOLVED),
        ("later", me, NOW + timedelta(days=9), TicketStatus.OPEN),
        ("other", other, NOW, TicketStatus.OPEN),
        ("never", me, None, TicketStatus.OPEN),
    ]
    for name, assignee, due_on, status in tickets:
        session.add(
            Ticket(customer=customer, subject=name, assignee=assignee, due_on=due_on, status=status)
        )
    session.commit()
    assert [row.subject for row in due_next_steps(session, me.id, SUNDAY)] == ["due"]
    until = NOW + timedelta(days=4)
    assert [row.subject for row in due_tickets(session, me.id, until)] == ["due"]
