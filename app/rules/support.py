"""Tickets: their vocabulary, their states and what each state asks for."""

from app.rules.choices import Choice
from app.rules.errors import InvalidInput
from app.rules.states import Machine

LOWEST_RATING, HIGHEST_RATING = 1, 5


class TicketType(Choice):
    """What the customer comes with."""

    QUESTION = "question", "Question", "blue"
    INCIDENT = "incident", "Incident", "orange"
    REQUEST = "request", "Service request", "teal"
    COMPLAINT = "complaint", "Complaint", "red"
    RETURN = "return", "Return", "purple"


class TicketPhase(Choice):
    """When in the sale the service is given."""

    PRE_SALE = "pre_sale", "Before the sale", "azure"
    IN_SALE = "in_sale", "During the sale", "cyan"
    AFTER_SALE = "after_sale", "After the sale", "indigo"


class TicketStatus(Choice):
    """Where a ticket stands; `waiting` waits for the customer, `closed` is the end of it."""

    NEW = "new", "New", "azure"
    OPEN = "open", "In progress", "blue"
    WAITING = "waiting", "Waiting for the customer", "yellow"
    RESOLVED = "resolved", "Resolved", "green"
    CLOSED = "closed", "Closed", "gray"


#: states in which somebody still has to do something
OPEN_TICKETS = (TicketStatus.NEW, TicketStatus.OPEN, TicketStatus.WAITING)
#: states in which the customer may rate
RATED_TICKETS = (TicketStatus.RESOLVED, TicketStatus.CLOSED)

TICKETS: Machine[TicketStatus] = Machine(
    {
        "start": ([TicketStatus.NEW, TicketStatus.WAITING], TicketStatus.OPEN),
        "wait": ([TicketStatus.NEW, TicketStatus.OPEN], TicketStatus.WAITING),
        "resolve": (OPEN_TICKETS, TicketStatus.RESOLVED),
        "close": ([TicketStatus.RESOLVED], TicketStatus.CLOSED),
        "reopen": (RATED_TICKETS, TicketStatus.OPEN),
    }
)


def check_solution(solution: str | None) -> str:
    """The solution without blanks around it; a resolved ticket says how it was resolved."""
    text = (solution or "").strip()
    if not text:
        raise InvalidInput("Write how it was resolved.", field="solution")
    return text


def check_rating(rating: int) -> int:
    """A rating from 1 (very dissatisfied) to 5 (very satisfied)."""
    if not LOWEST_RATING <= rating <= HIGHEST_RATING:
        raise InvalidInput("A rating is a whole number from 1 to 5.", field="rating")
    return rating
