"""The epoch of access: one number that changes with every change of where people stand.

It is read with the person of each request; what other processes know is old when it has moved.
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
from app.extensions import db

#: as a column of a statement; None before anything was changed
EPOCH = select(AccessEpoch.number).where(AccessEpoch.id == 1).scalar_subquery()

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


def install() -> None:
    """Attach to the product's session factory; once per process."""
    factory = db.session.session_factory
    if not event.contains(factory, "before_flush", _before_flush):
        event.listen(factory, "before_flush", _before_flush)
        event.listen(factory, "after_flush", _after_flush)
        event.listen(factory, "after_soft_rollback", _forget)


def move(session: Session) -> None:
    """For changes that go around the unit of work."""
    connection = session.connection()
    number = randbits(62)
    insert: Any = _INSERTS[connection.dialect.name](_table).values(id=1, number=number)
    connection.execute(insert.on_conflict_do_update(index_elements=["id"], set_={"number": number}))


def _before_flush(session: Session, *_unused: Any) -> None:
    rows = (*session.new, *session.dirty, *session.deleted)
    if any(_counts(session, row) for row in rows if type(row) in _WATCHED):
        session.info[_MOVED] = True


def _counts(session: Session, row: Any) -> bool:
    if row in session.new or row in session.deleted:
        return True
    names = _WATCHED[type(row)]
    if not names:
        return session.is_modified(row)
    state = inspect(row)
    return any(state.attrs[name].history.has_changes() for name in names)


def _after_flush(session: Session, *_unused: Any) -> None:
    if session.info.pop(_MOVED, False):
        move(session)


def _forget(session: Session, *_unused: Any) -> None:
    session.info.pop(_MOVED, None)
