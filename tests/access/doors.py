"""Every address of the product as a table: which right it asks for, and what it answers then.

SCREEN_DOORS holds for each declared screen, API_DOORS for its resource, PAGES is everything else.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, current_app

from app.lowcode.fields import resolve
from app.lowcode.fields.relations import RelatedField
from app.views.reports import REPORTS
from tests.access.world import (
    ACTIONS,
    Company,
    boards_of,
    is_of_somebody,
    lines_of,
    parents_of,
)

#: For forms and programs that were let in but sent nothing: done, sent on, or told why not.
TRIED = frozenset({200, 302, 409, 422})
#: the same where an empty form cannot even be read
UNREAD = frozenset({400})
FOUND = frozenset({200})
ABSENT = frozenset({404})
#: the address is there for every screen, but this one has nothing behind it
CLOSED = frozenset({403, 404})


@dataclass(frozen=True)
class Door:
    """What one address asks of whoever knocks.

    `rights`: all of them are needed; a tuple inside stands for any one of several.
    """

    rights: tuple[str | tuple[str, ...], ...] = ()
    opened: frozenset[int] = FOUND
    #: answers nobody who is not signed in
    is_private: bool = True


@dataclass(frozen=True)
class Probe:
    """One request; `path` and `body` name rows as {key} and {file}."""

    method: str
    path: str
    door: Door
    body: dict[str, Any] = field(default_factory=dict)
    #: the entity whose row is meant; None: no row
    entity: str | None = None
    #: is that row somebody's, so that others do not find it?
    is_owned: bool = False

    def request(self, company: Company, side: str) -> tuple[str, str, dict[str, Any]]:
        keys = {"key": 1, "file": 1}
        if self.entity:
            keys["key"] = company.keys[self.entity][side]
            keys["file"] = company.files.get(self.entity, {}).get(side, 1)
        return self.method, _filled(self.path, keys), _filled(self.body, keys)


def _filled(value: Any, keys: dict[str, int]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(part, keys) for name, part in value.items()}
    return value.format(**keys) if isinstance(value, str) else value


#: (endpoint's last part, method) → door of every screen. Variants by `_VARIANTS`.
SCREEN_DOORS = {
    ("list", "GET"): Door(("can_list",)),
    ("export", "GET"): Door(("can_export",)),
    ("chart", "GET"): Door(("can_list",)),
    ("events", "GET"): Door(("can_list",)),
    ("picker", "GET"): Door((("can_list", "can_add", "can_edit"),)),
    ("related", "GET"): Door(("can_list", "can_show")),
    ("show", "GET"): Door(("can_show",)),
    ("file", "GET"): Door(("can_show",)),
    ("history", "GET"): Door(("can_show",)),
    ("print", "GET"): Door(("can_print",)),
    ("add", "GET"): Door(("can_add",)),
    ("edit", "GET"): Door(("can_edit",), frozenset({200, 409})),
    ("add", "POST"): Door(("can_add",), TRIED),
    ("sum_lines", "POST"): Door((("can_add", "can_edit"),)),
    ("add_note", "POST"): Door(("can_show",), frozenset({302})),
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

_PUBLIC = Door(is_private=False)
_SIGNED_IN = Door()
_SENT_ON = Door(opened=frozenset({302}))
_NOT_MINE = Door(opened=frozenset({302, 404}))
_IMPORT = ("can_import",)


def _page(method: str, path: str, door: Door, entity: str | None = None, **body: Any) -> Probe:
    return Probe(method, path, door, body, entity, is_owned=entity is not None)


#: (endpoint, method) → requests
PAGES: dict[tuple[str, str], list[Probe]] = {
    ("healthz", "GET"): [_page("GET", "/healthz", _PUBLIC)],
    ("static", "GET"): [_page("GET", "/static/css/base.css", _PUBLIC)],
    ("appbuilder.static", "GET"): [_page("GET", "/static/appbuilder/css/ab.css", _PUBLIC)],
    # Whoever is signed in already is sent to the start page.
    ("AuthView.login", "GET"): [
        _page("GET", "/login/", Door(opened=frozenset({200, 302}), is_private=False))
    ],
    ("AuthView.login", "POST"): [
        _page("POST", "/login/", Door(opened=frozenset({200, 302, 401, 422}), is_private=False))
    ],
    # everybody's own things: no right is asked for
    ("HomeView.index", "GET"): [_page("GET", "/", Door(opened=frozenset({200, 302})))],
    ("palette", "GET"): [_page("GET", "/palette?q=a", _SIGNED_IN)],
    ("api.openapi", "GET"): [_page("GET", "/api/v1/openapi.json", _SIGNED_IN)],
    ("HelpView.index", "GET"): [_page("GET", "/help/", _SIGNED_IN)],
    ("HelpView.page", "GET"): [_page("GET", "/help/access", _SIGNED_IN)],
    ("AccountView.profile", "GET"): [_page("GET", "/account/", _SIGNED_IN)],
    ("AccountView.profile", "POST"): [_page("POST", "/account/", Door(opened=TRIED))],
    ("AccountView.password", "GET"): [_page("GET", "/account/password", _SIGNED_IN)],
    ("AccountView.password", "POST"): [_page("POST", "/account/password", Door(opened=TRIED))],
    ("NotificationView.all", "GET"): [_page("GET", "/notifications/", _SIGNED_IN)],
    ("NotificationView.recent", "GET"): [_page("GET", "/notifications/recent", _SIGNED_IN)],
    ("NotificationView.read", "POST"): [_page("POST", "/notifications/read", _SENT_ON)],
    ("OwnSessionsView.list", "GET"): [_page("GET", "/account/sessions/", _SIGNED_IN)],
    ("OwnSessionsView.end", "POST"): [_page("POST", "/account/sessions/0/end", _NOT_MINE)],
    ("OwnSessionsView.end_others", "POST"): [
        _page("POST", "/account/sessions/end-others", _SENT_ON)
    ],
    ("OwnKeysView.list", "GET"): [_page("GET", "/account/keys/", _SIGNED_IN)],
    ("OwnKeysView.add", "POST"): [_page("POST", "/account/keys/", Door(opened=TRIED))],
    ("OwnKeysView.revoke", "POST"): [_page("POST", "/account/keys/0/revoke", _NOT_MINE)],
    # The look of the sign-in page, too, is kept for whoever chose it.
    ("AccountView.preferences", "POST"): [
        _page("POST", "/preferences", Door(opened=frozenset({303}), is_private=False))
    ],
    # screens that are no list
    ("FunnelView.show", "GET"): [_page("GET", "/funnel/", Door(("can_show",)))],
    ("FunnelView.chart", "GET"): [_page("GET", "/funnel/chart", Door(("can_show",)))],
    ("SatisfactionView.show", "GET"): [_page("GET", "/satisfaction/", Door(("can_show",)))],
    ("SatisfactionView.chart", "GET"): [_page("GET", "/satisfaction/chart", Door(("can_show",)))],
    ("StockView.show", "GET"): [_page("GET", "/stock/", Door(("can_show",)))],
    ("GoodsView.show", "GET"): [_page("GET", "/goods/", Door(("can_show",)))],
    ("GoodsView.receive", "POST"): [_page("POST", "/goods/receive", Door(("can_edit",), UNREAD))],
    ("GoodsView.ship", "POST"): [_page("POST", "/goods/ship", Door(("can_edit",), UNREAD))],
    ("CampaignComparisonView.show", "GET"): [
        _page("GET", "/campaign-comparison/", Door(("can_list",)))
    ],
    ("CampaignComparisonView.chart", "GET"): [
        _page("GET", "/campaign-comparison/chart", Door(("can_list",)))
    ],
    ("MyDayView.show", "GET"): [_page("GET", "/my-day/", Door(("can_show",)))],
    ("MyDayView.done", "POST"): [
        _page("POST", "/my-day/done/tasks/{key}", Door((ACTIONS,), TRIED), "Task")
    ],
    ("ReportView.show", "GET"): [_page("GET", "/reports/", Door(("can_show",)))],
    ("ReportView.open", "GET"): [
        _page(
            "GET",
            f"/reports/{report.name}.pdf?month=2026-03&since=2026-03-01&until=2026-03-31"
            + ("&customer={key}" if "customer" in report.inputs else ""),
            Door(("can_show", *(right for right, _screen in report.needs))),
            "Customer" if "customer" in report.inputs else None,
        )
        for report in REPORTS
    ],
    ("SettingView.show", "GET"): [_page("GET", "/settings/", Door(("can_show",)))],
    ("SettingView.save", "POST"): [_page("POST", "/settings/", Door(("can_edit",), TRIED))],
    ("RoleView.matrix", "GET"): [
        Probe("GET", "/roles/{key}/matrix", Door(("can_show",)), entity="Role")
    ],
    # Rights are an administrator's to give; see ONLY_ADMINISTRATORS.
    ("RoleView.save_matrix", "POST"): [
        Probe("POST", "/roles/{key}/matrix", Door(("can_edit",), TRIED), entity="Role")
    ],
    ("RoleView.fields", "GET"): [
        Probe("GET", "/roles/{key}/fields/Customer", Door(("can_show",)), entity="Role")
    ],
    ("RoleView.preview", "POST"): [
        Probe("POST", "/roles/{key}/preview", Door(("can_edit",)), entity="Role")
    ],
    ("RoleView.save_fields", "POST"): [
        Probe("POST", "/roles/{key}/fields/Customer", Door(("can_edit",), TRIED), entity="Role")
    ],
    ("AccessRuleView.fields", "GET"): [
        _page("GET", "/access-rules/fields/Customer", Door(("can_show",)))
    ],
    ("AccessRuleView.preview", "POST"): [
        _page("POST", "/access-rules/preview", Door(("can_edit",)))
    ],
    ("ExplainView.person", "GET"): [
        Probe("GET", "/access/people/{key}", Door(("can_explain",)), entity="User")
    ],
    ("ExplainView.record", "GET"): [
        _page("GET", "/access/customers/{key}", Door(("can_explain", "can_show")), "Customer")
    ],
    # sharing: whoever opens the record sees with whom
    ("ShareView.picker", "GET"): [_page("GET", "/shares/picker/user", Door(("can_share",)))],
    ("ShareView.card", "GET"): [
        _page("GET", "/shares/customers/{key}", Door(("can_show",)), "Customer")
    ],
    ("ShareView.add", "POST"): [
        _page(
            "POST", "/shares/customers/{key}", Door(("can_show", "can_share"), UNREAD), "Customer"
        )
    ],
    ("ShareView.remove", "POST"): [
        _page(
            "POST",
            "/shares/customers/{key}/0/remove",
            Door(("can_show", "can_share"), ABSENT),
            "Customer",
        )
    ],
    ("HandoverView.show", "GET"): [
        Probe("GET", "/handover/{key}", Door((ACTIONS,)), entity="User")
    ],
    ("HandoverView.save", "POST"): [
        Probe("POST", "/handover/{key}", Door((ACTIONS,), TRIED), entity="User")
    ],
    # for whoever may restore; whoever deleted it may take that back without the right
    ("BinEntryView.undo", "POST"): [
        _page("POST", "/bin-entries/{key}/undo", Door((ACTIONS,), TRIED), "BinEntry")
    ],
    # importing: the right on the entity's screen, and the person's own file
    ("ImportView.list", "GET"): [_page("GET", "/import/", Door(("can_list",)))],
    ("ImportView.upload", "GET"): [_page("GET", "/import/customers", Door(_IMPORT))],
    ("ImportView.upload", "POST"): [_page("POST", "/import/customers", Door(_IMPORT, TRIED))],
    ("ImportView.template", "GET"): [
        _page("GET", "/import/customers/template.xlsx", Door(_IMPORT))
    ],
    ("ImportView.columns", "GET"): [
        _page("GET", "/import/runs/{key}/columns", Door(_IMPORT), "ImportRun")
    ],
    ("ImportView.show", "GET"): [
        _page("GET", "/import/runs/{key}", Door(_IMPORT, frozenset({200, 302})), "ImportRun")
    ],
    ("ImportView.progress", "GET"): [
        _page("GET", "/import/runs/{key}/progress", Door(_IMPORT), "ImportRun")
    ],
    ("ImportView.errors", "GET"): [
        _page("GET", "/import/runs/{key}/errors.csv", Door(_IMPORT), "ImportRun")
    ],
    ("ImportView.columns", "POST"): [
        _page("POST", "/import/runs/{key}/columns", Door(_IMPORT, TRIED), "ImportRun")
    ],
    ("ImportView.sheet", "POST"): [
        _page("POST", "/import/runs/{key}/sheet", Door(_IMPORT, TRIED), "ImportRun")
    ],
    ("ImportView.start", "POST"): [
        _page("POST", "/import/runs/{key}/start", Door(_IMPORT, TRIED), "ImportRun")
    ],
    ("ImportView.discard", "POST"): [
        _page("POST", "/import/runs/{key}/discard", Door(_IMPORT, TRIED), "ImportRun")
    ],
    ("NotificationView.open", "POST"): [
        _page("POST", "/notifications/{key}/open", _SENT_ON, "Notification")
    ],
    # last: it ends the session
    ("AuthView.logout", "POST"): [
        _page("POST", "/logout/", Door(opened=frozenset({302}), is_private=False))
    ],
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
    screens = current_app.extensions["kehu_screens"].values()
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
    "chart": _layout,
    "events": _layout,
    "picker": _pickers,
    "related": _related,
    "print": _prints,
    "sum_lines": _sums,
    "move": _moves,
    "action_post": _actions,
    "delete_many": _deletions,
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


def probes(app: Flask) -> list[Entry]:
    """(entity or "", "endpoint METHOD", requests) for every address; None: nobody thought of it."""
    with app.app_context():
        return list(_probes(app))


def _probes(app: Flask) -> Iterator[Entry]:
    views = {view.endpoint: view for view in app.extensions["kehu_screens"].values()}
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
