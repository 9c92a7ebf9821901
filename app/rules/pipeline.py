"""The states of a deal: which stage may follow which, and what closing and reopening need."""

from app.rules.choices import Choice
from app.rules.errors import DomainError


class StageKind(Choice):
    """What a stage means for the deals in it; a pipeline has its own names for its stages."""

    OPEN = "open", "Open", "blue"
    WON = "won", "Won", "green"
    LOST = "lost", "Lost", "red"


class DealAction(Choice):
    """What people do with a deal as a whole."""

    MOVE = "move", "Move to another stage"
    WIN = "win", "Mark as won"
    LOSE = "lose", "Mark as lost"
    REOPEN = "reopen", "Reopen"
    ORDER = "order", "Create order"


class TargetMetric(Choice):
    """What a target is set for."""

    WON_AMOUNT = "won_amount", "Amount of won deals", "green"
    ORDERS_AMOUNT = "orders_amount", "Amount of orders", "blue"
    NEW_CUSTOMERS = "new_customers", "New customers", "cyan"


_POSSIBLE: dict[StageKind, frozenset[DealAction]] = {
    StageKind.OPEN: frozenset({DealAction.MOVE, DealAction.WIN, DealAction.LOSE, DealAction.ORDER}),
    StageKind.WON: frozenset({DealAction.REOPEN, DealAction.ORDER}),
    StageKind.LOST: frozenset({DealAction.REOPEN}),
}
#: A won deal is certain and a lost one gone, whatever the stage says.
_FIXED = {StageKind.WON: 100, StageKind.LOST: 0}


def is_possible(action: DealAction, kind: StageKind) -> bool:
    """May `action` be done with a deal in a stage of this kind?"""
    return action in _POSSIBLE[kind]


def check_possible(action: DealAction, kind: StageKind) -> None:
    """Raises DomainError where `is_possible` says no."""
    if not is_possible(action, kind):
        raise DomainError("This is not possible in the present state.", field="stage")


def check_step(before: StageKind, after: StageKind, *, has_reason: bool) -> None:
    """May a deal go from a stage of one kind to one of another? Raises DomainError.

    Closed deals stay where they are until they are reopened; losing needs a reason.
    """
    if before is not StageKind.OPEN:
        raise DomainError("This deal is closed. Reopen it first.", field="stage")
    if after is StageKind.LOST and not has_reason:
        raise DomainError(
            "Why was it lost? Choose a reason: use the action “Mark as lost”.", field="lost_reason"
        )


def probability_in(kind: StageKind, usual: int, typed: int | None) -> int:
    """Percent from 0 to 100: certain where the deal is closed, else as typed, else as usual."""
    if kind in _FIXED:
        return _FIXED[kind]
    return check_probability(usual if typed is None else typed)


def check_probability(percent: int) -> int:
    """Raises DomainError outside 0 to 100."""
    if not 0 <= percent <= 100:
        raise DomainError("A probability is between 0 and 100 percent.", field="probability")
    return percent


def fixed_probability(kind: StageKind, percent: int) -> int:
    """What a stage of this kind gives its deals."""
    return _FIXED.get(kind, percent)
