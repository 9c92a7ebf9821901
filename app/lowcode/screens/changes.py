"""Entries of the audit trail in the reader's language, one for each transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, func, inspect, select

from app.entities.system.audit import AuditEntry
from app.entities.system.user import User
from app.extensions import db
from app.lowcode import field_rights, registered
from app.lowcode.fields import field_of
from app.lowcode.fields.base import humanize
from app.lowcode.fields.relations import RelationField
from app.lowcode.screens.right_words import change_in_words
from app.rules.audit import AuditAction
from app.rules.errors import DomainError
from app.rules.masking import Masked

#: entries about the row itself: several in one transaction are one change to people
_OF_THE_ROW = (AuditAction.DELETE, AuditAction.CREATE, AuditAction.RESTORE, AuditAction.UPDATE)


@dataclass(frozen=True)
class Told:
    """What happened to a row in one transaction."""

    #: of its last entry: the row as it was right after it
    sequence: int
    action: AuditAction
    who: str
    address: str
    moment: datetime
    #: {column: [old, new]} as kept
    changes: dict[str, list[Any]]


@dataclass(frozen=True)
class Change:
    """One field's change in words."""

    name: str
    label: str
    old: str
    new: str


def entries_of(model: type[Any], key: int) -> Select[Any]:
    """(entry, name of its user) of one row, newest first; not of an earlier row with this key."""
    of_row = (AuditEntry.entity == model.__name__, AuditEntry.entity_id == key)
    begun = select(func.max(AuditEntry.id)).where(*of_row, AuditEntry.action == AuditAction.CREATE)
    return (
        select(AuditEntry, User.name)
        .outerjoin(User, AuditEntry.user_id == User.id)
        .where(*of_row, AuditEntry.id >= func.coalesce(begun.scalar_subquery(), 0))
        .order_by(AuditEntry.sequence.desc())
    )


def told(entries: Iterable[Any]) -> list[Told]:
    """(entry, name) pairs, newest first, with those of one transaction put together."""
    return [_together(list(group)) for _key, group in groupby(entries, key=_belongs)]


def _belongs(pair: Any) -> tuple[Any, ...]:
    """What entries of one change have in common: the commit gives them all one moment."""
    entry = pair[0]
    alone = None if entry.action in _OF_THE_ROW else entry.sequence
    return entry.created_on, entry.user_id, entry.actor, alone


def _together(group: Sequence[Any]) -> Told:
    newest, name = group[0]
    changes: dict[str, list[Any]] = {}
    for entry, _name in reversed(group):
        for column, (old, new) in pairs_of(entry.changes):
            before = changes[column][0] if column in changes else old
            changes[column] = [before, new]
    actions = {entry.action for entry, _name in group}
    action = next((one for one in _OF_THE_ROW if one in actions), newest.action)
    kept = {column: pair for column, pair in changes.items() if pair[0] != pair[1]}
    who = name or _(newest.actor)
    return Told(newest.sequence, action, who, newest.address or "", newest.created_on, kept)


def pairs_of(changes: Mapping[str, Any]) -> list[tuple[str, list[Any]]]:
    """(name, [old, new]); what an entry tells as a single value is its new one."""
    return [
        (name, value if isinstance(value, list) and len(value) == 2 else [None, value])
        for name, value in changes.items()
    ]


def in_words(
    model: type[Any] | None,
    changes: Mapping[str, list[Any]],
    action: AuditAction = AuditAction.UPDATE,
) -> list[Change]:
    """Labels, choices and related rows as people know them; only what the reader may see.

    `model` is None where the trail speaks of something that is no entity (any more).
    """
    if action is AuditAction.RIGHTS:
        return [Change(name, *change_in_words(name, *pair)) for name, pair in changes.items()]
    if model is not None:
        changes = field_rights.shown_changes(model, changes)
    words = []
    for name, (old, new) in changes.items():
        field = _field(model, name)
        if field is None:
            before, after = _detail(model, name, old), _detail(model, name, new)
            words.append(Change(name, _(humanize(name)), before, after))
        else:
            before, after = _stored_text(field, old), _stored_text(field, new)
            words.append(Change(name, str(field.label), before, after))
    return words


def labels_of(model: type[Any], names: Iterable[str]) -> dict[str, str]:
    """Column → label of those that the reader may see, by label."""
    seen = field_rights.visible_paths(model, names)
    fields = {name: _field(model, name) for name in seen}
    labels = {name: str(f.label) if f else _(humanize(name)) for name, f in fields.items()}
    return dict(sorted(labels.items(), key=lambda pair: pair[1]))


def _field(model: type[Any] | None, name: str) -> Any:
    try:
        return field_of(model, relation_behind(model, name)) if model is not None else None
    except LookupError:
        return None


def relation_behind(model: type[Any], name: str) -> str:
    """`owner_id` → `owner`, where there is such a relationship."""
    bare = name.removesuffix("_id")
    return bare if bare in inspect(model).relationships else name


def _detail(model: type[Any] | None, name: str, value: Any) -> str:
    """What stands in an entry beside columns: the document that was printed, a file, a figure."""
    if value is None:
        return ""
    if name == "document":
        screen = registered.screens().get(model)
        documents = screen.documents if screen is not None else ()
        labels = {document.name: str(document.label) for document in documents}
        return labels.get(value) or _(humanize(str(value)))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _stored_text(field: Any, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Masked):
        return value
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(field, RelationField):
        row = db.session.get(field.target, value)
        return field.label_of(row) if row is not None else f"#{value}"
    try:
        return str(field.text(field.read(value)))
    except (DomainError, LookupError, TypeError, ValueError):
        return str(value)  # no longer a valid value; it is still history
