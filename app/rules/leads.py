"""The states of a lead: how it goes on until it becomes a customer, or does not."""

from app.rules.choices import Choice
from app.rules.errors import DomainError
from app.rules.states import Machine


class LeadStatus(Choice):
    """How far a lead has come."""

    NEW = "new", "New lead", "azure"
    WORKING = "working", "Being contacted", "blue"
    QUALIFIED = "qualified", "Qualified", "teal"
    CONVERTED = "converted", "Converted", "green"
    DISQUALIFIED = "disqualified", "Disqualified", "gray"


_UNDECIDED = (LeadStatus.NEW, LeadStatus.WORKING, LeadStatus.QUALIFIED)
#: A lead is converted once: what came of it lives on as customer and deal.
LEAD = Machine(
    {
        "work": ([LeadStatus.NEW], LeadStatus.WORKING),
        "qualify": ([LeadStatus.NEW, LeadStatus.WORKING], LeadStatus.QUALIFIED),
        "convert": (_UNDECIDED, LeadStatus.CONVERTED),
        "disqualify": (_UNDECIDED, LeadStatus.DISQUALIFIED),
        "reopen": ([LeadStatus.DISQUALIFIED], LeadStatus.WORKING),
    }
)


def check_typed(before: LeadStatus | None, after: LeadStatus) -> None:
    """May the status be set by hand, in a form or on the board? Raises DomainError.

    Converting makes a customer and a deal, which no choice in a list does; `before` is None for a
    new lead.
    """
    if before is after:
        return
    if before is LeadStatus.CONVERTED:
        raise DomainError("This lead was converted. It stays as it is.", field="status")
    if after is LeadStatus.CONVERTED:
        raise DomainError("Use the action “Convert” to make a customer of it.", field="status")
