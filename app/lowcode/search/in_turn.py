"""How a list finds words: as many rows hold them.

The index names all rows with a word, in no order that a list has. Of a word like 公司 that takes
far longer than to go along the list, asking each row's own entry, until the page is full.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Select,
    String,
    any_,
    case,
    func,
    select,
    true,
)

from app.extensions import db, is_reading, is_sqlite
from app.lowcode.few import FEW, among
from app.lowcode.scope import narrowed, within_reach
from app.lowcode.search import belonging
from app.lowcode.search.declared import Searched
from app.lowcode.search.matching import asked_of_index, entries, holding, written_in
from app.lowcode.selection import tables_in
from app.rules.search import Query

#: Rows that the index soon names, and that are soon sorted. Of a word that more of a million rows
#: hold, going along the list finds a page as soon.
MANY = 4_000
#: rows that are asked, among those of the other conditions, how many of them hold common words
_ASKED = 1_000


@dataclass(frozen=True)
class _Hits:
    """`count` rows hold the words, at most one more than `MANY`; `keys`: of very few."""

    count: int
    keys: tuple[int, ...] | None


#: what was found in a transaction that only reads: page, count and sums of a list ask for the same
#: words
_found: WeakKeyDictionary[Any, dict[Any, _Hits]] = WeakKeyDictionary()


def holding_in_list(
    model: type[Any], paths: Sequence[str], typed: str, *, is_led: bool, is_alone: bool
) -> ColumnElement[bool]:
    """As `holding`, in the way that suits how many rows hold the words.

    `is_led`: the first rows are wanted in an order along which an index of the table leads;
    `is_alone`: nothing else was asked of them.
    """
    words = (model, paths, typed)
    asked = asked_of_index(*words)
    if asked is None:
        return holding(*words)
    hits = _hits(*asked)
    if hits.keys is not None:
        return among(model, hits.keys)
    if hits.count > MANY:
        in_turn = is_led and (not is_sqlite() or keeps_to_the_order(*words, is_alone=is_alone))
        return written_in(*asked, model.id) if in_turn else model.id.in_(entries(*asked))
    return _among_few(model, entries(*asked))


def _among_few(model: type[Any], keys: Select[Any]) -> ColumnElement[bool]:
    """Rows with these keys, one by one: PostgreSQL takes rare words for more common than they are
    and would look through the table."""
    if is_sqlite():
        return model.id.in_(keys)
    array = func.array(keys.scalar_subquery(), type_=ARRAY(Integer))
    return model.id == any_(array)


def counted(
    model: type[Any], paths: Sequence[str], typed: str, others: ColumnElement[bool] | None
) -> tuple[int, bool] | None:
    """How many rows hold the words and fulfil `others`, and whether that is all or only some.

    None where they are counted best by looking for all of them.
    """
    asked = asked_of_index(model, paths, typed)
    if asked is None:
        return None
    found = _hits(*asked).count
    if others is None and belonging.decides(asked[0]):
        return min(found, MANY), found <= MANY
    return _counted_in_turn(*asked, true() if others is None else others) if found > MANY else None


def _counted_in_turn(
    searched: Searched, query: Query, others: ColumnElement[bool]
) -> tuple[int, bool]:
    """Some rows of those that fulfil `others` are asked: common words are in many of them."""
    model = searched.model
    some = select(model.id).where(within_reach(model, others)).limit(_ASKED).subquery()
    holds = written_in(searched, query, some.c.id)
    counting = select(func.count(), func.count().filter(holds)).select_from(some)
    seen, found = db.session.execute(narrowed(counting, tables_in(others))).one()
    is_all = seen < _ASKED
    return (found if is_all or found < 100 else found // 100 * 100), is_all


def keeps_to_the_order(
    model: type[Any], paths: Sequence[str], typed: str, *, is_alone: bool
) -> bool:
    """Must SQLite be kept from going by another condition that has an index, to ask its rows?

    Only where so many rows fulfil them all that it soon meets enough along the list. PostgreSQL
    weighs that itself.
    """
    asked = asked_of_index(model, paths, typed) if is_alone and is_sqlite() else None
    return asked is not None and belonging.decides(asked[0]) and _hits(*asked).count > MANY


def _hits(searched: Searched, query: Query) -> _Hits:
    transaction = db.session.connection().get_transaction()
    known = _found.setdefault(transaction, {}) if is_reading() else {}
    asked = (searched.first, belonging.narrowed(searched, query))
    if asked not in known:
        some = entries(searched, query).limit(MANY + 1).subquery()
        keys = func.aggregate_strings(some.c.pk.cast(String), " ")
        few = select(func.count(), case((func.count() <= FEW, keys)))
        count, text = db.session.execute(narrowed(few.select_from(some), ())).one()
        named = tuple(map(int, (text or "").split())) if count <= FEW else None
        known[asked] = _Hits(count, named)
    return known[asked]
