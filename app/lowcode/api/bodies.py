"""What a request's JSON says, read by the same fields as forms and imports."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask import abort, request
from flask_babel import gettext as _
from sqlalchemy import inspect

from app.lowcode import field_rights
from app.lowcode.api.rows import line_fields, line_parts
from app.lowcode.fields import Field, field_of
from app.lowcode.fields.inputs import translated
from app.lowcode.fields.relations import RelatedField, TagsField
from app.lowcode.screens.declare import Lines
from app.lowcode.screens.saving import FieldErrors
from app.rules.errors import DomainError, InvalidInput

_MOST_LINES = 1000
_LARGEST_KEY = 2**31 - 1
_TEXT_KINDS = frozenset({"text", "long", "email", "phone", "url", "choice"})


def read_body() -> dict[str, Any]:
    """The JSON object of the request; InvalidInput where there is none."""
    if not request.is_json:
        abort(415)
    try:
        # Amounts are written as decimals: a binary float would not be what was sent.
        body = json.loads(request.get_data(), parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise InvalidInput("The body is not readable JSON.") from error
    if not isinstance(body, dict):
        raise InvalidInput("The body must be a JSON object.")
    return body


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def read_values(view: Any, body: Mapping[str, Any], *, is_new: bool) -> dict[str, Any]:
    """Typed values by field name for `saving.save`; FieldErrors names every one that is wrong."""
    errors: dict[str, list[str]] = {}
    values: dict[str, Any] = {}
    writable = view.seen.writable
    lines = {part.name: part for part in line_parts(view)}
    for name, raw in body.items():
        if name in lines:
            values[name] = _read_lines(view, lines[name], raw, errors)
        elif name in writable:
            _read_into(values, errors, name, field_of(view.model, name), raw)
        else:
            errors[name[:100]] = [_("There is no such field to write here.")]
    if not is_new:
        for name, value in values.items():
            if value in (None, "") and name in writable and field_of(view.model, name).required:
                errors.setdefault(name, []).append(_("Please fill in this field."))
    if errors:
        raise FieldErrors(errors)
    return values


def _read_into(
    values: dict[str, Any], errors: dict[str, list[str]], key: str, field: Field, raw: Any
) -> None:
    """Put the value under the field's name, or the refusal under `key`."""
    try:
        values[field.name] = read_json(field, raw)
    except DomainError as error:
        errors[key] = [translated(error)]


def read_json(field: Field, raw: Any) -> Any:
    """A JSON value as the field's type; InvalidInput where the kind does not fit."""
    if isinstance(field, TagsField):
        if not isinstance(raw, list):
            raise InvalidInput("A list is expected here.", field=field.name)
        return list(dict.fromkeys(_related(field, item) for item in raw))
    if isinstance(field, RelatedField):
        return None if raw is None else _related(field, raw)
    if isinstance(raw, bool) and field.kind != "flag":
        raise InvalidInput("A text or a number is expected here.", field=field.name)
    if isinstance(raw, int | Decimal) and field.kind in _TEXT_KINDS and not isinstance(raw, bool):
        raise InvalidInput("A text is expected here.", field=field.name)
    if isinstance(raw, list | dict):
        raise InvalidInput("A single value is expected here.", field=field.name)
    if field.kind == "flag" and raw is None:
        return False
    return field.read(f"{raw:f}" if isinstance(raw, Decimal) else raw)


def _related(field: RelatedField, raw: Any) -> Any:
    """A row by its key, by `{"id": key}` as answers write it, or by its code or name."""
    if isinstance(raw, dict):
        raw = raw.get("id")
    if isinstance(raw, str) and raw.strip():
        return field.by_code_or_label(raw)
    if isinstance(raw, int) and not isinstance(raw, bool) and 0 < raw <= _LARGEST_KEY:
        return field.by_key(raw)
    raise InvalidInput("This entry does not exist or is not yours to use.", field=field.name)


def _read_lines(
    view: Any, part: Lines, raw: Any, errors: dict[str, list[str]]
) -> list[dict[str, Any]]:
    """Typed inline lines; refusals stand under `<lines>.<number>.<column>`."""
    if not isinstance(raw, list) or not all(isinstance(row, dict) for row in raw):
        errors[part.name] = [_("A list of objects is expected here.")]
        return []
    if len(raw) > _MOST_LINES:
        errors[part.name] = [_("At most %(limit)s lines, please.", limit=_MOST_LINES)]
        return []
    fields = {
        name: field
        for name, field in line_fields(view, part).items()
        if field_rights.writable(field.model, name)
    }
    return [
        _read_line(fields, row, f"{part.name}.{number}", set(part.computed), errors)
        for number, row in enumerate(raw, start=1)
    ]


def _read_line(
    fields: Mapping[str, Field],
    row: Mapping[str, Any],
    place: str,
    computed: set[str],
    errors: dict[str, list[str]],
) -> dict[str, Any]:
    key = row.get("id")
    is_key = isinstance(key, int) and not isinstance(key, bool)
    if key is not None and not is_key:
        errors[f"{place}.id"] = [_("This line was removed in the meantime.")]
    line: dict[str, Any] = {"id": key if is_key else None}
    for name, raw in row.items():
        if name in fields:
            _read_into(line, errors, f"{place}.{name}", fields[name], raw)
        elif name != "id" and name not in computed:
            errors[f"{place}.{name[:100]}"] = [_("There is no such field to write here.")]
    for name, field in fields.items():
        is_asked = name in row or (key is None and needs_value(field))
        is_missing = field.required and is_asked and line.get(name) in (None, "")
        if is_missing and f"{place}.{name}" not in errors:
            errors[f"{place}.{name}"] = [_("Please fill in this field.")]
    return line


def needs_value(field: Field) -> bool:
    """Must a new row bring this value itself, no default standing in for it?"""
    if not field.required or isinstance(field, RelatedField):
        return field.required
    column = inspect(field.model).columns[field.name]
    return (column.default or column.server_default) is None
