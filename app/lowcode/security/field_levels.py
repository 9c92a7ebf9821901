"""Writing a role's field rights: which columns can be narrowed, how far, and a line in the audit
trail."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import Column, inspect
from sqlalchemy.orm import Session

from app.entities.base import Entity
from app.entities.system.access import FieldRight
from app.entities.system.user import User
from app.entities.types import now_utc
from app.lowcode import audit, registered
from app.lowcode.fields import field_of, fields_of
from app.lowcode.fields.base import label_for
from app.lowcode.security import guard
from app.rules.errors import InvalidInput
from app.rules.masking import FieldLevel

#: (entity, column)
Key = tuple[str, str]

#: of the product's own hand: who and when, versions, and how a person likes the product to look
_OWN = frozenset(
    {"id", "version", "created_on", "created_by", "changed_on", "changed_by", "password"}
    | {"first_name", "last_name", "locale", "timezone", "theme", "density"}
    | {"login_count", "fail_login_count", "last_login", "must_change_password"}
)


@dataclass(frozen=True)
class NarrowedColumn:
    """A column whose level a role can have; `levels` from least to most, the last for nothing
    said."""

    entity: str
    name: str
    #: in the reader's language; of an inline line with the title of its table
    label: Any
    levels: tuple[FieldLevel, ...]
    has_mask: bool


def columns_of(model: type[Any]) -> list[NarrowedColumn]:
    """The columns of a screen's entity that can be narrowed, then those of its inline lines."""
    found = [_column(model, field, str(field.label)) for field in _fields(model)]
    for name, line in _lines_of(model).items():
        title = label_for(name, {})
        found += [_column(line, field, f"{title}: {field.label}") for field in _fields(line)]
    return found


def _fields(model: type[Any]) -> list[Any]:
    return [field for field in fields_of(model) if field.name not in _OWN]


def _lines_of(model: type[Any]) -> dict[str, type[Any]]:
    """Inline rows that have no screen of their own: they are narrowed with their record."""
    screens = registered.screens()
    return {
        name: relationship.mapper.class_
        for name, relationship in inspect(model).relationships.items()
        if relationship.cascade.delete_orphan
        and issubclass(relationship.mapper.class_, Entity)
        and relationship.mapper.class_ not in screens
    }


def _column(model: type[Any], field: Any, label: str) -> NarrowedColumn:
    has_mask = "mask" in field.info
    levels = [FieldLevel.NONE, *([FieldLevel.MASKED] if has_mask else []), FieldLevel.READ]
    if field.name in {model.label_column, model.code_column}:
        # Every title, link and picker names rows by these.
        levels = [FieldLevel.READ]
    if not _is_computed(model, field.name):
        levels.append(FieldLevel.WRITE)
    return NarrowedColumn(model.__name__, field.name, label, tuple(levels), has_mask)


def _is_computed(model: type[Any], name: str) -> bool:
    mapped = inspect(model).column_attrs.get(name)
    if mapped is None:
        return False
    column = mapped.columns[0]
    return not isinstance(column, Column) or column.computed is not None


def levels_of(role: Any) -> dict[Key, FieldLevel]:
    """(entity, column) → level, where a role may do less than everything with it."""
    return {(right.entity, right.field): right.level for right in role.field_rights}


def write_levels(session: Session, role: Any, levels: Mapping[Key, FieldLevel]) -> bool:
    """Give a saved role exactly these levels; what is not named may be written. Did it change?

    Raises InvalidInput for a column or level that cannot be given. Flushes, moves the role's
    version (so that the change holds from the next request on) and writes one line of the trail.
    """
    guard.check_may_change(role)
    wanted = {}
    for column, level in levels.items():
        if level is not (offered := _offered(column))[-1]:
            if level not in offered:
                raise InvalidInput("%(level)s is not possible here.", level=level.label)
            wanted[column] = level
    before = levels_of(role)
    changes = {
        f"{entity}.{name}": [
            str(before.get((entity, name), FieldLevel.WRITE)),
            str(wanted.get((entity, name), FieldLevel.WRITE)),
        ]
        for entity, name in sorted(before.keys() | wanted.keys())
        if before.get((entity, name)) != wanted.get((entity, name))
    }
    if not changes:
        return False
    for right in list(role.field_rights):
        if (level := wanted.pop((right.entity, right.field), None)) is None:
            role.field_rights.remove(right)
        else:
            right.level = level
    for (entity, name), level in sorted(wanted.items()):
        role.field_rights.append(FieldRight(entity=entity, field=name, level=level))
    role.changed_on = now_utc()
    session.flush()
    audit.record(session, "rights", "Role", role.id, role.name, changes)
    return True


def _offered(column: Key) -> tuple[FieldLevel, ...]:
    """The levels of a column; InvalidInput where there is no such column to narrow."""
    entity, name = column
    models = {mapper.class_.__name__: mapper.class_ for mapper in Model.registry.mappers}
    model = models.get(entity)
    try:
        if model is None or name in _OWN or not (issubclass(model, Entity) or model is User):
            raise LookupError(entity)
        return _column(model, field_of(model, name), name).levels
    except LookupError:
        raise InvalidInput("There is no field %(name)s.", name=f"{entity}.{name}") from None
