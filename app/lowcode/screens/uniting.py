"""Merging from a list: the ticked rows are looked at side by side first."""

from collections.abc import Sequence
from typing import Any

from flask import redirect, url_for
from flask_babel import lazy_gettext as _l

from app.lowcode.screens.declare import action
from app.rules.errors import DomainError

MERGE = "merge"
#: who may make one record of several
RIGHT = "can_merge"


class Uniting:
    """Adds the action `merge` to screens of entities that declare by what two rows are one."""

    @action(MERGE, _l("Merge"), icon="arrow-merge", single=False)
    def merge(self, items: Sequence[Any]) -> Any:
        if len(items) < 2:
            raise DomainError("Choose at least two records.")
        keys = [item.id for item in items]
        return redirect(url_for("MergeView.compare", resource=self.resource, rowid=keys))

    def right_of(self, name: str) -> str:
        return RIGHT if name == MERGE else super().right_of(name)  # type: ignore[misc, no-any-return]
