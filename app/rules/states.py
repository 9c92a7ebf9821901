"""State machines: which action leads from which states to which, and the refusal of all others."""

from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

from app.rules.choices import Choice
from app.rules.errors import DomainError

State = TypeVar("State", bound=Choice)


class Machine(Generic[State]):
    """The moves of one kind of record: action → (states it starts from, state it leads to)."""

    def __init__(self, moves: Mapping[str, tuple[Iterable[State], State]]) -> None:
        self._moves = {name: (frozenset(start), end) for name, (start, end) in moves.items()}

    @property
    def actions(self) -> tuple[str, ...]:
        return tuple(self._moves)

    def may(self, action: str, state: State) -> bool:
        """Is the action possible in this state? KeyError for an action that does not exist."""
        return state in self._moves[action][0]

    def after(self, action: str, state: State) -> State:
        """The state that the action leads to; DomainError where it is not possible."""
        if not self.may(action, state):
            raise DomainError("This is not possible in the present state.")
        return self._moves[action][1]

    def action_between(self, old: State, new: State) -> str:
        """The action that leads from one state to another; DomainError where there is none."""
        for name, (start, end) in self._moves.items():
            if old in start and end == new:
                return name
        raise DomainError("This is not possible in the present state.")
