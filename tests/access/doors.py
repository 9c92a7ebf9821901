"""Every address of the product as a table: which right it asks for, and what it answers then.

SCREEN_DOORS holds for each declared screen, API_DOORS for its resource, PAGES is everything else.
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from flask import Flask

from app.lowcode import registered
from app.lowcode.fields import resolve
from app.lowcode.fields.relations import RelatedField
from tests.access.door import ABSENT, CLOSED, TRIED, UNREAD, Door, Probe
from tests.access.pages import PAGES
from tests.access.world import (
    ACTIONS,
    boards_of,
    is_of_somebody,
    lines_of,
    parents_of,
)

#: (endpoint's last part, method) → door of every screen. Variants by `_VARIANTS`.
SCREEN_DOORS = {
    ("list", "GET"): Door(("can_list",)),
    ("export", "GET"): Door(("can_export",)),
    ("export_later", "POST"): Door(("can_export",), frozenset({302})),
    ("chart", "GET"): Door(("can_list",)),
    ("events", "GET"): Door(("can_list",)),
    ("picker", "GET"): Door((("can_list", "can_add", "can_edit"),)),
    ("filters_part", "GET"): Door(("can_list",)),
    ("summary", "GET"): Door(("can_list",)),
    ("columns_part", "GET"): Door(("can_list",)),
    ("apply_columns", "GET"): Door(("can_list",), frozenset({302})),
    ("condition_fields", "GET"): Door(("can_list",)),
    ("build", "GET"): Door(("can_list",), frozenset({302})),
    ("group_choices", "GET"): Door(("can_list",), frozenset({302})),
    # no group is named
    ("groups_part", "GET"): Door(("can_list",), ABSENT),
    ("group_rows", "GET"): Door(("can_list",), ABSENT),
    # no filter is named
    ("narrow", "GET"): Door(("can_list",), ABSENT),
    ("related", "GET"): Door(("can_list", "can_show")),
    ("show", "GET"): Door(("can_show",)),
    ("figures_part", "GET"): Door(("can_show",)),
    ("timeline_part", "GET"): Door(("can_show",)),
    ("file", "GET"): Door(("can_show",)),
    ("history", "GET"): Door(("can_show",)),
    ("print", "GET"): Door(("can_print",)),
    ("add", "GET"): Door(("can_add",)),
    ("cell", "GET"): Door(("can_edit",), frozenset({200, 409})),
    ("edit", "GET"): Door(("can_edit",), frozenset({200, 409})),
    ("add", "POST"): Door(("can_add",), TRIED),
    ("sum_lines", "POST"): Door((("can_add", "can_edit"),)),
    ("add_note", "POST"): Door(("can_show",), frozenset({302})),
    ("save_cell", "POST"): Door(("can_edit",), TRIED),
    ("bulk_edit", "POST"): Door(("can_edit",)),
    ("edit", "POST"): Door(("can_edit",), TRIED),
    ("restore_value", "POST"): Door(("can_edit",), UNREAD),
    ("move", "POST"): Door(("can_edit",), TRIED),
    ("add_file", "POST"): Door(("can_edit",), frozenset({302})),
    ("action_post", "POST"): Door((ACTIONS,), TRIED),
    ("delete_file", "POST"): Door(("can_edit",), frozenset({302})),
    ("delete", "POST"): Door(("can_delete",), frozenset({302, 409})),
    ("delete_many", "POST"): Door(("can_delete",), frozenset({302, 409})),
}

API_DOORS = {
    ("list", "GET"): Door(("can_list",)),
    ("info", "GET"): Door(("can_list",)),
    ("show", "GET"): Door(("can_show",)),
    ("create", "POST"): Door(("can_add",), frozenset({201, 409, 422})),
    ("update", "PATCH"): Door(("can_edit",), TRIED),
    ("update_put", "PUT"): Door(("can_edit",), TRIED),
    ("action", "POST"): Door((ACTIONS,), TRIED),
    ("delete", "DELETE"): Door(("can_delete",), frozenset({204, 409})),
}

#: Personal things stay their person's: an administrator does not find them either.
PERSONAL = {"Notification"}

#: What belongs to one person alone is not found by others, whatever rights they have.
FOR_ONE = {"ImportRun", "Notification", "BinEntry"}

#: Where the right alone is not enough: 403 for everybody but administrators, and why.
ONLY_ADMINISTRATORS = {
    "RoleView.save_fields": "nobody widens the rights of others, or their own, by a screen's right"
}


# screens --------------------------------------------------------------------------
def screen_probes(view: Any, name: str, method: str, path: str) -> list[Probe] | None:
    """The requests that try one address of a screen; None where the table has no entry."""
    door = SCREEN_DOORS.get((name, method))
    if door is None:
        return None
    variants = _VARIANTS.get(name)
    if variants is not None:
        return list(variants(view, door, path))
    entity = view.model.__name__ if "{key}" in path else None
    owned = is_of_somebody(view.model) and entity is not None
    return [Probe(method, path, _closed(view, door), {}, entity, owned)]


def _closed(view: Any, door: Door) -> Door:
    (right, *_more) = door.rights
    offered = isinstance(right, tuple) or right in {*view.base_permissions, ACTIONS}
    return door if offered else Door(door.rights, CLOSED)


def _exports(view: Any, door: Door, path: str) -> Iterator[Probe]:
    for kind in ("csv", "xlsx", "pdf"):
        yield Probe("GET", path.replace("{fmt}", kind), _closed(view, door))


def _exports_later(view: Any, door: Door, path: str) -> Iterator[Probe]:
    yield Probe("POST", path.replace("{fmt}", "csv"), _closed(view, door))


def _layout(view: Any, door: Door, path: str) -> Iterator[Probe]:
    kind = "Chart" if path.endswith("chart") else "Calendar"
    path += "?start=2026-03-01&end=2026-04-01" if kind == "Calendar" else ""
    declared = any(type(layout).__name__ == kind for layout in view.layouts)
    yield Probe("GET", path, door if declared else Door(door.rights, ABSENT))


def _pickers(view: Any, door: Door, path: str) -> Iterator[Probe]:
    paths = [*view.form_columns, *view.filters]
    paths = [p for p in paths if isinstance(resolve(view.model, p).field, RelatedField)]
    for name in dict.fromkeys(paths):
        yield Probe("GET", path.replace("{path}", name), door)
    yield Probe("GET", path.replace("{path}", "password"), Door(door.rights, ABSENT))


def _related(view: Any, door: Door, path: str) -> Iterator[Probe]:
    screens = registered.screens().values()
    for parent in parents_of(view, {one.model.__name__: one for one in screens}):
        address = path.replace("{parent}", parent.resource)
        yield Probe("GET", address, door, {}, parent.model.__name__, is_of_somebody(parent.model))


def _prints(view: Any, door: Door, path: str) -> Iterator[Probe]:
    entity = view.model.__name__
    for document in view.documents:
        needs = ["can_list"] if document.needs else []
        opened = frozenset({200, 409})
        door = Door((document.right, *needs), opened)
        yield Probe("GET", path.replace("{name}", document.name), door, {}, entity, True)
    yield Probe("GET", path.replace("{name}", "x"), Door((), ABSENT), {}, entity)


def _sums(view: Any, door: Door, path: str) -> Iterator[Probe]:
    for part in lines_of(view):
        yield Probe("POST", path.replace("{name}", part.name), door)
    opened = ABSENT if view.form else CLOSED
    yield Probe("POST", path.replace("{name}", "x"), Door(door.rights, opened))


def _moves(view: Any, door: Door, path: str) -> Iterator[Probe]:
    entity, owned = view.model.__name__, is_of_somebody(view.model)
    for board in boards_of(view):
        address, body = path.replace("{column}", board.column), {"json": {"id": "{key}"}}
        yield Probe("POST", address, _closed(view, door), body, entity, owned)


def _cells(view: Any, door: Door, path: str) -> Iterator[Probe]:
    entity, owned = view.model.__name__, is_of_somebody(view.model)
    method = "POST" if door.opened == TRIED else "GET"
    for name in view.form_columns[:2]:
        yield Probe(method, path.replace("{path}", name), _closed(view, door), {}, entity, owned)
    absent = _closed(view, Door(door.rights, ABSENT))
    yield Probe(method, path.replace("{path}", "x"), absent, {}, entity)


def _deletions(view: Any, door: Door, path: str) -> Iterator[Probe]:
    entity, owned = view.model.__name__, is_of_somebody(view.model)
    body = {"data": {"rowid": "{key}"}}
    yield Probe("POST", path, _closed(view, door), body, entity, owned)


def _actions(view: Any, door: Door, path: str) -> Iterator[Probe]:
    entity, owned = view.model.__name__, is_of_somebody(view.model)
    for name in view.actions:
        body, own = {"data": {"rowid": "{key}"}}, _door_of(view, name, door)
        yield Probe("POST", path.replace("{name}", name), own, body, entity, owned)
    yield Probe("POST", path.replace("{name}", "x"), Door((), ABSENT), {}, entity)


def _door_of(view: Any, action: str, door: Door) -> Door:
    """Most actions are rights of their own; some ask for one of the usual ones."""
    right = view.right_of(action)
    if not right.startswith("can_"):
        return door
    return _closed(view, Door((right,), door.opened))


_VARIANTS: dict[str, Callable[[Any, Door, str], Iterator[Probe]]] = {
    "export": _exports,
    "export_later": _exports_later,
    "chart": _layout,
    "events": _layout,
    "picker": _pickers,
    "related": _related,
    "print": _prints,
    "sum_lines": _sums,
    "move": _moves,
    "cell": _cells,
    "save_cell": _cells,
    "action_post": _actions,
    "delete_many": _deletions,
    "bulk_edit": _deletions,
}


# resources ------------------------------------------------------------------------
def api_probes(view: Any, name: str, method: str, path: str) -> list[Probe] | None:
    """The requests that try one method of a screen's resource."""
    door = API_DOORS.get((name, method))
    if door is None:
        return None
    entity = view.model.__name__ if "{key}" in path else None
    owned = is_of_somebody(view.model) and entity is not None
    body = {} if method in {"GET", "DELETE"} else {"json": {}}
    if name != "action":
        return [Probe(method, path, door, body, entity, owned)]
    return [
        Probe(
            method,
            path.replace("{name}", action),
            _door_of(view, action, door),
            body,
            entity,
            owned,
        )
        for action in view.actions
    ]


# the map --------------------------------------------------------------------------
Entry = tuple[str, str, list[Probe] | None]


@cache
def probes(app: Flask) -> list[Entry]:
    """(entity or "", "endpoint METHOD", requests) for every address; None: nobody thought of it."""
    with app.app_context():
        return list(_probes(app))


def _probes(app: Flask) -> Iterator[Entry]:
    views = {view.endpoint: view for view in registered.screens(app).values()}
    resources = {f"api.{view.model.__name__}Api": view for view in views.values()}
    for rule in app.url_map.iter_rules():
        group, _dot, name = rule.endpoint.rpartition(".")
        path = _as_template(rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            told = f"{rule.endpoint} {method}"
            if (rule.endpoint, method) in PAGES:
                yield _entity_of(views.get(group)), told, PAGES[rule.endpoint, method]
            elif group in views:
                found = screen_probes(views[group], name, method, path)
                yield _entity_of(views[group]), told, found
            elif group in resources:
                found = api_probes(resources[group], name, method, path)
                yield _entity_of(resources[group]), told, found
            else:
                yield "", told, None


def _entity_of(view: Any) -> str:
    return view.model.__name__ if view is not None else ""


def _as_template(rule: Any) -> str:
    """`/customers/<int:pk>/files/<int:file_id>` → `/customers/{key}/files/{file}`."""
    names = {"pk": "{key}", "file_id": "{file}"}
    parts = [
        text if is_text is False else names.get(text, f"{{{text}}}")
        for is_text, text in rule._trace
        if text != "|"
    ]
    return "".join(parts)
