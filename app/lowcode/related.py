"""The rows that belong to one record: read for one of its lists, counted for many at once.

Every record page asks for the same: the statements are built once, and whoever asks, they see only
the rows of theirs.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, bindparam, func, inspect, select

from app.lowcode import scope
from app.lowcode.selection import ListedRow, Selection, selection

#: (entity, its relationship to the record)
Related = tuple[type[Any], str]


def counts(lists: Sequence[Related], key: int) -> Sequence[int]:
    """How many rows of each list belong to the record with this key."""
    return scope.columns_of(_counting(tuple(lists)), {"key": key})[0] if lists else ()


def rows(
    related: Related,
    key: int,
    paths: Sequence[str],
    order: tuple[tuple[str, bool], ...],
    most: int,
) -> list[ListedRow]:
    """The first rows of the record with this key: the columns at `paths`, in an order."""
    chosen, statement = _reading(related, tuple(paths), order, most)
    return chosen.read(scope.columns_of(statement, {"key": key}))


@lru_cache(maxsize=200)
def _counting(lists: tuple[Related, ...]) -> Select[Any]:
    return select(*(_count(*related) for related in lists))


def _count(model: type[Any], relation: str) -> ScalarSelect[int]:
    where = _belongs(model, relation)
    return select(func.count()).select_from(model).where(where).scalar_subquery()


@lru_cache(maxsize=500)
def _reading(
    related: Related, paths: tuple[str, ...], order: tuple[tuple[str, bool], ...], most: int
) -> tuple[Selection, Select[Any]]:
    chosen = selection(related[0], paths, order)
    return chosen, chosen.statement.where(_belongs(*related)).limit(most)


def _belongs(model: type[Any], relation: str) -> ColumnElement[bool]:
    (column,) = inspect(model).relationships[relation].local_columns
    return column == bindparam("key")
