"""Making the entries of all rows again, a part at a time and while people work; comparing them."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, inspect, select
from sqlalchemy.orm import Session

from app.entities.system.search import SearchDeclaration, SearchEntry
from app.lowcode.search.declared import Searched, all_searched
from app.lowcode.search.writing import entry_of, refresh, remove

#: rows of one part: other writers wait no longer than it takes to make their entries
PART = 1000
_entries = SearchEntry.__table__


def outdated(session: Session) -> list[Searched]:
    """The entities whose entries were never made as a whole, or by another declaration."""
    made = {
        row.entity: row.declared
        for row in session.scalars(select(SearchDeclaration))
        if row.reached is None
    }
    return [
        searched
        for searched in all_searched()
        if made.get(searched.model.__name__) != searched.declaration
    ]


def size(session: Session, searched: Searched) -> int:
    """How many rows there are to make entries for."""
    table = inspect(searched.model).local_table
    return session.scalar(select(func.count()).select_from(table)) or 0


def rebuild(session: Session, searched: Searched) -> Iterator[int]:
    """Make entries part by part; the caller commits after each number, the rows done so far.

    What was interrupted goes on where it stopped.
    """
    declaration = _declaration(session, searched)
    done, reached = 0, declaration.reached or 0
    while keys := _keys_after(session, searched, reached):
        _remove_lost(session, searched, reached, keys[-1], keys)
        refresh(session, searched.model, keys)
        done, reached = done + len(keys), keys[-1]
        declaration.reached = reached
        session.flush()
        yield done
    _remove_lost(session, searched, reached, None, ())
    declaration.reached = None
    session.flush()
    _refresh_statistics(session)
    yield done


def _declaration(session: Session, searched: Searched) -> SearchDeclaration:
    name = searched.model.__name__
    found = session.get(SearchDeclaration, name)
    if found is None:
        found = SearchDeclaration(entity=name, declared="")
        session.add(found)
    if found.declared != searched.declaration or found.reached is None:
        found.declared, found.reached = searched.declaration, 0
    return found


def _keys_after(session: Session, searched: Searched, reached: int) -> list[int]:
    table = inspect(searched.model).local_table
    query = select(table.c.id).where(table.c.id > reached).order_by(table.c.id).limit(PART)
    return list(session.scalars(query))


def _remove_lost(
    session: Session, searched: Searched, reached: int, last: int | None, keys: Sequence[int]
) -> None:
    """Entries of rows that are gone: after `reached`, up to `last` (None: all that follow)."""
    end = searched.last if last is None else searched.first + last
    within = _entries.c.id.between(searched.first + reached + 1, end)
    lost = set(session.scalars(select(_entries.c.pk).where(within))) - set(keys)
    remove(session, searched, lost)


def _refresh_statistics(session: Session) -> None:
    """PostgreSQL learns how common words are, and what waits to be sorted in is."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT gin_clean_pending_list('ix_search_entry_tokens')")
        connection.exec_driver_sql("ANALYZE search_entry")


# comparing ----------------------------------------------------------------------
def differing(session: Session, searched: Searched) -> Iterator[int]:
    """Keys whose entry is not that of the row, is missing, or has no row."""
    reached = 0
    while keys := _keys_after(session, searched, reached):
        yield from _differing(session, searched, reached, keys)
        reached = keys[-1]
    beyond = _entries.c.id.between(searched.first + reached + 1, searched.last)
    yield from session.scalars(select(_entries.c.pk).where(beyond))


def _differing(
    session: Session, searched: Searched, reached: int, keys: Sequence[int]
) -> Iterator[int]:
    held = {
        key: _as_set(tokens) for key, tokens in session.execute(_kept(searched, reached, keys[-1]))
    }
    model = searched.model
    columns = [inspect(model).column_attrs[name].columns[0] for name in searched.needed]
    own_key = inspect(model).local_table.c.id
    due = {
        key: _as_set(entry_of(searched, key, _named(searched, values))["tokens"])
        for key, *values in session.execute(select(own_key, *columns).where(own_key.in_(keys)))
    }
    yield from sorted(key for key in held.keys() | due.keys() if held.get(key) != due.get(key))


def _kept(searched: Searched, reached: int, last: int) -> Any:
    within: ColumnElement[bool] = _entries.c.id.between(
        searched.first + reached + 1, searched.first + last
    )
    return select(_entries.c.pk, _entries.c.tokens).where(within)


def _named(searched: Searched, values: Sequence[Any]) -> dict[str, Any]:
    return dict(zip(searched.needed, values, strict=True))


def _as_set(tokens: str) -> frozenset[str]:
    """PostgreSQL writes each token in quotes."""
    return frozenset(token.strip("'") for token in tokens.split())
