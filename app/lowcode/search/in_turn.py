"""How a list finds words: as many rows hold them.

The index names all rows with a word, in no order that a list has. Of a word like 公司 that takes
far longer than to go along the list, asking each row's own entry, until the page is full.
"""

from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import ARRAY, ColumnElement, Integer, Select, any_, func, select, true

from app.extensions import db
from app.lowcode.scope import narrowed, within_reach
from app.lowcode.search import belonging
from app.lowcode.search.declared import Searched
from app.lowcode.search.matching import asked_of_index, entries, holding, written_in
from app.rules.search import Query

#: rows that the index soon names, and that are soon sorted; nor does anybody count more at once
MANY = 10_000

#: what was counted in a transaction: a list counts what its page has asked already
_counted: WeakKeyDictionary[Any, dict[Any, int]] = WeakKeyDictionary()


def holding_in_list(
    model: type[Any], paths: Sequence[str], typed: str, *, is_led: bool, is_alone: bool
) -> ColumnElement[bool]:
    """As `holding`, in the way that suits how many rows hold the words.

    `is_led`: the first rows are wanted in an order along which an index of the table leads;
    `is_alone`: nothing else was asked of them.
    """
    asked = asked_of_index(model, paths, typed)
    if asked is None:
        return holding(model, paths, typed)
    if _hits(*asked) > MANY:
        in_turn = is_led and _keeps_the_order(model, is_alone)
        return written_in(*asked) if in_turn else model.id.in_(entries(*asked))
    return _among_few(model, entries(*asked))


def _among_few(model: type[Any], keys: Select[Any]) -> ColumnElement[bool]:
    """Rows with these keys, one by one: PostgreSQL takes rare words for more common than they are
    and would look through the table."""
    if _is_sqlite():
        return model.id.in_(keys)
    array = func.array(keys.scalar_subquery(), type_=ARRAY(Integer))
    return model.id == any_(array)


def hits(model: type[Any], paths: Sequence[str], typed: str) -> int | None:
    """How many rows hold the words, up to one more than `MANY`.

    None where the index alone cannot say that, or other rows are hidden from the acting person.
    """
    asked = asked_of_index(model, paths, typed)
    return _hits(*asked) if asked is not None and _sees_all(model) else None


def _keeps_the_order(model: type[Any], is_alone: bool) -> bool:
    """Will the rows be asked in the order of the list?

    SQLite goes by any other condition that has an index, and would ask all those rows.
    """
    return not _is_sqlite() or (is_alone and _sees_all(model))


def _is_sqlite() -> bool:
    return db.session.get_bind().dialect.name == "sqlite"


def _sees_all(model: type[Any]) -> bool:
    anything = true()
    return within_reach(model, anything) is anything


def _hits(searched: Searched, query: Query) -> int:
    counted = _counted.setdefault(db.session.connection().get_transaction(), {})
    asked = (searched.first, belonging.narrowed(searched, query))
    if asked not in counted:
        some = entries(searched, query).limit(MANY + 1).subquery()
        counting = narrowed(select(func.count()).select_from(some), ())
        counted[asked] = db.session.scalar(counting) or 0
    return counted[asked]
