"""Old values from the audit trail, saved again by the screen's own rules."""

from typing import Any

from sqlalchemy import select

from app.entities.system.audit import AuditEntry
from app.extensions import db
from app.lowcode import audit, field_rights
from app.lowcode.fields import field_of
from app.lowcode.fields.relations import RelationField, TagsField
from app.lowcode.screens.changes import pairs_of, relation_behind
from app.lowcode.screens.line_history import is_typed, line_events, line_parts
from app.lowcode.screens.saving import form_fields, save
from app.rules.audit import AuditAction
from app.rules.errors import DomainError

_KEEPING = (AuditAction.CREATE, AuditAction.UPDATE)


def can_put_back(view: Any, item: Any, column: str) -> bool:
    """Does the form of the row, as it stands, let the acting person change this column?"""
    name = relation_behind(view.model, column)
    shown = form_fields(view, lambda field: getattr(item, field))
    return name in shown and field_rights.writable(view.model, name)


def put_back(view: Any, item: Any, sequence: int, column: str | None) -> list[str]:
    """Save the value a column had before the entry, or with no column the whole row as it was
    right after it; labels of what was left out since no form changes it. A `column` of an inline
    line is named `<lines>.<key>.<column>`.

    DomainError where there is nothing to put back or a rule refuses; the caller commits.
    """
    if not view.is_editable(item):
        raise DomainError("This is not possible in the present state.")
    if column and "." in column:
        _put_back_line(view, item, sequence, *column.split(".", 2))
        return []
    wanted = (
        _before(view.model, item.id, sequence, column) if column else _after(view, item, sequence)
    )
    values, left = {}, []
    for name, stored in wanted.items():
        field = field_of(view.model, relation_behind(view.model, name))
        if can_put_back(view, item, name):
            values[field.name] = _typed(field, stored)
        elif column:
            raise DomainError(
                "%(label)s cannot be put back by hand: it follows from other actions.",
                label=field.label,
            )
        else:
            left.append(str(field.label))
    if not values:
        raise DomainError("There is nothing here that could be put back.")
    save(view, item, values, is_new=False)
    _note(view, item, sequence)
    if not column:
        left += sorted({e.title for e in line_events(view, item) if e.told.sequence > sequence})
    return left


def _put_back_line(view: Any, item: Any, sequence: int, name: str, key: str, column: str) -> None:
    """The value that a column of one inline line had before the entry."""
    part = next((part for part in line_parts(view) if part.name == name), None)
    lines = [] if part is None else list(getattr(item, name))
    line = next((line for line in lines if str(line.id) == key), None)
    if part is None or line is None:
        raise DomainError("There is nothing here that could be put back.")
    field = field_of(type(line), relation_behind(type(line), column))
    if not is_typed(part, type(line), column):
        raise DomainError(
            "%(label)s cannot be put back by hand: it follows from other actions.",
            label=field.label,
        )
    value = _typed(field, _before(type(line), line.id, sequence, column)[column])
    rows = [{"id": one.id, field.name: value} if one is line else {"id": one.id} for one in lines]
    save(view, item, {name: rows}, is_new=False)
    _note(view, item, sequence)


def _note(view: Any, item: Any, sequence: int) -> None:
    told = {"audit_entry": [None, sequence]}
    audit.record(db.session, AuditAction.RESTORE, view.model.__name__, item.id, repr(item), told)


def _before(model: type[Any], key: int, sequence: int, column: str) -> dict[str, Any]:
    """{column: its value before an entry's transaction}."""
    moment = select(AuditEntry.created_on).where(AuditEntry.sequence == sequence)
    entries = _entries(model, key).where(AuditEntry.created_on == moment.scalar_subquery())
    for entry in db.session.scalars(entries):
        changes = dict(pairs_of(entry.changes))
        if column in changes:
            return {column: changes[column][0]}
    raise DomainError("There is nothing here that could be put back.")


def _after(view: Any, item: Any, sequence: int) -> dict[str, Any]:
    """{column: its value right after an entry}, of all that changed since."""
    values: dict[str, Any] = {}
    for entry in db.session.scalars(
        _entries(view.model, item.id).where(AuditEntry.sequence > sequence)
    ):
        for name, (old, _new) in pairs_of(entry.changes):
            values.setdefault(name, old)
    return values


def _entries(model: type[Any], key: int) -> Any:
    """The row's entries that tell of its values, oldest first."""
    return (
        select(AuditEntry)
        .where(
            AuditEntry.entity == model.__name__,
            AuditEntry.entity_id == key,
            AuditEntry.action.in_(_KEEPING),
        )
        .order_by(AuditEntry.sequence)
    )


def _typed(field: Any, stored: Any) -> Any:
    """The value that JSON of the trail stands for; DomainError where it is no longer one."""
    if isinstance(field, TagsField):
        return [field.by_code_or_label(label) for label in stored or []]
    if isinstance(field, RelationField):
        try:
            return field.by_key(stored) if stored is not None else None
        except DomainError as error:
            raise DomainError(
                "%(label)s: the old entry no longer exists or is not yours to use.",
                label=field.label,
            ) from error
    return field.read(stored)
