"""Records with states: which actions are offered, and what a card dropped on a board means."""

from typing import Any

from sqlalchemy import inspect

from app.lowcode.screens import EntityView
from app.rules.errors import DomainError
from app.rules.states import Machine


class MovingView(EntityView):
    """A screen whose `status` column follows a state machine; its actions bear the names there."""

    machine: Machine[Any]

    def is_action_available(self, name: str, item: Any) -> bool:
        return name not in self.machine.actions or self.machine.may(name, item.status)

    def moved_from(self, item: Any) -> Any:
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
