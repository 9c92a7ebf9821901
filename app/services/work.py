"""Tasks on their way, and everything that is due for one person."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.customers import Interaction
from app.entities.support import Ticket
from app.entities.work import Task
from app.rules.errors import DomainError
from app.rules.support import OPEN_TICKETS
from app.rules.work import OPEN_TASKS, TASKS, TaskStatus

#: more than anybody does in a week; the lists behind the headings show all
MOST = 200


def act_on_task(task: Task, action: str, now: datetime) -> None:
    """Do `action` of `rules.work.TASKS` with a task; DomainError where it cannot be done."""
    task.status = TASKS.after(action, task.status)
    task.done_on = now if task.status is TaskStatus.DONE else None


def move_task(task: Task, before: TaskStatus, now: datetime) -> None:
    """A task whose status was changed from `before` takes the step that leads there."""
    wanted = task.status
    task.status = before
    act_on_task(task, TASKS.action_between(before, wanted), now)


def check_task(session: Session, task: Task) -> None:
    """The customer is that of the ticket, order or deal unless another one was chosen."""
    with session.no_autoflush:
        if task.customer is None:
            about = (row for row in (task.ticket, task.order, task.deal) if row is not None)
            task.customer = next((row.customer for row in about if row.customer), None)


def check_past(task: Task) -> None:
    """What a file tells of a task's past fits its status; DomainError otherwise."""
    if task.done_on is not None and task.status is not TaskStatus.DONE:
        raise DomainError("Only what is done has a day on which it was done.", field="done_on")


def due_tasks(session: Session, user_id: int, last: date) -> Sequence[Task]:
    """Open tasks of a person that are due until `last`, the most urgent of each day first."""
    statement = (
        select(Task)
        .where(
            Task.assignee_id == user_id,
            Task.status.in_(OPEN_TASKS),
            Task.due_date <= last,
        )
        .order_by(Task.due_date, Task.id)
        .limit(MOST)
    )
    rows = session.scalars(statement).all()
    return sorted(rows, key=lambda task: (task.due_date, -task.priority.rank))


def due_next_steps(session: Session, user_id: int, last: date) -> Sequence[Interaction]:
    """Next steps of a person's interactions that are not done and due until `last`."""
    statement = (
        select(Interaction)
        .where(
            Interaction.by_id == user_id,
            Interaction.next_step_done.is_(False),
            Interaction.next_step_date <= last,
        )
        .order_by(Interaction.next_step_date, Interaction.id)
        .limit(MOST)
    )
    return session.scalars(statement).all()


def due_tickets(session: Session, user_id: int, before: datetime) -> Sequence[Ticket]:
    """Open tickets of a person that are due before a moment (aware)."""
    statement = (
        select(Ticket)
        .where(
            Ticket.assignee_id == user_id,
            Ticket.status.in_(OPEN_TICKETS),
            Ticket.due_on < before,
        )
        .order_by(Ticket.due_on, Ticket.id)
        .limit(MOST)
    )
    return session.scalars(statement).all()
