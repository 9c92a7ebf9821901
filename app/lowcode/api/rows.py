"""Rows and screens as JSON."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import inspect

from app.extensions import db
from app.lowcode import field_rights
from app.lowcode.fields import Field, field_of, resolve
from app.lowcode.screens.declare import Lines
from app.lowcode.selection import ListedRow, selection

RIGHTS = ("can_list", "can_show", "can_add", "can_edit", "can_delete", "can_export", "can_import")


def row_values(model: type[Any], row: ListedRow) -> dict[str, Any]:
    """A selected row by column path; related rows are no more than key and label."""
    values = {path: resolve(model, path).field.plain(v) for path, v in row.values.items()}
    return {"id": row.id, "version": row.version, **values}


def one_row(view: Any, readable: tuple[str, ...], pk: int) -> dict[str, Any]:
    """One row with all it may show and its inline lines; {} where it left the person's scope.

    Selected as the list selects: a related row outside the scope has no label here either.
    """
    chosen = selection(view.model, readable, ())
    found = db.session.execute(chosen.statement.where(view.model.id == pk)).all()
    if not found:
        return {}
    values = row_values(view.model, chosen.read(found)[0])
    item = db.session.get(view.model, pk)
    for part in line_parts(view):
        values[part.name] = [_line(part, line) for line in getattr(item, part.name)]
    return values


def line_parts(view: Any) -> list[Lines]:
    """The inline lines with the columns that the acting person sees."""
    return [part for part in view.seen.form if isinstance(part, Lines)]


def line_fields(view: Any, part: Lines) -> dict[str, Field]:
    """The typed columns of inline lines."""
    model = inspect(view.model).relationships[part.name].mapper.class_
    return {name: field_of(model, name) for name in part.columns if name not in part.computed}


def _line(part: Lines, line: Any) -> dict[str, Any]:
    values: dict[str, Any] = {"id": line.id}
    for name in part.columns:
        if name in part.computed:
            value = part.computed[name](line)
            values[name] = None if value is None else str(value)
        else:
            values[name] = field_of(type(line), name).plain(field_rights.value_of(line, name))
    return values


def describe_screen(view: Any, readable: tuple[str, ...]) -> dict[str, Any]:
    """Fields, filters, actions and rights, labelled in the person's language."""
    writable = set(view.seen.writable)
    return {
        "title": str(view.list_title),
        "resource": view.resource,
        "fields": [_field(view, path, writable) for path in readable],
        "lines": [
            {
                "name": part.name,
                "fields": [
                    {
                        "name": name,
                        "label": str(f.label),
                        "kind": f.kind,
                        "required": f.required,
                        "writable": field_rights.writable(f.model, name),
                    }
                    for name, f in line_fields(view, part).items()
                ],
            }
            for part in line_parts(view)
        ],
        "filters": [_filter(view, path) for path in view.seen.filters],
        "sort": sorted(view.listable.sortable),
        "rights": [right for right in RIGHTS if view.may(right)],
        "actions": [
            {"name": name, "label": str(action.text)}
            for name, action in view.actions.items()
            if view.may_action(name)
        ],
    }


def _field(view: Any, path: str, writable: set[str]) -> dict[str, Any]:
    resolved = resolve(view.model, path)
    field = resolved.field
    described: dict[str, Any] = {
        "name": path,
        "label": str(resolved.label),
        "kind": field.kind,
        "required": field.required and path in writable,
        "writable": path in writable,
    }
    if field.kind == "choice":
        described["choices"] = [{"value": o.value, "label": o.label} for o in field.options]
    if field.help:
        described["help"] = _(str(field.help))
    return described


def _filter(view: Any, path: str) -> dict[str, Any]:
    resolved = resolve(view.model, path)
    return {
        "name": path,
        "label": str(resolved.label),
        "kind": resolved.field.kind,
        "operators": sorted(resolved.field.operators),
    }
