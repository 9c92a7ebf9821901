"""The states of a lead: how it goes on until it becomes a customer, or does not."""

from app.rules.choices import Choice
from app.rules.errors import DomainError


class LeadStatus(Choice):
    """How far a lead has come."""

    NEW = "new", "New", "azure"
    WORKING = "working", "Being contacted", "blue"
    QUALIFIED = "qualified", "Qualified", "teal"
    CONVERTED = "converted", "Converted", "green"
    DISQUALIFIED = "disqualified", "Disqualified", "gray"


class LeadAction(Choice):
    """What people do with a lead."""

    WORK = "work", "Contact"
    QUALIFY = "qualify", "Qualify"
    DISQUALIFY = "disqualify", "Disqualify"
    REOPEN = "reopen", "Reopen"
    CONVERT = "convert", "Convert"


_NEXT: dict[LeadStatus, dict[LeadAction, LeadStatus]] = {
    LeadStatus.NEW: {
        LeadAction.WORK: LeadStatus.WORKING,
        LeadAction.QUALIFY: LeadStatus.QUALIFIED,
        LeadAction.DISQUALIFY: LeadStatus.DISQUALIFIED,
        LeadAction.CONVERT: LeadStatus.CONVERTED,
    },
    LeadStatus.WORKING: {
        LeadAction.QUALIFY: LeadStatus.QUALIFIED,
        LeadAction.DISQUALIFY: LeadStatus.DISQUALIFIED,
        LeadAction.CONVERT: LeadStatus.CONVERTED,
    },
    LeadStatus.QUALIFIED: {
        LeadAction.DISQUALIFY: LeadStatus.DISQUALIFIED,
        LeadAction.CONVERT: LeadStatus.CONVERTED,
    },
    # A lead is converted once: what came of it lives on as customer and deal.
    LeadStatus.CONVERTED: {},
    LeadStatus.DISQUALIFIED: {LeadAction.REOPEN: LeadStatus.WORKING},
}


def is_possible(action: LeadAction, status: LeadStatus) -> bool:
    """May `action` be done with a lead of this status?"""
    return action in _NEXT[status]


def status_after(action: LeadAction, status: LeadStatus) -> LeadStatus:
    """The status that the action leads to; DomainError where it is not possible."""
    after = _NEXT[status].get(action)
    if after is None:
        raise DomainError("This is not possible in the present state.", field="status")
    return after


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
