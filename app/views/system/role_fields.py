"""How far a role goes with each field of one screen: the page below the matrix."""

from dataclasses import dataclass
from typing import Any

from flask import abort, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.lowcode import registered
from app.lowcode.fields.base import humanize
from app.lowcode.pages import Choice
from app.lowcode.principal import current
from app.lowcode.security.field_levels import Key, NarrowedColumn, columns_of, levels_of
from app.rules.access import ADMINISTRATOR
from app.rules.masking import FieldLevel


@dataclass(slots=True)
class FieldRow:
    """One field; `name` is that of its input."""

    name: str
    label: str
    levels: list[Choice]
    has_mask: bool


@dataclass(slots=True)
class FieldsPage:
    """The context of `access/fields.html`."""

    title: str
    role: str
    rows: list[FieldRow]
    may_edit: bool
    save_url: str
    role_url: str
    list_url: str
    list_title: str
    help_url: str | None = None


def screen_named(entity: str) -> Any:
    """The screen of an entity; 404 where there is none."""
    for model, view in registered.screens().items():
        if model.__name__ == entity:
            return view
    return abort(404)


def fields_page(view: Any, role: Any, screen: Any) -> FieldsPage:
    """Every field of `screen` with the level that `role` has, or may be given."""
    held = levels_of(role)
    return FieldsPage(
        title=str(screen.list_title),
        role=_(humanize(role.name)),
        rows=[_row(column, held) for column in columns_of(screen.model)],
        may_edit=current().is_administrator and view.may("can_edit") and role.name != ADMINISTRATOR,
        save_url=url_for(f"{view.endpoint}.save_fields", pk=role.id, entity=screen.model.__name__),
        role_url=view.url_of(role.id),
        list_url=view.list_url(),
        list_title=str(view.list_title),
        help_url=view.help_url,
    )


def _row(column: NarrowedColumn, held: dict[Key, FieldLevel]) -> FieldRow:
    level = held.get((column.entity, column.name), column.levels[-1])
    choices = [Choice(one.value, _(one.label), one.color, one is level) for one in column.levels]
    return FieldRow(_input(column), str(column.label), choices, column.has_mask)


def _input(column: NarrowedColumn) -> str:
    return f"{column.entity}.{column.name}"


def posted_levels(role: Any, screen: Any, posted: MultiDict[str, str]) -> dict[Key, FieldLevel]:
    """All levels of the role with those of one screen as they were chosen; 400 for anything else.

    Fields that the page did not send stay as they are.
    """
    levels = levels_of(role)
    for column in columns_of(screen.model):
        code = posted.get(_input(column))
        if code is None:
            continue
        if code not in column.levels:
            abort(400)
        levels[column.entity, column.name] = FieldLevel(code)
    return levels
