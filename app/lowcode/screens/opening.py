"""A record read for its page or its form: with all that they tell of it, by one statement.

Of the rows that it names they tell key and label. As columns these cost a fraction of what it
takes to put rows together that nobody looks into.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort
from sqlalchemy import Select, bindparam, inspect, select
from sqlalchemy.orm.attributes import instance_dict

from app.extensions import db
from app.lowcode import principal
from app.lowcode.access.criteria import is_restricted
from app.lowcode.audit.viewing import note_view
from app.lowcode.fields import resolve
from app.lowcode.fields.relations import LARGEST_KEY, Ref
from app.lowcode.joined import Joins


class Filled:
    """A row, of whose relations key and label are known already."""

    def __init__(self, row: Any, named: Mapping[str, Ref | None]) -> None:
        self.__dict__ |= instance_dict(row)
        self.__dict__ |= named
        self._row = row

    def __getattr__(self, name: str) -> Any:
        return getattr(self._row, name)  # what is worked out, and what was not read yet


@dataclass(frozen=True)
class Opened:
    item: Any
    #: the item, for whoever shows its values
    filled: Filled
    #: to what was asked beside it
    answers: Sequence[Any]


@dataclass(frozen=True)
class Opening:
    """The statement that reads a record by the parameter `key`: the row, key and label of the rows
    with these names, and what else is asked."""

    statement: Select[Any]
    names: Sequence[str]

    def open(self, view: Any, key: int) -> Opened:
        """The record inside the acting person's scope; 404 otherwise."""
        row = db.session.execute(self.statement, {"key": min(key, LARGEST_KEY)}).first()
        if row is None:
            abort(404)
        note_view(view, row[0])
        rest = 1 + 2 * len(self.names)
        pairs = zip(row[1:rest:2], row[2:rest:2], strict=True)
        refs = (None if key is None else Ref(key, label) for key, label in pairs)
        return Opened(row[0], Filled(row[0], dict(zip(self.names, refs, strict=True))), row[rest:])


def opening(model: type[Any], paths: Iterable[str], asked: Iterable[Any]) -> Opening:
    """For the acting person: of what is hidden from them in part, the rows are read as usual."""
    names, joins = _named(model, set(paths)), Joins(model)
    shown = [part for name in names for part in joins.expressions(resolve(model, name))]
    statement = joins.added_to(select(model, *shown, *asked).select_from(model))
    return Opening(statement.where(model.id == bindparam("key")), names)


def _named(model: type[Any], paths: set[str]) -> list[str]:
    """The relations to one other row of which no path asks for more than its label."""
    relationships, actor = inspect(model).relationships, principal.current()
    beyond = {path.partition(".")[0] for path in paths if "." in path}
    found = [name for name in sorted(paths - beyond) if name in relationships]
    return [
        name
        for name in found
        if not relationships[name].uselist
        and (actor.sees_all or not is_restricted(relationships[name].mapper.class_, actor))
    ]
