"""The customers that a page of data quality is about: as its address says, and as one may see."""

from dataclasses import dataclass
from typing import Any

from flask import abort, request
from sqlalchemy import ColumnElement, and_, select

from app.entities.customers import Customer
from app.entities.system.organization import Team
from app.entities.system.user import User
from app.extensions import db
from app.lowcode import listing, registered
from app.lowcode.fields import field_of
from app.lowcode.fields.relations import key_of
from app.lowcode.list_state import ListState
from app.lowcode.pages import Choice

#: what the figures are narrowed by, as the list of customers is
NARROWING = ("owner", "team", "kind", "tier")
_MOST_CHOICES = 300


@dataclass(frozen=True)
class Asked:
    """`customers` is their screen; `filters` what narrows them, by column."""

    customers: Any
    filters: dict[str, str]

    @classmethod
    def read(cls) -> "Asked":
        """403 for who lists no customers; what the address cannot mean narrows nothing."""
        customers = registered.screens()[Customer]
        if not customers.may("can_list"):
            abort(403)
        asked = {name: request.args.get(name, "") for name in NARROWING}
        known = {
            name: text
            for name, text in asked.items()
            if name in customers.listable.filters and _is_value(name, text)
        }
        return cls(customers, known)

    def where(self) -> ColumnElement[bool]:
        state = ListState(filters=tuple(self.filters.items()))
        return and_(True, listing.condition(self.customers.listable, state))

    def choices(self) -> list[tuple[str, str, list[Choice]]]:
        """(name, label, what can be chosen) of everything the figures can be narrowed by."""
        return [
            (name, str(field_of(Customer, name).label), self._choices_of(name))
            for name in NARROWING
            if name in self.customers.listable.filters
        ]

    def _choices_of(self, name: str) -> list[Choice]:
        chosen = self.filters.get(name)
        if name in _PEOPLE:
            target, column = _PEOPLE[name]
            query = select(target.id, target.name).where(target.id.in_(select(column)))
            found = db.session.execute(query.order_by(target.name).limit(_MOST_CHOICES))
            return [Choice(str(key), text, selected=str(key) == chosen) for key, text in found]
        options = field_of(Customer, name).options
        return [Choice(o.value, o.label, selected=o.value == chosen) for o in options]


_PEOPLE = {"owner": (User, Customer.owner_id), "team": (Team, Customer.team_id)}


def _is_value(name: str, text: str) -> bool:
    if name in _PEOPLE:
        return key_of(text) is not None
    return text in {option.value for option in field_of(Customer, name).options}
