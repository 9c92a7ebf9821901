"""Making one record of several: all that names them names the one that is kept, and the others go
to the recycle bin, as one change that can be undone.

States do not stand in the way: a closed order of a record is an order of the one it is part of.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.entities.types import now_utc
from app.extensions import db
from app.lowcode import audit, changesets, principal, scope
from app.lowcode.duplicates.references import Reference, references_to
from app.lowcode.principal import acting_as
from app.lowcode.screens.saving import save
from app.rules.changes import ChangeKind
from app.rules.errors import DomainError, InvalidInput

#: records that fit side by side
MOST = 20
_AT_ONCE = 500


@dataclass
class Merged:
    """The change set that undoes it; and how many rows of which entity went, since the kept
    record has one that is the same."""

    key: int
    dropped: Counter[type[Any]] = field(default_factory=Counter)


def merge(view: Any, kept: Any, others: Sequence[Any], values: Mapping[str, Any]) -> Merged:
    """Unite `others` with `kept`, which holds `values` (typed, by field name) afterwards.

    Tags are united. All rows must be the acting person's to change; what names them is led to the
    kept one whoever's it is. DomainError where a rule refuses, FieldErrors where a value does; the
    caller commits, or rolls back.
    """
    session: Session = db.session()
    _check(kept, others)
    wanted = {n: None if _is_among(v, others) else v for n, v in values.items()}
    wanted |= _united(kept, others)
    names = ", ".join(map(repr, others))
    with changesets.record(
        session, ChangeKind.MERGE, resource=view.resource, label=f"{kept!r} ← {names}"
    ) as change_set:
        merged = Merged(change_set, _take_in(session, kept, others))
        # Whoever has it open must be told, also where no value of its own is another one.
        kept.changed_on = now_utc()
        save(view, kept, wanted, is_new=False)
        told = {"merged": [None, names]}
        audit.record(session, "merge", type(kept).__name__, kept.id, repr(kept), told)
    return merged


def _take_in(session: Session, kept: Any, others: Sequence[Any]) -> Counter[type[Any]]:
    """Lead to the kept record what names the others, and delete these."""
    # Rows of colleagues name the records as well: all of them must follow.
    with acting_as(replace(principal.current(), is_system=True)):
        try:
            _leave_one_flag(session, kept, others)
            dropped = _lead(session, kept, others)
            for row in others:
                session.delete(row)
                session.flush()
        except IntegrityError as error:
            session.rollback()
            raise DomainError(
                "These records cannot be merged: other records that name both are in the way."
            ) from error
    return dropped


def _check(kept: Any, others: Sequence[Any]) -> None:
    if not others:
        raise InvalidInput("Choose at least two records.")
    if len(others) >= MOST:
        raise InvalidInput("Choose at most %(count)s records.", count=MOST)
    for row in (kept, *others):
        if not scope.may_change(row):
            raise DomainError("%(name)s is not yours to change.", name=repr(row))


def _is_among(value: Any, rows: Sequence[Any]) -> bool:
    return any(value is row for row in rows)


def _united(kept: Any, others: Sequence[Any]) -> dict[str, list[Any]]:
    """The many-to-many rows of all, where the others have some that the kept one lacks."""
    found = {}
    for name, relationship in inspect(type(kept)).relationships.items():
        if relationship.secondary is None or relationship.viewonly:
            continue
        own = list(getattr(kept, name))
        more = dict.fromkeys(row for other in others for row in getattr(other, name))
        if new := [row for row in more if row not in own]:
            found[name] = own + new
    return found


def _leave_one_flag(session: Session, kept: Any, others: Sequence[Any]) -> None:
    """Of what only one of a record's rows can be, the first of them stays, the kept one's first."""
    for name, flag in type(kept).only_one.items():
        flagged = [row for owner in (kept, *others) for row in getattr(owner, name)]
        for row in [row for row in flagged if getattr(row, flag)][1:]:
            setattr(row, flag, False)
    session.flush()


# what names the others --------------------------------------------------------------
def _lead(session: Session, kept: Any, others: Sequence[Any]) -> Counter[type[Any]]:
    """Everything that names one of the others names the kept one; what was dropped for it."""
    keys = [row.id for row in others]
    dropped: Counter[type[Any]] = Counter()
    for reference in references_to(type(kept)):
        taken = _Taken(session, reference, kept.id)
        for rows in _rows(session, reference, keys):
            for row in rows:
                if type(row) is type(kept) and row.id == kept.id:
                    setattr(row, reference.attribute, None)  # nothing is above or below itself
                elif taken.claim(row):
                    setattr(row, reference.attribute, kept.id)
                else:
                    session.delete(row)
                    dropped[reference.model] += 1
            session.flush()
            for row in rows:
                if row in session and row is not kept and row not in others:
                    # Who asks this session later must not find what is not theirs.
                    session.expunge(row)
    session.expire_all()
    return dropped


def _rows(session: Session, reference: Reference, keys: list[int]) -> Iterator[list[Any]]:
    """The rows that name one of `keys`, some at a time, in the order of their own keys."""
    own = inspect(reference.model).primary_key
    query = select(reference.model).where(*reference.where(keys)).order_by(*own)
    while rows := session.scalars(query.limit(_AT_ONCE)).all():
        yield list(rows)


class _Taken:
    """The values that rows of the kept record hold already, and no second row may."""

    def __init__(self, session: Session, reference: Reference, key: int) -> None:
        self._sets, self._reference, self._key = reference.unique_sets, reference, key
        self._held: set[tuple[Any, ...]] = set()
        if self._sets:
            for row in session.scalars(select(reference.model).where(*reference.where([key]))):
                self._held.update(self._values(row))

    def claim(self, row: Any) -> bool:
        """May the row name the kept record, too? From now on it holds its values."""
        values = list(self._values(row))
        if not self._held.isdisjoint(values):
            return False
        self._held.update(values)
        return True

    def _values(self, row: Any) -> Iterator[tuple[Any, ...]]:
        for place, names in enumerate(self._sets):
            values = [
                self._key if name == self._reference.attribute else getattr(row, name)
                for name in names
            ]
            if None not in values:
                yield (place, *values)
