"""Keys of few rows that hold some words, for all entities by one statement."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from app.entities.system.search import KEY_BITS
from app.extensions import db, is_sqlite
from app.lowcode.search.belonging import narrowed
from app.lowcode.search.declared import Searched
from app.lowcode.search.matching import as_fts, as_tsquery
from app.rules.search import Query, Token

#: rows that are read before the index is asked
LOOKED_AT = 2_000
_SQLITE = (
    "SELECT * FROM (SELECT rowid FROM search_words WHERE search_words MATCH '{words}'"
    " AND rowid BETWEEN {first} AND {last} ORDER BY rowid DESC LIMIT {most})"
)
_POSTGRESQL = (
    "(SELECT id FROM search_entry WHERE tokens @@ $words${words}$words$::tsquery"
    " AND id BETWEEN {first} AND {last} LIMIT {most})"
)
#: How many rows hold a word that begins so, PostgreSQL does not know: it takes one that hardly any
#: row holds for common, and reads the whole table for the first of them. So the newest rows are
#: read, and where they do not hold enough, the index tells all of them.
_POSTGRESQL_BEGINNING = (
    "(WITH newest AS MATERIALIZED (SELECT id FROM (SELECT id, tokens FROM search_entry"
    " WHERE id BETWEEN {first} AND {last} ORDER BY id DESC LIMIT {looked_at}) AS newest_of_all"
    " WHERE tokens @@ $words${words}$words$::tsquery LIMIT {most}),"
    " indexed AS MATERIALIZED (SELECT id FROM search_entry"
    " WHERE tokens @@ $words${words}$words$::tsquery AND id BETWEEN {first} AND {last})"
    " SELECT id FROM newest UNION"
    " (SELECT id FROM indexed WHERE (SELECT count(*) FROM newest) < {most} LIMIT {most})"
    " LIMIT {most})"
)


def newest_keys(queries: Sequence[tuple[Searched, Query]], most: int) -> dict[type[Any], list[int]]:
    """Keys of at most `most` rows for each query, by one statement.

    They say nothing of whose rows they are: the rows are to be read within the scope.
    """
    if not queries:
        return {}
    parts, models = [], {}
    for searched, query in queries:
        models[searched.first] = searched.model
        parts.append(_part(searched, narrowed(searched, query), most))
    found: dict[type[Any], list[int]] = {}
    # As text: the library would take longer to put so many parts together than they take to run.
    for (number,) in db.session.execute(text(" UNION ALL ".join(parts))):
        key = number & ((1 << KEY_BITS) - 1)
        found.setdefault(models[number - key], []).append(key)
    return found


def _part(searched: Searched, query: Query, most: int) -> str:
    limits = {"first": searched.first, "last": searched.last, "most": most}
    if is_sqlite():
        return _SQLITE.format(words=as_fts(query), **limits)
    part = _POSTGRESQL_BEGINNING if _begins(searched, query) else _POSTGRESQL
    return part.format(words=as_tsquery(query), looked_at=LOOKED_AT, **limits)


def _begins(searched: Searched, query: Query) -> bool:
    """Is a beginning of more than one letter asked for? What a single one finds is known well."""
    if isinstance(query, Token):
        sort = len(searched.columns[0].code) + 1
        return query.is_start and len(query.text) > sort + 1
    return any(_begins(searched, part) for part in query.parts)
