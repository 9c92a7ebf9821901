"""The buttons of a list and its rows: what the person may do with them."""

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from markupsafe import Markup

from app.lowcode.once_rendered import kept_for_actor, part_of_actor
from app.lowcode.pages import Action


def actions_of(view: Any, *, bulk: bool, item: Any = None) -> list[Action]:
    """The actions that the person may run (on this row)."""

    def make() -> list[Action]:
        return [
            Action(
                name,
                str(action.text),
                action.icon,
                url_for(f"{view.endpoint}.action_post", name=name),
                str(action.confirmation) if action.confirmation else None,
                bulk=bulk,
            )
            for name, action in view.actions.items()
            if (action.multiple if bulk else action.single) and view.may_action(name)
        ]

    offered: list[Action] = kept_for_actor(("actions", view.resource, bulk), make)
    return [act for act in offered if item is None or view.is_action_available(act.name, item)]


def bulk_actions_of(view: Any) -> list[Action]:
    """The buttons for ticked rows, which follow from rights alone."""

    def make() -> list[Action]:
        return [*view.bulk_edit_action(), *actions_of(view, bulk=True), *_deletion(view)]

    found: list[Action] = kept_for_actor(("bulk actions", view.resource), make)
    return found


def bulk_buttons(view: Any) -> Markup | None:
    actions = bulk_actions_of(view)
    if not actions:
        return None
    return part_of_actor("list/_bulk_buttons.html", view.resource, lambda: {"actions": actions})


def _deletion(view: Any) -> list[Action]:
    """The button that deletes all ticked rows."""
    if not view.may("can_delete"):
        return []
    url = url_for(f"{view.endpoint}.delete_many")
    question = _("Delete the selected records?")
    return [Action("delete", _("Delete"), "trash", url, question, style="danger", bulk=True)]
