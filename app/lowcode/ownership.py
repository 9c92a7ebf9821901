"""Who is responsible for a record: every change is written down, whichever door it came through."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, event, insert, inspect, select, update
from sqlalchemy.orm import Session, aliased

from app.entities.base import SHARED, Entity
from app.entities.system.ownership import OwnershipChange
from app.entities.system.user import User
from app.entities.types import now_utc
from app.extensions import db
from app.lowcode import audit, search
from app.lowcode import principal as acting
from app.lowcode.access.criteria import criterion
from app.lowcode.links import Link, changed, key_after_flush, links_of
from app.rules.access import Access

_REASON = "kehu_reason"
#: rows changed by one statement
_AT_ONCE = 500


def install() -> None:
    """Attach to the product's session factory; once per process, after the guards."""
    if not event.contains(db.session.session_factory, "before_flush", _before_flush):
        event.listen(db.session.session_factory, "before_flush", _before_flush)


def holder_of(model: type[Any]) -> Link | None:
    """The link to the person who is responsible for rows of `model`, where there is one."""
    key = getattr(model, "scope", SHARED).owner or getattr(model, "holder", None)
    return links_of(model)[key] if key else None


@contextmanager
def because(session: Session, reason: str | None) -> Iterator[None]:
    """Changes flushed inside were made for `reason`."""
    session.info[_REASON] = reason
    try:
        yield
        session.flush()
    finally:
        session.info.pop(_REASON, None)


def _before_flush(session: Session, *_unused: Any) -> None:
    for row in list(session.dirty):
        link = holder_of(type(row)) if isinstance(row, Entity) else None
        if link is not None and changed(row, link):
            session.add_all(_change_of(session, row, link))


def _change_of(session: Session, row: Any, link: Link) -> list[OwnershipChange]:
    history = inspect(row).attrs[link.key].history
    # Given by object the key itself still holds the old person.
    old = history.deleted[0] if history.deleted else getattr(row, link.key)
    if history.added and not history.deleted:
        old = None
    new = key_after_flush(row, link)
    if old == new:
        return []
    actor = acting.current_or_none()
    change = OwnershipChange(
        entity=type(row).__name__,
        entity_id=row.id,
        from_id=old,
        to_id=new,
        by_id=actor.user_id if actor else None,
        changed_on=now_utc(),
        reason=session.info.get(_REASON),
    )
    return [change]


@dataclass(frozen=True)
class Held:
    """One change of hands as the timeline tells it; `since` None: since the record was made."""

    moment: datetime
    by: str
    old: str
    new: str
    since: datetime | None
    reason: str
    new_id: int | None


def history_of(session: Session, model: type[Any], key: int, most: int) -> list[Held]:
    """The newest changes of who held a record, newest first."""
    change = OwnershipChange
    of_row = (change.entity == model.__name__, change.entity_id == key)
    rows = session.execute(_changes_of_hands().where(*of_row).limit(most)).all()
    held = []
    since: datetime | None = None
    for moment, by_name, old_name, new_name, reason, new_id in reversed(rows):
        names = by_name or "", old_name or "", new_name or ""
        held.append(Held(moment, *names, since, reason or "", new_id))
        since = moment
    return held[::-1]


@cache
def _changes_of_hands() -> Select[Any]:
    """When, by whom, from whom, to whom, why and to which key; newest first."""
    old, new, by = aliased(User), aliased(User), aliased(User)
    change = OwnershipChange
    return (
        select(change.changed_on, by.name, old.name, new.name, change.reason, change.to_id)
        .outerjoin(old, old.id == change.from_id)
        .outerjoin(new, new.id == change.to_id)
        .outerjoin(by, by.id == change.by_id)
        .order_by(change.id.desc())
    )


def give_all(
    session: Session,
    model: type[Any],
    where: ColumnElement[bool],
    person: Any,
    reason: str | None,
) -> int:
    """Make `person` responsible for all rows that `where` leaves and the acting person may change.

    Set by set, with the version, the stamps and the trail that saving each of them would bring.
    Does not commit. Returns how many.
    """
    link = holder_of(model)
    if link is None:
        raise TypeError(f"nobody is responsible for rows of {model.__name__}")
    held = getattr(model, link.key)
    reach = criterion(model, acting.current(), Access.WRITE)
    limits = [where, held.is_distinct_from(person.id)] + ([] if reach is None else [reach])
    label = getattr(model, model.label_column)
    session.flush()
    rows = session.execute(select(model.id, held, label).where(*limits).order_by(model.id)).all()
    team = {"team_id": person.team_id} if "team_id" in inspect(model).columns else {}
    for start in range(0, len(rows), _AT_ONCE):
        _give(session, model, link, rows[start : start + _AT_ONCE], person, team, reason)
    session.expire_all()
    return len(rows)


def _give(
    session: Session,
    model: type[Any],
    link: Link,
    rows: Sequence[Any],
    person: Any,
    team: dict[str, Any],
    reason: str | None,
) -> None:
    table, actor, now = inspect(model).local_table, acting.current(), now_utc()
    name, connection = model.__name__, session.connection()
    connection.execute(
        update(table)
        .where(table.c.id.in_([key for key, _old, _label in rows]))
        .values(
            {
                link.key: person.id,
                **team,
                "version": table.c.version + 1,
                "changed_on": now,
                "changed_by_id": actor.user_id,
            }
        )
    )
    search.refresh(session, model, [key for key, _old, _label in rows])
    change = {"entity": name, "to_id": person.id, "by_id": actor.user_id, "changed_on": now}
    connection.execute(
        insert(OwnershipChange),
        [{**change, "entity_id": key, "from_id": old, "reason": reason} for key, old, _ in rows],
    )
    for key, old, label in rows:
        audit.record(session, "update", name, key, str(label), {link.key: [old, person.id]})
