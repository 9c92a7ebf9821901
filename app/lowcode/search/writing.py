"""Keeping the index in step: entries are written in the transaction that writes their rows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, bindparam, delete, event, func, inspect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.entities.system.search import SearchEntry
from app.extensions import db
from app.lowcode import audit
from app.lowcode.search.declared import Searched, searched_of
from app.lowcode.search.pinyin import readings
from app.rules.search import tokens

_entries = SearchEntry.__table__
_NAMES = _entries.c.keys()
_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}

#: where a session holds the entry that its caller writes
_PUT_OFF = "kehu_search_put_off"


def install() -> None:
    """Attach to the product's session factory; once per process."""
    if not event.contains(db.session.session_factory, "after_flush", _after_flush):
        event.listen(db.session.session_factory, "after_flush", _after_flush)


@contextmanager
def put_off(session: Session) -> Iterator[list[audit.Beside]]:
    """The entry of a row that is flushed inside is for the caller to write, with the commit.

    Only where nothing is searched for before that.
    """
    session.info[_PUT_OFF] = found = []
    try:
        yield found
    finally:
        del session.info[_PUT_OFF]


def _after_flush(session: Session, *_unused: Any) -> None:
    written: list[dict[str, Any]] = []
    # Asked once: the session puts the set together anew each time.
    new = session.new
    for row in (*new, *session.dirty):
        searched = searched_of(type(row))
        if searched and (row in new or _is_touched(searched, row)):
            values = {name: getattr(row, name) for name in searched.needed}
            written.append(entry_of(searched, row.id, values))
    later: list[audit.Beside] | None = session.info.get(_PUT_OFF)
    if later is not None and not later and len(written) == 1 and not session.deleted:
        later.append(_beside(session.connection().dialect.name, written[0]))
    else:
        _catch_up(session, later)
        put(session, written)
    gone: dict[type[Any], list[int]] = {}
    for row in session.deleted:
        gone.setdefault(type(row), []).append(row.id)
    for model, keys in gone.items():
        searched = searched_of(model)
        if searched:
            remove(session, searched, keys)


def _catch_up(session: Session, later: list[audit.Beside] | None) -> None:
    """What was put off comes before what follows it."""
    while later:
        row = later.pop()
        session.connection().execute(row.insert, row.values)


def _is_touched(searched: Searched, row: Any) -> bool:
    attributes = inspect(row).attrs
    return any(attributes[name].history.has_changes() for name in searched.needed)


def refresh(session: Session, model: type[Any], keys: Sequence[int]) -> None:
    """Make the entries of rows again that were written past the session; locks these rows."""
    searched = searched_of(model)
    if searched is None or not keys:
        return
    table = inspect(model).local_table
    columns = [inspect(model).column_attrs[name].columns[0] for name in searched.needed]
    # Whoever is about to change one of them waits, and writes its entry after this one.
    rows = session.connection().execute(
        select(table.c.id, *columns).where(table.c.id.in_(keys)).with_for_update(read=True)
    )
    present = {key: dict(zip(searched.needed, values, strict=True)) for key, *values in rows}
    put(session, [entry_of(searched, key, values) for key, values in present.items()])
    remove(session, searched, [key for key in keys if key not in present])


def entry_of(searched: Searched, key: int, values: Mapping[str, Any]) -> dict[str, Any]:
    """The entry of the row with this key and these values of the needed columns."""
    found: dict[str, None] = {}
    for column in searched.columns:
        if text := values[column.path]:
            found.update(dict.fromkeys(tokens(column.code, column.kind, text, readings)))
    for letter, name in searched.belonging:
        if values[name] is not None:
            found[f"{letter}{values[name]}"] = None
    return {"id": searched.first + key, "pk": key, "tokens": " ".join(found)}


def put(session: Session, entries: Sequence[Mapping[str, Any]]) -> None:
    if not entries:
        return
    connection = session.connection()
    if connection.dialect.name == "postgresql" and len(entries) > 1:
        lists = {name: [entry[name] for entry in entries] for name in _NAMES}
        connection.execute(_putting_lists(), lists)
    else:
        rows = [_named(entry) for entry in entries]
        connection.execute(_putting_one(connection.dialect.name), rows)


def _beside(dialect: str, entry: Mapping[str, Any]) -> audit.Beside:
    return audit.Beside(_putting_one(dialect), _named(entry))


def _named(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {f"entry_{name}": value for name, value in entry.items()}


@cache
def _putting_one(dialect: str) -> Any:
    row = {column.key: bindparam(f"entry_{column.key}", type_=column.type) for column in _entries.c}
    return _putting(_INSERTS[dialect](_entries).values(row))


@cache
def _putting_lists() -> Any:
    """One statement however many entries there are: their columns as lists."""
    lists = (bindparam(column.key, type_=ARRAY(column.type)) for column in _entries.c)
    rows = func.unnest(*lists).table_valued(*_NAMES).render_derived()
    return _putting(postgresql.insert(_entries).from_select(_NAMES, select(rows)))


def _putting(insert: Any) -> Any:
    return insert.on_conflict_do_update(
        index_elements=["id"], set_={"tokens": insert.excluded.tokens}
    )


def remove(session: Session, searched: Searched, keys: Iterable[int]) -> None:
    gone = [searched.first + key for key in keys]
    if gone:
        session.connection().execute(delete(_entries).where(_entries.c.id.in_(gone)))
