"""What stands in the way of undoing: rows that were changed since, and rows built on new ones."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import islice
from typing import Any

from flask_appbuilder import Model
from flask_babel import gettext as _
from sqlalchemy import Column, inspect, select
from sqlalchemy.orm import Mapper, Session

from app.entities.system.bin import BinEntry
from app.entities.system.changes import ChangeBlock, ChangeSet
from app.entities.system.record import Attachment, Note
from app.lowcode import principal
from app.lowcode.naming import entity_named, plural_of, title_from, title_of

#: entity and key of a row
Row = tuple[str, int]
#: keys of new rows by entity
Created = dict[str, set[int]]
#: the version a row is to have for the change to be its last one; None: do not ask
Expected = Callable[[Row, int | None], int | None]

_AT_ONCE = 500
_STAMPS = frozenset({"created_by_id", "changed_by_id", "created_by_fk", "changed_by_fk"})


def obstacles(session: Session, change_set: ChangeSet, most: int = 5) -> list[str]:
    """Up to `most` reasons, in the user's language, why the set cannot be undone; [] if it can."""
    created, seen = created_by(session, change_set.id), set[Row]()

    def expected(row: Row, version: int | None) -> int | None:
        # Newest first: what came before the last change of this set is not asked.
        if row in seen:
            return None
        seen.add(row)
        return version

    def found() -> Iterator[str]:
        for block in blocks_of(session, change_set.id):
            yield from obstacles_of(session, block.data, created, expected).values()

    return list(islice(found(), most))


def blocks_of(session: Session, key: int) -> Iterator[ChangeBlock]:
    """The blocks that are not undone yet, newest first, one in memory at a time."""
    query = select(ChangeBlock.id).where(ChangeBlock.change_set_id == key, ~ChangeBlock.is_undone)
    for block_key in session.scalars(query.order_by(ChangeBlock.id.desc())).all():
        block = session.get_one(ChangeBlock, block_key)
        yield block
        if block not in session.dirty and block in session:
            session.expunge(block)


def created_by(session: Session, key: int) -> Created:
    """Every row that the set has made."""
    created: Created = {}
    for block in blocks_of(session, key):
        for entity, keys in block.data["created"].items():
            created.setdefault(entity, set()).update(keys)
    return created


def obstacles_of(
    session: Session, data: dict[str, Any], created: Created, expected: Expected
) -> dict[Row, str]:
    """Why which rows of a block cannot go back; the others can."""
    found: dict[Row, str] = {}
    for entity, key, label, bin_key, _snapshot in data["deleted"]:
        if bin_key is not None and not _is_in_bin(session, bin_key):
            found[entity, key] = _("%(name)s is no longer in the recycle bin", name=label)
        expected((entity, key), None)
    versions: dict[str, dict[int, int | None]] = {}
    for entity, key, version, _columns, _links in data["updated"]:
        versions.setdefault(entity, {})[key] = expected((entity, key), version)
    for entity, known in versions.items():
        found |= _moved(session, entity, known, is_new=False)
    for entity, keys in data["created"].items():
        found |= _moved(session, entity, {k: expected((entity, k), 1) for k in keys}, is_new=True)
        found |= _built_on(session, entity, keys, created)
    return found


def portions(keys: Iterable[int]) -> Iterator[list[int]]:
    """As many keys at a time as one statement takes easily."""
    left = iter(keys)
    while some := list(islice(left, _AT_ONCE)):
        yield some


def _is_in_bin(session: Session, key: int) -> bool:
    entries = BinEntry.__table__
    found = select(entries.c.id).where(entries.c.id == key)
    return session.connection().scalar(found) is not None


def _moved(
    session: Session, entity: str, versions: dict[int, int | None], *, is_new: bool
) -> dict[Row, str]:
    """Rows that were changed or deleted since, or that the acting person does not reach."""
    model = entity_named(entity)
    if model is None:
        reason = _("%(name)s was changed by another version", name=_(title_from(entity)))
        return dict.fromkeys(((entity, key) for key in versions), reason)
    found: dict[Row, str] = {}
    for keys in portions(versions):
        stored = _stored(session, model, keys)
        within = _within_reach(session, model, keys)
        for key in keys:
            row = stored.get(key)
            if row is None:
                if not is_new and versions[key] is not None:
                    label = f"{_(title_of(model))} {key}"
                    found[entity, key] = _("%(name)s was deleted since", name=label)
                continue
            version, label = row
            if key not in within:
                found[entity, key] = _("%(name)s is not yours to change", name=label)
            elif versions[key] not in (None, version):
                found[entity, key] = _("%(name)s was changed since", name=label)
    return found


def _stored(
    session: Session, model: type[Any], keys: Iterable[int]
) -> dict[int, tuple[int | None, str]]:
    """Key → version and label, whoever's rows they are: they were changed by this very set."""
    mapper = inspect(model)
    table = mapper.local_table
    label = getattr(model, "label_column", None)
    shown = mapper.columns.get(label, table.c.id)
    version = table.c.version if "version" in table.c else table.c.id
    rows = session.connection().execute(
        select(table.c.id, version, shown).where(table.c.id.in_(keys))
    )
    has_version = "version" in table.c
    return {key: (v if has_version else None, str(text or key)) for key, v, text in rows}


def _within_reach(session: Session, model: type[Any], keys: Iterable[int]) -> set[int]:
    if principal.current().sees_all:
        return set(keys)
    return set(session.scalars(select(model.id).where(model.id.in_(keys))))


def _built_on(session: Session, entity: str, keys: list[int], created: Created) -> dict[Row, str]:
    """New rows that rows from outside of the set name by now."""
    model = entity_named(entity)
    if model is None:
        return {}
    found: dict[Row, str] = {}
    users = [(mapper, column, []) for mapper, column in _references(model)]
    users += [
        (inspect(kind), inspect(kind).columns["entity_id"], [kind.entity == entity])
        for kind in (Note, Attachment)
    ]
    for some in portions(keys):
        for mapper, column, limits in users:
            own, name = mapper.primary_key[0], mapper.class_.__name__
            rows = session.connection().execute(
                select(column, own).where(column.in_(some), *limits)
            )
            for key, user in rows:
                if user not in created.get(name, ()):
                    label = _stored(session, model, [key])[key][1]
                    kind = _(plural_of(mapper.class_))
                    found[entity, key] = _("%(name)s is used: %(uses)s", name=label, uses=kind)
    return found


@cache
def _references(model: type[Any]) -> list[tuple[Mapper[Any], Column[Any]]]:
    """Foreign keys that lead to rows of `model` and do not give way when these vanish."""
    table = inspect(model).local_table
    return [
        (mapper, column)
        for mapper in Model.registry.mappers
        for column in mapper.local_table.columns
        if column.name not in _STAMPS
        and any(key.column.table is table and not key.ondelete for key in column.foreign_keys)
    ]
