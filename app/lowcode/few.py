"""Rows that are so few that a statement names them, instead of looking for them once more."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select

from app.extensions import db
from app.lowcode.scope import narrowed, within_reach
from app.lowcode.selection import tables_in

FEW = 1_000


def keys_of_few(model: type[Any], where: ColumnElement[bool]) -> Sequence[int] | None:
    """Of the rows that fulfil the condition and that the acting person sees; None of more."""
    some = select(model.id).where(within_reach(model, where)).limit(FEW + 1)
    keys = db.session.scalars(narrowed(some, tables_in(where))).all()
    return keys if len(keys) <= FEW else None


def among(model: type[Any], keys: Sequence[int]) -> ColumnElement[bool]:
    """Is it the row with one of these keys?"""
    # Sent in words: so many parameters take longer to bind than the rows to find.
    return model.id.in_(bindparam(None, keys, expanding=True, literal_execute=True))
