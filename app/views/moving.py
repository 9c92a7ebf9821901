"""Records with states: which actions are offered, and what a card dropped on a board means."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import inspect

from app.lowcode.screens import EntityView
from app.rules.errors import DomainError
from app.rules.states import Machine


class MachineView(EntityView):
    """A screen whose column `state_column` follows a state machine.

    Actions that bear the name of a step there are offered where the step is possible.
    """

    machine: Machine[Any]
    state_column: str

    def is_action_available(self, name: str, item: Any) -> bool:
        state = getattr(item, self.state_column)
        return name not in self.machine.actions or self.machine.may(name, state)


class OrderingView(MachineView):
    """Orders: only actions lead from one `state` to another, never a form or a file."""

    state_column = "state"

    def pre_save(self, item: Any, is_new: bool) -> None:
        self._prepare(item, _state_before(item, is_new), from_file=False)

    def pre_import(self, item: Any, is_new: bool) -> None:
        self._prepare(item, _state_before(item, is_new), from_file=True)

    def _prepare(self, item: Any, before: Any, *, from_file: bool) -> None:
        """Check and complete an order; `before` is its stored state, None for a new one."""
        raise NotImplementedError


class MovingView(MachineView):
    """A form or a board may set `status` where a step of the machine leads there."""

    state_column = "status"

    def pre_save(self, item: Any, is_new: bool) -> None:
        self._check(item)
        before = None if is_new else self._moved_from(item)
        if before is not None:
            self._move(item, before)

    def pre_import(self, item: Any, is_new: bool) -> None:
        self.pre_save(item, is_new)
        self._check_past(item)

    def _check(self, item: Any) -> None:
        """Check and complete a row that is saved; DomainError for what does not fit."""
        raise NotImplementedError

    def _move(self, item: Any, before: Any) -> None:
        """A row whose status was changed from `before` takes the step that leads there."""
        raise NotImplementedError

    def _act(self, item: Any, name: str) -> None:
        """Do the step of this name with a row."""
        raise NotImplementedError

    def _check_past(self, item: Any) -> None:
        """What a file tells of a row's past fits its status; DomainError otherwise."""

    def _act_on(self, items: Sequence[Any], name: str) -> None:
        self.apply(items, lambda row: self._act(row, name))

    def _moved_from(self, item: Any) -> Any:
        """The status that a form or a board has just replaced, or None.

        DomainError where no action leads there, or the acting person may not do it.
        """
        history = inspect(item).attrs.status.history
        if not history.deleted or not history.added:
            return None
        before, after = history.deleted[0], history.added[0]
        if not self.may_action(self.machine.action_between(before, after)):
            raise DomainError("You may not do this.")
        return before


def _state_before(item: Any, is_new: bool) -> Any:
    stored = inspect(item).attrs.state.history.deleted
    return stored[0] if stored else None if is_new else item.state
