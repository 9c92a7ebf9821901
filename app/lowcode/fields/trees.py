"""A field that holds a condition tree; people build it from rows and never see its JSON."""

import json
from typing import Any

from flask_babel import gettext as _

from app.lowcode.fields.base import Field
from app.lowcode.fields.inputs import KehuField
from app.rules.errors import InvalidInput

#: characters; what the kernel's own reader of trees accepts
LONGEST = 4096


class ConditionField(Field):
    """`info["of"]` names the sibling column that holds the entity the condition is about."""

    kind = "condition"
    sortable = False
    operators = frozenset()
    form_class = KehuField

    def parse(self, text: str) -> Any:
        try:
            tree = json.loads(text) if len(text) <= LONGEST else None
        except (ValueError, RecursionError):
            tree = None
        if not isinstance(tree, dict):
            raise InvalidInput("This filter cannot be read.", field=self.name)
        return tree

    def read(self, raw: Any) -> Any:
        """Nothing chosen is the condition that every record meets."""
        return raw if isinstance(raw, dict) else super().read(raw) or {}

    def text(self, value: Any) -> str:
        return _("with conditions") if value else _("every record")

    def plain(self, value: Any) -> Any:
        return value

    def typed(self, value: Any) -> str:
        return json.dumps(value or {}, ensure_ascii=False)
