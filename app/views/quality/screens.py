"""The screens whose rows can be merged, for those who may."""

from typing import Any

from flask import abort

from app.lowcode import field_rights, registered
from app.lowcode.screens.uniting import RIGHT


def mergeable() -> list[Any]:
    """The screens with match rules on which the acting person may merge."""
    screens = registered.screens().values()
    return [screen for screen in screens if _has_rules(screen) and may_merge(screen)]


def may_merge(screen: Any) -> bool:
    """With the right, and seeing all that two rows are compared by."""
    reads = [name for rule in screen.model.match_rules for name in rule.reads]
    return bool(
        screen.may(RIGHT)
        and screen.may("can_list")
        and all(field_rights.readable(screen.model, name) for name in reads)
    )


def screen_named(resource: str) -> Any:
    """The screen of a resource; 404 where nothing of it can be merged, 403 where not by them."""
    screens = registered.screens().values()
    found = next((s for s in screens if s.resource == resource and _has_rules(s)), None)
    if found is None:
        abort(404)
    if not may_merge(found):
        abort(403)
    return found


def _has_rules(screen: Any) -> bool:
    return bool(getattr(screen.model, "match_rules", ()))
