"""Rows that a form or a request names by key: read together before its fields ask one by one."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, select

from app.extensions import db

#: (entity, key)
Named = tuple[type[Any], int]
#: rows of one entity; what is named beyond them is asked for one by one
_MOST = 1000
_rows: ContextVar[Mapping[Named, Any] | None] = ContextVar("kehu_at_hand", default=None)


@contextmanager
def at_hand(named: Iterable[Named]) -> Iterator[None]:
    """Everything inside finds these rows with `row_at_hand`, as far as the acting person sees
    them."""
    token = _rows.set({(type(row), row.id): row for row in _read(set(named))})
    try:
        yield
    finally:
        _rows.reset(token)


def row_at_hand(target: type[Any], key: int) -> Any:
    """None where it was not named, does not exist or is not seen."""
    rows = _rows.get()
    return rows.get((target, key)) if rows else None


def _read(named: set[Named]) -> Iterator[Any]:
    keys: dict[type[Any], list[int]] = {}
    for target, key in sorted(named, key=lambda pair: (pair[0].__name__, pair[1])):
        keys.setdefault(target, []).append(key)
    single = tuple(target for target in keys if len(keys[target]) == 1)
    if single:
        asked = {target.__name__: keys.pop(target)[0] for target in single}
        # Where one of them is missing there is no answer: the fields then say which it is.
        yield from db.session.execute(_one_of_each(single), asked).first() or ()
    for target, several in keys.items():
        yield from db.session.scalars(select(target).where(target.id.in_(several[:_MOST])))


@lru_cache(maxsize=500)
def _one_of_each(targets: tuple[type[Any], ...]) -> Select[Any]:
    """One row of each entity, by the parameter of its name."""
    first, *others = targets
    chosen = select(*targets).select_from(first)
    for target in others:
        chosen = chosen.join(target, target.id == bindparam(target.__name__))
    return chosen.where(first.id == bindparam(first.__name__))
