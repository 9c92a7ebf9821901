"""Handing a record to somebody else, with what hangs on it and the reason why."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.entities.system.ownership import OwnershipChange
from app.extensions import db
from app.lowcode.fields import Field, field_of
from app.lowcode.fields.scalars import FlagValueField
from app.lowcode.ownership import because, holder_of
from app.lowcode.screens.declare import action
from app.services import handover

TRANSFER = "hand_over"
_WITH = "with_"


class Transferring:
    """Adds the action `hand_over` to screens whose rows have an owner.

    Who may do it is said by the right to assign: without it the owner is a field that is only
    read, and so nothing that the action could ask for.
    """

    @action(TRANSFER, _l("Hand over"), icon="arrows-exchange")
    def hand_over(self, items: Sequence[Any], values: dict[str, Any]) -> None:
        holder = self.model.scope.owner and holder_of(self.model).name
        along = {name.removeprefix(_WITH) for name, wanted in values.items() if wanted is True}
        with because(db.session(), values["reason"]):
            handover.transfer(db.session(), items, holder, values[holder], along)

    def right_of(self, name: str) -> str:
        """The right that an action asks for: its own, or the one to assign."""
        return "can_assign" if name == TRANSFER else name

    def _declared_inputs(self, name: str) -> dict[str, tuple[Field, bool]]:
        inputs = super()._declared_inputs(name)
        if name != TRANSFER:
            return inputs
        holder = field_of(self.model, holder_of(self.model).name)
        inputs = {
            holder.name: (holder, True),
            "reason": (field_of(OwnershipChange, "reason"), False),
        }
        for kind in handover.companions_of(self.model):
            label = _("Along with it: %(what)s", what=_(kind.label))
            flag = FlagValueField(model=self.model, name=_WITH + kind.name, label=label)
            inputs[flag.name] = (flag, False)
        return inputs

    def input_start(self, key: str, item: Any) -> Any:
        """A transfer begins with nobody chosen and everything going along."""
        if key.startswith(_WITH):
            return True
        holder = holder_of(self.model)
        return None if holder and key == holder.name else super().input_start(key, item)
