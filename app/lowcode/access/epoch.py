"""Epochs: one number that changes with every change of where people stand, and one that changes
with what they keep on their shelves (saved views, pins, favourites).

Both are read with the person of each request; what other processes know is old when one has moved.
"""

from secrets import randbits
from typing import Any

from sqlalchemy import event, inspect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.entities.catalog import ProductCategory
from app.entities.system.organization import Team
from app.entities.system.row_access import (
    AccessEpoch,
    AccessRule,
    AccessRuleSubject,
    RecordShare,
)
from app.entities.system.user import User
from app.entities.system.views import Favourite, SavedView, ViewDefault, ViewPin
from app.extensions import db

_ACCESS, _SHELVES = 1, 2
#: as columns of a statement; None before anything was changed
EPOCH = select(AccessEpoch.number).where(AccessEpoch.id == _ACCESS).scalar_subquery()
SHELVES = select(AccessEpoch.number).where(AccessEpoch.id == _SHELVES).scalar_subquery()

_MOVED = "kehu_access_moved"
_INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_table: Any = AccessEpoch.__table__
#: entity → what of it decides about rows; nothing named: all of it
_WATCHED: dict[type[Any], tuple[str, ...]] = {
    Team: ("parent_id", "parent", "region_id", "region"),
    ProductCategory: ("parent_id", "parent"),
    User: (
        "team_id", "team", "region_id", "region", "reports_to_id", "reports_to",
        "warehouses", "categories",
    ),
    RecordShare: (),
    AccessRule: (),
    AccessRuleSubject: (),
}  # fmt: skip
_KEPT = (SavedView, ViewDefault, ViewPin, Favourite)


def install() -> None:
    """Attach to the product's session factory; once per process."""
    factory = db.session.session_factory
    if not event.contains(factory, "before_flush", _before_flush):
        event.listen(factory, "before_flush", _before_flush)
        event.listen(factory, "after_flush", _after_flush)
        event.listen(factory, "after_soft_rollback", _forget)


def move(session: Session) -> None:
    """For changes of access that go around the unit of work."""
    _move(session, _ACCESS)


def _move(session: Session, which: int) -> None:
    connection = session.connection()
    number = randbits(62)
    insert: Any = _INSERTS[connection.dialect.name](_table).values(id=which, number=number)
    connection.execute(insert.on_conflict_do_update(index_elements=["id"], set_={"number": number}))


def _before_flush(session: Session, *_unused: Any) -> None:
    rows = (*session.new, *session.dirty, *session.deleted)
    moved = {_ACCESS for row in rows if type(row) in _WATCHED and _counts(session, row)}
    moved |= {_SHELVES for row in rows if isinstance(row, _KEPT)}
    if moved:
        session.info[_MOVED] = moved


def _counts(session: Session, row: Any) -> bool:
    if row in session.new or row in session.deleted:
        return True
    names = _WATCHED[type(row)]
    if not names:
        return session.is_modified(row)
    state = inspect(row)
    return any(state.attrs[name].history.has_changes() for name in names)


def _after_flush(session: Session, *_unused: Any) -> None:
    for which in sorted(session.info.pop(_MOVED, ())):
        _move(session, which)


def _forget(session: Session, *_unused: Any) -> None:
    session.info.pop(_MOVED, None)
