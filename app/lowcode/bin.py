"""The recycle bin: deleted rows go in with all that is one with them, and come back the same."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from flask_appbuilder import Model
from flask_babel import lazy_gettext
from sqlalchemy import ColumnElement, and_, event, false, inspect, null, or_, select, true
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.orm.interfaces import ORMOption

from app.entities.base import OWNED, SHARED
from app.entities.system.bin import BinEntry
from app.entities.types import now_utc
from app.extensions import db
from app.lowcode import audit, registered
from app.lowcode import principal as acting
from app.lowcode.access.chain import chain_of
from app.lowcode.access.criteria import by_reach
from app.lowcode.belongings import folder, remove_after_commit
from app.lowcode.naming import title_of
from app.lowcode.principal import DataScope, Principal, system
from app.lowcode.restoring import Restored, restore_rows
from app.lowcode.settings import Option, declare, get_setting
from app.lowcode.snapshots import is_binned, take
from app.lowcode.undo_mode import is_undoing

declare(
    Option(
        "bin_keep_days",
        "limits",
        lazy_gettext("Days that deleted records can be restored"),
        default=30,
        kind="number",
        required=True,
        low=1,
        high=3650,
        help=lazy_gettext("After that the recycle bin forgets them, their files included."),
    )
)
#: keys of the entries that this transaction made, for whoever offers to undo
_MADE = "kehu_binned"
#: entries that are held in memory together
_AT_ONCE = 100


def install() -> None:
    """Attach to the product's session factory; once per process, before `belongings`."""
    factory = db.session.session_factory
    if not event.contains(factory, "before_flush", _before_flush):
        event.listen(factory, "before_flush", _before_flush)
        event.listen(factory, "do_orm_execute", _narrow)


# going in -------------------------------------------------------------------------
def _before_flush(session: Session, *_unused: Any) -> None:
    gone = [row for row in session.deleted if is_binned(type(row))]
    if not gone or is_undoing(session):
        return
    actor = acting.current_or_none()
    with system("recycle bin"), session.no_autoflush:
        entries = [_entry_of(session, row, actor) for row in gone]
    session.add_all(entries)
    session.info[_MADE] = entries


def _entry_of(session: Session, row: Any, actor: Principal | None) -> BinEntry:
    owner, team, region = _whose(session, row)
    return BinEntry(
        entity=type(row).__name__,
        entity_id=inspect(row).identity[0],
        label=repr(row)[:200],
        deleted_on=now_utc(),
        deleted_by_id=actor.user_id if actor else None,
        owner_id=owner,
        team_id=team,
        region_id=region,
        data=take(session, row),
    )


def _whose(session: Session, row: Any) -> Sequence[int | None]:
    """The keys of owner, team and region of the record that decides about a row."""
    *_below, (model, key) = chain_of(row)
    if not model.scope.owner:
        return None, None, None
    region = getattr(model, "region_id", null())
    columns = getattr(model, model.scope.owner), getattr(model, model.scope.team), region
    return session.execute(select(*columns).where(model.id == key)).one()


def just_made(session: Session) -> list[int]:
    """The keys of the entries that the session made last; asked after the flush, once."""
    return [entry.id for entry in session.info.pop(_MADE, ())]


_options: WeakKeyDictionary[Principal, ORMOption] = WeakKeyDictionary()


# who sees what --------------------------------------------------------------------
def _narrow(state: ORMExecuteState) -> None:
    actor = acting.current_or_none()
    if actor is None or actor.sees_all or not state.is_select or state.is_column_load:
        return
    option = _options.get(actor)
    if option is None:
        option = with_loader_criteria(BinEntry, visible(actor), include_aliases=True)
        _options[actor] = option
    state.statement = state.statement.options(option)


def visible(actor: Principal) -> ColumnElement[bool]:
    """Entries of rows that `actor` might delete, were they still there."""
    clauses = [
        and_(BinEntry.entity == model.__name__, _reach(model, actor))
        for model in binned_models()
        if actor.can("can_delete", model.__name__)
    ]
    return or_(false(), *clauses)


@cache
def binned_models() -> list[type[Any]]:
    return [mapper.class_ for mapper in Model.registry.mappers if is_binned(mapper.class_)]


class _Whose:
    """An entry in the place of the row that it holds, for the criteria of data scopes."""

    scope = OWNED
    owner_id = BinEntry.owner_id
    team_id = BinEntry.team_id
    region_id = BinEntry.region_id


def _reach(model: type[Any], actor: Principal) -> ColumnElement[bool]:
    """As far as the person reaches into rows of `model`; what nobody can tell any more of a
    deleted row (its place, a rule about it) leaves those that the person deleted."""
    mine = BinEntry.deleted_by_id == actor.user_id
    if model.__name__ in actor.rules:
        return mine
    while model.scope.parent:
        model = inspect(model).relationships[model.scope.parent].mapper.class_
    reaches = actor.reaches(model.__name__)
    if model.scope == SHARED or DataScope.ALL in reaches:
        return true()
    if not model.scope.owner or model.__name__ in actor.rules:
        return mine
    return or_(mine, *(by_reach(_Whose, reach, actor) for reach in sorted(reaches)))


# coming back ----------------------------------------------------------------------
def restore(
    session: Session, entries: Iterable[BinEntry], instead: Mapping[str, Any] | None = None
) -> list[Restored]:
    """Make the rows again as they were, but for the values `instead` by column; flushes.

    The last deleted comes first: what it belonged to was deleted after it. Raises DomainError
    that names what is in the way of the first row that cannot come back.
    """
    done = []
    for entry in sorted(entries, key=lambda row: row.id, reverse=True):
        restored = restore_rows(session, entry, instead)
        audit.record(
            session, "restore", entry.entity, entry.entity_id, entry.label, restored.changes
        )
        screen = registered.screens().get(restored.model)
        if screen is not None:
            screen.post_restore(session.get_one(restored.model, restored.key))
        session.delete(entry)
        session.flush()
        done.append(restored)
    return done


# going for good -------------------------------------------------------------------
def purge(session: Session, entries: Iterable[BinEntry]) -> int:
    """Forget entries for good; their files leave the disk once that is committed."""
    count = 0
    for entry in entries:
        for name in files_in(entry):
            remove_after_commit(session, folder() / name)
        audit.record(session, "purge", entry.entity, entry.entity_id, entry.label)
        session.delete(entry)
        count += 1
    session.flush()
    return count


def purge_old(session: Session) -> int:
    """Forget what was deleted longer ago than the setting says."""
    oldest = now_utc() - timedelta(days=get_setting("bin_keep_days"))
    old = select(BinEntry).where(BinEntry.deleted_on < oldest).order_by(BinEntry.id).limit(_AT_ONCE)
    count = 0
    while entries := session.scalars(old).all():
        count += purge(session, entries)
    return count


def files_in(entry: BinEntry) -> list[str]:
    """The internal names of the files that an entry keeps."""
    rows = entry.data["rows"]
    return [row["values"]["stored_name"] for row in rows if row["entity"] == "Attachment"]


def title_in(entry: BinEntry) -> str:
    """The msgid of what kind of record it was."""
    model = model_in(entry)
    return title_of(model) if model else entry.entity


def model_in(entry: BinEntry) -> type[Any] | None:
    """The entity that it was a record of; None where there is no such one any more."""
    return next((m for m in binned_models() if m.__name__ == entry.entity), None)
