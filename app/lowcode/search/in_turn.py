"""Words that very many rows hold: a page of a list asks row after row rather than the index.

The index names all rows with a word, in no order that a list has. Of a word like 公司 that takes
far longer than to go along the list, asking each row's own entry, until the page is full.
"""

from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, func, select, true

from app.extensions import db
from app.lowcode.scope import narrowed, within_reach
from app.lowcode.search.declared import Searched
from app.lowcode.search.matching import asked_of_index, entries, holding, written_in
from app.rules.search import Query

#: rows that the index soon names, and that are soon sorted; nor does anybody count more at once
MANY = 10_000

#: what was counted in a transaction: a list counts what its page has asked already
_counted: WeakKeyDictionary[Any, dict[Any, int]] = WeakKeyDictionary()


def holding_in_turn(
    model: type[Any], paths: Sequence[str], typed: str, *, is_alone: bool
) -> ColumnElement[bool]:
    """As `holding`, for the first rows in an order that an index of the table leads along.

    `is_alone`: nothing else was asked of the rows.
    """
    asked = asked_of_index(model, paths, typed)
    if asked is not None and _leaves_the_order(model, is_alone) and _hits(*asked) > MANY:
        return written_in(*asked)
    return holding(model, paths, typed)


def hits(model: type[Any], paths: Sequence[str], typed: str) -> int | None:
    """How many rows hold the words, up to one more than `MANY`.

    None where the index alone cannot say that, or other rows are hidden from the acting person.
    """
    asked = asked_of_index(model, paths, typed)
    return _hits(*asked) if asked is not None and _sees_all(model) else None


def _leaves_the_order(model: type[Any], is_alone: bool) -> bool:
    """Will the rows be asked in the order of the list?

    SQLite goes by any other condition that has an index, and would ask all those rows.
    """
    return db.session.get_bind().dialect.name != "sqlite" or (is_alone and _sees_all(model))


def _sees_all(model: type[Any]) -> bool:
    anything = true()
    return within_reach(model, anything) is anything


def _hits(searched: Searched, query: Query) -> int:
    counted = _counted.setdefault(db.session.connection().get_transaction(), {})
    asked = (searched.first, query)
    if asked not in counted:
        some = entries(searched, query).limit(MANY + 1).subquery()
        counting = narrowed(select(func.count()).select_from(some), ())
        counted[asked] = db.session.scalar(counting) or 0
    return counted[asked]
