"""Asking the database about the rows of many people at once, without loading a row."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, select, true

from app.extensions import db
from app.lowcode.principal import system

#: questions put into one statement
_AT_ONCE = 40

Clause = ColumnElement[bool]


def everything_or(clause: Clause | None) -> Clause:
    """A criterion where None stands for all rows."""
    return true() if clause is None else clause


def differs(clause: Clause, other: Clause) -> Clause:
    """True for rows that `clause` leaves and `other` does not; an undecided one leaves none."""
    return and_(clause, case((other, false()), else_=true()))


def count_rows(questions: Sequence[tuple[type[Any], Clause]]) -> list[int]:
    """How many rows of each entity its clause leaves."""
    return _ask(
        select(func.count()).select_from(model).where(clause).correlate(None).scalar_subquery()
        for model, clause in questions
    )


def are_left(model: type[Any], key: int, clauses: Sequence[Clause | None]) -> list[bool]:
    """Is the stored row among those that each clause leaves?"""
    answers = _ask(
        select(func.count())
        .select_from(model)
        .where(model.id == key, everything_or(clause))
        .correlate(None)
        .scalar_subquery()
        for clause in clauses
    )
    return [bool(answer) for answer in answers]


def _ask(questions: Iterable[Any]) -> list[int]:
    waiting, answers = iter(questions), list[int]()
    with system("access"):
        while part := list(islice(waiting, _AT_ONCE)):
            answers += db.session.execute(select(*part)).one()
    return answers
