"""Which rows hold what was typed, as SQL for lists, pickers, the palette and the API.

The index only finds. Which columns may be read says whoever names them; whose rows are whose says
the scope that every statement carries.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    bindparam,
    cast,
    column,
    false,
    func,
    inspect,
    literal,
    or_,
    select,
    table,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from app.entities.system.search import SearchEntry
from app.extensions import is_sqlite
from app.lowcode import conditions
from app.lowcode.fields import resolve
from app.lowcode.scope import within_reach
from app.lowcode.search.belonging import narrowed
from app.lowcode.search.declared import Searched, searched_of
from app.rules.search import AllOf, OneOf, Query, Token, is_spelled, wanted, words_of

_entries = SearchEntry.__table__
_words = table("search_words", column("rowid"), column("search_words"))


def holding(
    model: type[Any], paths: Sequence[str], typed: str, *, tolerant: bool = False
) -> ColumnElement[bool]:
    """Rows of `model` with every word of `typed` in one of `paths`, which the person may read.

    `tolerant`: see `rules.search.wanted`.
    """
    asked = asked_of_index(model, paths, typed, tolerant=tolerant)
    if asked is not None:
        return model.id.in_(entries(*asked))
    paths = _own_paths(searched_of(model), paths)
    return and_(true(), *(_word(model, paths, word, tolerant=tolerant) for word in words_of(typed)))


def asked_of_index(
    model: type[Any], paths: Sequence[str], typed: str, *, tolerant: bool = False
) -> tuple[Searched, Query] | None:
    """What `holding` asks of the index alone; None where rows are found otherwise, or none is."""
    searched = searched_of(model)
    if searched is None or not all(map(is_spelled, words_of(typed))):
        return None
    paths = _own_paths(searched, paths)
    if not searched.by_path.keys() >= set(paths):
        return None
    query = query_of(searched, paths, typed, tolerant=tolerant)
    return (searched, query) if query else None


def _own_paths(searched: Searched | None, paths: Sequence[str]) -> list[str]:
    """The paths less those that are found with others."""
    followers = searched.followers if searched else frozenset()
    return [path for path in paths if path not in followers]


def query_of(
    searched: Searched, paths: Sequence[str], typed: str, *, tolerant: bool = False
) -> Query | None:
    """Every word of `typed` in one of `paths`, all of them in the index; None: no row has that."""
    parts: list[Query] = []
    for word in words_of(typed):
        columns = [searched.by_path[path] for path in paths]
        found = [wanted(c.code, c.kind, word, tolerant=tolerant) for c in columns]
        ways = tuple(query for query in found if query is not None)
        if not ways:
            return None
        parts.append(OneOf(ways))
    return AllOf(tuple(parts)) if parts else None


def _word(
    model: type[Any], paths: Sequence[str], word: str, *, tolerant: bool
) -> ColumnElement[bool]:
    """One word in one of `paths`, be they columns of the index, of related rows, or neither."""
    keys: list[Select[Any]] = []
    others: list[ColumnElement[bool]] = []
    searched = searched_of(model)
    own = [path for path in paths if searched and path in searched.by_path]
    if searched and own and is_spelled(word):
        query = query_of(searched, own, word, tolerant=tolerant)
        keys += [entries(searched, query)] if query else []
    for path in paths:
        if path in own and is_spelled(word):
            continue
        through = _through(model, path, word) if is_spelled(word) else None
        if through is None:
            others.append(_contains(model, path, word))
        else:
            keys += through
    if keys:
        found = union_all(*keys) if len(keys) > 1 else keys[0]
        others.append(model.id.in_(found))
    return or_(false(), *others)


def _through(model: type[Any], path: str, word: str) -> list[Select[Any]] | None:
    """Rows that point at one with the word; None where the index does not hold the related column.

    By key, so that the database goes from the few that are found to those that point at them.
    """
    resolved = resolve(model, path)
    if len(resolved.hops) != 1:
        return None
    hop, name = resolved.hops[0], resolved.field.name
    searched = searched_of(hop.target)
    if searched is None or name not in searched.by_path:
        return None
    query = query_of(searched, [name], word)
    if query is None:
        return []
    (local,) = inspect(model).relationships[hop.name].local_columns
    target = hop.target
    found = within_reach(target, target.id.in_(entries(searched, query)))
    own = inspect(model).local_table
    return [select(own.c.id).where(local.in_(select(target.id).where(found).correlate(None)))]


def _contains(model: type[Any], path: str, word: str) -> ColumnElement[bool]:
    """What is not in the index is looked through, row by row."""
    resolved = resolve(model, path)
    op = "contains" if "contains" in resolved.field.operators else "eq"
    return conditions.on_path(model, resolved, op, word)


def entries(searched: Searched, query: Query) -> Select[Any]:
    """SELECT of the keys of rows that `query` finds, near the reach of the acting person."""
    whole = narrowed(searched, query)
    if is_sqlite():
        key = _words.c.rowid
        found = select((key - searched.first).label("pk")).where(
            _words.c.search_words.op("MATCH", is_comparison=True)(as_fts(whole))
        )
    else:
        key = _entries.c.id
        found = select(_entries.c.pk.label("pk")).where(_fits(whole))
    return found.where(key.between(searched.first, searched.last))


def _fits(query: Query) -> ColumnElement[bool]:
    """Entries with the tokens of the query, as PostgreSQL says it."""
    # As part of the statement: how to find a word depends on how common it is.
    words = bindparam(None, as_tsquery(query), literal_execute=True)
    return _entries.c.tokens.op("@@", is_comparison=True)(cast(words, TSQUERY))


def written_in(searched: Searched, query: Query, key: ColumnElement[int]) -> ColumnElement[bool]:
    """Is the row with this key one of `entries`? By looking into its own entry."""
    whole = narrowed(searched, query)
    fits = _is_among(whole) if is_sqlite() else _fits(whole)
    own = _entries.c.id == key + literal(searched.first, BigInteger)
    return select(fits).where(own).correlate_except(_entries).scalar_subquery()


def _is_among(query: Query) -> ColumnElement[bool]:
    """Entries with the tokens of the query, by reading their text."""
    if isinstance(query, Token):
        tokens, end = literal(" ").concat(_entries.c.tokens), "" if query.is_start else " "
        return func.instr(tokens.concat(end), f" {query.text}{end}") > 0
    joined = and_ if isinstance(query, AllOf) else or_
    return joined(*map(_is_among, query.parts))


def as_fts(query: Query) -> str:
    """As SQLite says it. Tokens are letters and digits, so that no quote stands in it."""
    return "".join(_written(query, '"', '" *', " AND ", " OR "))


def as_tsquery(query: Query) -> str:
    """As PostgreSQL says it."""
    return "".join(_written(query, "'", "':*", " & ", " | "))


def _written(query: Query, quote: str, start: str, both: str, either: str) -> Iterator[str]:
    """The query in a database's own language; tokens are letters and digits, so none ends early."""
    if isinstance(query, Token):
        yield f"{quote}{query.text}{start if query.is_start else quote}"
        return
    between = both if isinstance(query, AllOf) else either
    yield "("
    for place, part in enumerate(query.parts):
        yield between if place else ""
        yield from _written(part, quote, start, both, either)
    yield ")"
