"""The states of a deal: which stage may follow which, and what closing and reopening need."""

from app.rules.choices import Choice
from app.rules.errors import DomainError
from app.rules.states import Machine


class StageKind(Choice):
    """What a stage means for the deals in it; a pipeline has its own names for its stages."""

    OPEN = "open", "Open deal", "blue"
    WON = "won", "Won deal", "green"
    LOST = "lost", "Lost deal", "red"


class TargetMetric(Choice):
    """What a target is set for."""

    WON_AMOUNT = "won_amount", "Amount of won deals", "green"
    ORDERS_AMOUNT = "orders_amount", "Amount of orders", "blue"
    NEW_CUSTOMERS = "new_customers", "New customers", "cyan"


#: A step to another stage is a move, too, where it neither wins nor loses the deal.
DEAL = Machine(
    {
        "move": ([StageKind.OPEN], StageKind.OPEN),
        "win": ([StageKind.OPEN], StageKind.WON),
        "lose": ([StageKind.OPEN], StageKind.LOST),
        "reopen": ([StageKind.WON, StageKind.LOST], StageKind.OPEN),
    }
)
#: An order may be what wins a deal, and follows it at the latest.
_ORDERED_FROM = frozenset({StageKind.OPEN, StageKind.WON})
#: A won deal is certain and a lost one gone, whatever the stage says.
_FIXED = {StageKind.WON: 100, StageKind.LOST: 0}


def may_order(kind: StageKind) -> bool:
    """May a sales order be made of a deal in a stage of this kind?"""
    return kind in _ORDERED_FROM


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
