"""Old values from the audit trail, saved again by the screen's own rules."""

from typing import Any

from sqlalchemy import select

from app.entities.system.audit import AuditEntry
from app.extensions import db
from app.lowcode import audit, field_rights
from app.lowcode.fields import field_of
from app.lowcode.fields.relations import RelationField, TagsField
from app.lowcode.screens.changes import pairs_of, relation_behind
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
    right after it; labels of what was left out since no form changes it.

    DomainError where there is nothing to put back or a rule refuses; the caller commits.
    """
    if not view.is_editable(item):
        raise DomainError("This is not possible in the present state.")
    wanted = _before(view, item, sequence, column) if column else _after(view, item, sequence)
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
    told = {"entry": [None, sequence]}
    audit.record(db.session, AuditAction.RESTORE, view.model.__name__, item.id, repr(item), told)
    return left


def _before(view: Any, item: Any, sequence: int, column: str) -> dict[str, Any]:
    """{column: its value before an entry's transaction}."""
    moment = select(AuditEntry.created_on).where(AuditEntry.sequence == sequence)
    entries = _entries(view, item).where(AuditEntry.created_on == moment.scalar_subquery())
    for entry in db.session.scalars(entries):
        changes = dict(pairs_of(entry.changes))
        if column in changes:
            return {column: changes[column][0]}
    raise DomainError("There is nothing here that could be put back.")


def _after(view: Any, item: Any, sequence: int) -> dict[str, Any]:
    """{column: its value right after an entry}, of all that changed since."""
    values: dict[str, Any] = {}
    for entry in db.session.scalars(_entries(view, item).where(AuditEntry.sequence > sequence)):
        for name, (old, _new) in pairs_of(entry.changes):
            values.setdefault(name, old)
    return values


def _entries(view: Any, item: Any) -> Any:
    """The row's entries that tell of its values, oldest first."""
    return (
        select(AuditEntry)
        .where(
            AuditEntry.entity == view.model.__name__,
            AuditEntry.entity_id == item.id,
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
