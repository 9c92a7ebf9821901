"""Tasks and what is due: how urgent, in which state, and in which part of somebody's days."""

from datetime import date, timedelta

from app.rules.choices import Choice
from app.rules.states import Machine


class Priority(Choice):
    """How urgent a task or a ticket is."""

    LOW = "low", "Low", "gray"
    NORMAL = "normal", "Normal", "blue"
    HIGH = "high", "High", "orange"
    URGENT = "urgent", "Urgent", "red"

    @property
    def rank(self) -> int:
        return list(Priority).index(self)


class TaskStatus(Choice):
    """Where a task stands."""

    TODO = "todo", "To do", "blue"
    DOING = "doing", "In progress", "yellow"
    DONE = "done", "Done", "green"
    CANCELLED = "cancelled", "Cancelled", "gray"


#: states in which a task still waits for somebody
OPEN_TASKS = (TaskStatus.TODO, TaskStatus.DOING)

TASKS: Machine[TaskStatus] = Machine(
    {
        "start": ([TaskStatus.TODO], TaskStatus.DOING),
        "finish": (OPEN_TASKS, TaskStatus.DONE),
        "cancel": (OPEN_TASKS, TaskStatus.CANCELLED),
        "reopen": ([TaskStatus.DONE, TaskStatus.CANCELLED], TaskStatus.TODO),
    }
)


#: how far "My day" looks ahead: on a Sunday as far as on a Monday
DAYS_AHEAD = 7


class DayPart(Choice):
    """The parts of "My day" that something due falls into."""

    OVERDUE = "overdue", "Overdue", "red"
    TODAY = "today", "Today", "blue"
    SOON = "soon", "Next 7 days", "green"


def day_part(due: date, today: date) -> DayPart | None:
    """Where something due stands; None is later than the days that "My day" looks ahead."""
    if due < today:
        return DayPart.OVERDUE
    if due == today:
        return DayPart.TODAY
    return DayPart.SOON if due <= last_day(today) else None


def last_day(today: date) -> date:
    """The last day that "My day" shows."""
    return today + timedelta(days=DAYS_AHEAD)
