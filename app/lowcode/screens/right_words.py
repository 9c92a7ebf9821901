"""What rights are called: in the matrix of a role, and in the trail where one was changed."""

from collections.abc import Mapping
from typing import Any

from flask import current_app
from flask_appbuilder import Model
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app.lowcode.fields import field_of
from app.lowcode.fields.base import humanize
from app.lowcode.naming import title_from
from app.rules.access import DataScope
from app.rules.masking import FieldLevel

#: rights that most screens have, by permission; everything else a screen offers is a named action
RIGHTS: dict[str, Any] = {
    "can_list": lazy_gettext("List"),
    "can_show": lazy_gettext("Open"),
    "can_add": lazy_gettext("Add"),
    "can_edit": lazy_gettext("Edit"),
    "can_delete": lazy_gettext("Delete"),
    "can_export": lazy_gettext("Export"),
    "can_import": lazy_gettext("Import"),
    "can_print": lazy_gettext("Print"),
    "can_assign": lazy_gettext("Assign"),
    "can_share": lazy_gettext("Sharing"),
}
#: how the trail names the rows of an entity that a role reaches
_ROWS = "rows of "


def right_label(permission: str, actions: Mapping[str, Any]) -> str:
    """What a right is called; `actions` are those of its screen."""
    if permission in RIGHTS:
        return str(RIGHTS[permission])
    chosen = actions.get(permission)
    return str(chosen.text) if chosen else _(humanize(permission.removeprefix("can_")))


def screens_by_name() -> dict[str, Any]:
    """The view of each screen by the name that rights have; of pages and API the pages."""
    screens: dict[str, Any] = {}
    for view in current_app.appbuilder.baseviews:  # type: ignore[attr-defined]
        name = view.class_permission_name
        if name not in screens or hasattr(view, "list_title"):
            screens[name] = view
    return screens


def screen_label(view: Any, name: str) -> str:
    """The title of a screen; `view` is None for one that there is no longer."""
    return str(getattr(view, "list_title", None) or _(title_from(name)))


def change_in_words(name: str, old: Any, new: Any) -> tuple[str, str, str]:
    """(what, before, after) of a line of the trail that tells of changed rights.

    `name` is a screen with the permissions lost and gained, `rows of <entity>` with two data
    scopes, or `<entity>.<column>` with two levels.
    """
    if name.startswith(_ROWS):
        entity = name.removeprefix(_ROWS)
        title = screen_label(screens_by_name().get(entity), entity)
        return (
            _("Rows of “%(screen)s”", screen=title),
            _choice(DataScope, old),
            _choice(DataScope, new),
        )
    if "." in name:
        return _column(*name.split(".", 1)), _choice(FieldLevel, old), _choice(FieldLevel, new)
    view = screens_by_name().get(name)
    return screen_label(view, name), _rights(view, old), _rights(view, new)


def _rights(view: Any, permissions: Any) -> str:
    actions = getattr(view, "actions", None) or {}
    return ", ".join(right_label(permission, actions) for permission in str(permissions).split())


def _choice(kind: Any, value: Any) -> str:
    try:
        return _(kind(value).label)
    except ValueError:
        return str(value or "")


def _column(entity: str, name: str) -> str:
    """`Customer · Phone`, as far as there still is such a column."""
    models = {mapper.class_.__name__: mapper.class_ for mapper in Model.registry.mappers}
    try:
        label = str(field_of(models[entity], name).label)
    except LookupError:
        label = _(humanize(name))
    return f"{_(title_from(entity))} · {label}"
