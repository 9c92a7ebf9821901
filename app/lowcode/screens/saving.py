"""Saving one row, the same for form, API and import: required, rules, uniqueness, inline lines."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import Column, Connection, Select, bindparam, inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import instance_dict

from app.entities.types import now_utc
from app.extensions import db
from app.lowcode import field_rights, principal
from app.lowcode.fields import field_of
from app.lowcode.fields.inputs import translated
from app.lowcode.links import key_after_flush, links_of
from app.lowcode.screens.declare import Lines, Section
from app.lowcode.unique import unique_columns
from app.rules.errors import DomainError


class FieldErrors(DomainError):  # noqa: N818 - several errors, not one
    """Messages by field name, already in the user's language; the key "" belongs to no field."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__("Please correct the marked fields.")
        self.errors = errors


def is_visible(when: Mapping[str, Sequence[str]], value_of: Any) -> bool:
    """Does a conditional part show, given `value_of(field name) -> stored value`?"""
    return all(
        str(getattr(value_of(name), "value", value_of(name)) or "") in choices
        for name, choices in when.items()
    )


def form_fields(view: Any, value_of: Any) -> list[str]:
    """The names of the fields that the form shows for these values."""
    return [
        name
        for part in view.form
        if isinstance(part, Section) and is_visible(part.when, value_of)
        for name in part.fields
    ]


def save(
    view: Any, item: Any, values: Mapping[str, Any], *, is_new: bool, from_file: bool = False
) -> None:
    """Put `values` (typed, by field name) into `item` and flush.

    Lists under a `Lines` name hold dicts of typed values with an optional `id`. `from_file`: by
    the rules for imports. Raises FieldErrors; the caller rolls back, or commits when this returns.
    """
    fill(view, item, values, is_new=is_new, from_file=from_file)
    session = db.session()
    with session.no_autoflush:
        # Noted, not asked: the database refuses what another row has, which is seldom.
        own, unique = item.id, list(_unique_values(view.model, item))
        connection = session.connection()
    if is_new:
        session.add(item)
    try:
        with _as_field_errors():
            session.flush()
    except IntegrityError as error:
        # All since the savepoint is taken back by now: the connection can be asked again.
        with _as_field_errors():
            _check_unique(connection, view.model, own, unique)
        text = _("This would repeat or break something that already exists.")
        raise FieldErrors({"": [text]}) from error


def fill(
    view: Any, item: Any, values: Mapping[str, Any], *, is_new: bool, from_file: bool = False
) -> None:
    """The first half of `save`: put the values in and check the screen's rules, without a flush.

    A file's rows bring what new rows start with: asking the screen for each would take too long.
    """
    errors: dict[str, list[str]] = {}
    parts = (*view.form, *view.file_form)
    lines = {part.name: part for part in parts if isinstance(part, Lines)}
    # A new row has nothing to empty, but columns that would take their default.
    empty = _empty_at_first(type(item)) if is_new else frozenset()
    held = instance_dict(item)
    with db.session.no_autoflush:
        field_rights.by_hand(item, values.keys() - lines.keys())
        for name, value in values.items():
            if name in lines:
                _put_lines(lines[name], item, value)
            elif value is not None or name not in empty or held.get(name) is not None:
                setattr(item, name, value)
        if is_new and not from_file:
            for name, value in view.start_values().items():
                if name not in values and getattr(item, name) is None:
                    setattr(item, name, value)
        for name in _unfilled(view, item, None if is_new else values.keys()):
            errors.setdefault(name, []).append(_("Please fill in this field."))
        if errors:
            raise FieldErrors(errors)
        with _as_field_errors():
            (view.pre_import if from_file else view.pre_save)(item, is_new)


@cache
def _empty_at_first(model: type[Any]) -> frozenset[str]:
    """Relations, and columns without a default."""
    mapper = inspect(model)
    plain = (
        mapper.get_property_by_column(column).key
        for column in mapper.columns
        if isinstance(column, Column) and column.default is None and column.server_default is None
    )
    return frozenset([*mapper.relationships.keys(), *plain])


def _unfilled(view: Any, item: Any, asked: Container[str] | None) -> Iterator[str]:
    """The required fields that the form shows and that are empty, of those that are `asked`."""
    for part in view.form:
        if not isinstance(part, Section):
            continue
        empty = [
            name
            for name in _required(view.model, tuple(part.fields))
            if (asked is None or name in asked) and getattr(item, name) in (None, "")
        ]
        if empty and is_visible(part.when, lambda name: getattr(item, name)):
            yield from empty


@cache
def _required(model: type[Any], names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if field_of(model, name).required)


@contextmanager
def _as_field_errors() -> Iterator[None]:
    """A refusal of a rule, put beside its field in the user's language."""
    # The language may stand in the database, which answers nothing after a failed flush.
    get_locale()
    try:
        yield
    except FieldErrors:
        raise
    except DomainError as error:
        raise FieldErrors({error.field or "": [translated(error)]}) from error


def _unique_values(model: type[Any], item: Any) -> Iterator[tuple[Select[Any], dict[str, Any]]]:
    """(who has these values, the values) of each set of columns that hold nothing twice."""
    links = links_of(model)
    for keys, holder in _unique_sets(model):
        values = {
            key: key_after_flush(item, links[key]) if key in links else getattr(item, key)
            for key in keys
        }
        if None not in values.values():
            yield holder, values


def _check_unique(
    connection: Connection,
    model: type[Any],
    own: int | None,
    unique: Iterable[tuple[Select[Any], dict[str, Any]]],
) -> None:
    """A clear message beside the field instead of the database's refusal."""
    for holder, values in unique:
        if connection.scalar(holder, values) not in (None, own):
            key = [*values][-1]
            link = links_of(model).get(key)
            name = link.name if link else key
            raise DomainError(
                "%(label)s: this value is already in use.",
                field=name,
                label=field_of(model, name).label,
            )


@cache
def _unique_sets(model: type[Any]) -> list[tuple[list[str], Select[Any]]]:
    """(attributes of which no two rows may have the same values, who has these values)."""
    mapper = inspect(model)
    found = []
    for columns in unique_columns(model):
        keys = [mapper.get_property_by_column(column).key for column in columns]
        # Asked of the table: also rows outside the scope count; nothing of them is told.
        same = [column == bindparam(key) for column, key in zip(columns, keys, strict=True)]
        found.append((keys, select(mapper.local_table.c.id).where(*same)))
    return found


def _put_lines(part: Lines, item: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Make the relationship hold exactly `rows`: update by id, add, and remove the rest."""
    collection = getattr(item, part.name)
    known = {line.id: line for line in collection if line.id is not None}
    model = inspect(type(item)).relationships[part.name].mapper.class_
    kept = []
    for row in rows:
        key = row.get("id")
        if key is not None and int(key) not in known:
            raise FieldErrors({part.name: [_("This line was removed in the meantime.")]})
        line = known[int(key)] if key is not None else model()
        field_rights.by_hand(line, row.keys() - {"id"})
        for name, value in row.items():
            if name != "id":
                setattr(line, name, value)
        kept.append(line)
    if kept != list(collection):
        collection[:] = kept
    elif not any(map(db.session.is_modified, kept)):
        return
    if item.id is not None:
        # The record is one with its lines: whoever holds an older version of it must be told.
        item.changed_on = now_utc()
        item.changed_by_id = principal.current().user_id
