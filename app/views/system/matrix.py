"""The matrix of one role: every screen, what the role may do on it, and whose rows it reaches."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import abort, current_app, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.entities.base import SHARED
from app.extensions import db
from app.lowcode.fields.base import humanize
from app.lowcode.pages import Choice
from app.lowcode.principal import DataScope, current
from app.lowcode.screens.right_words import RIGHTS, right_label, screen_label, screens_by_name
from app.lowcode.security.field_levels import levels_of
from app.lowcode.security.permissions import Pair, declared_pairs, known_pairs
from app.lowcode.security.rights import rights_of, scopes_of
from app.rules.access import ADMINISTRATOR, PLACE_SCOPES


@dataclass(slots=True)
class Tick:
    """One check box; `value` is None where the screen does not offer the right."""

    label: str
    value: str | None
    ticked: bool = False


@dataclass(slots=True)
class ScreenRow:
    name: str
    label: str
    icon: str
    ticks: list[Tick]
    actions: list[Tick]
    #: choices of the data scope; empty where rows belong to nobody
    reach: list[Choice] = field(default_factory=list)
    #: where the levels of its fields are chosen, and how many are less than everything
    fields_url: str | None = None
    narrowed: int = 0


@dataclass(slots=True)
class ScreenArea:
    label: str
    icon: str
    rows: list[ScreenRow]


@dataclass(slots=True)
class MatrixPage:
    """The context of `matrix.html`."""

    title: str
    description: str
    #: the role that may do everything has no boxes
    is_everything: bool
    may_edit: bool
    version: int
    columns: list[tuple[str, str]]
    areas: list[ScreenArea]
    people: list[str]
    #: roles that people of this one may give to others
    grants: list[str]
    list_url: str
    list_title: str
    save_url: str
    preview_url: str
    edit_url: str | None
    copy_url: str | None
    delete_url: str | None
    role_id: int
    error: str | None = None
    help_url: str | None = None


def matrix_page(view: Any, role: Any) -> MatrixPage:
    """Everything the page of a role shows."""
    is_everything = role.name == ADMINISTRATOR
    return MatrixPage(
        title=_(humanize(role.name)),
        description=_(role.description) if role.description else "",
        is_everything=is_everything,
        may_edit=current().is_administrator and view.may("can_edit") and not is_everything,
        version=role.version,
        columns=[(name, str(label)) for name, label in RIGHTS.items()],
        areas=[] if is_everything else _areas(role),
        people=[user.name or user.username for user in role.user if user.active],
        grants=sorted(_(humanize(granted.name)) for granted in role.grants),
        list_url=view.list_url(),
        list_title=str(view.list_title),
        save_url=url_for(f"{view.endpoint}.save_matrix", pk=role.id),
        preview_url=url_for(f"{view.endpoint}.preview", pk=role.id),
        edit_url=None if is_everything else _url(view, "can_edit", "edit", role),
        copy_url=url_for(f"{view.endpoint}.action_post", name="copy")
        if view.may_action("copy") and not is_everything
        else None,
        delete_url=None if is_everything else _url(view, "can_delete", "delete", role),
        role_id=role.id,
        help_url=view.help_url,
    )


def _url(view: Any, right: str, route: str, role: Any) -> str | None:
    return url_for(f"{view.endpoint}.{route}", pk=role.id) if view.may(right) else None


def posted_rights(role: Any, posted: MultiDict[str, str]) -> tuple[set[Pair], dict[str, DataScope]]:
    """What the form asks for; 400 for anything the page does not offer.

    Rights on screens that this version does not have stay as they are.
    """
    offered = _offered()
    asked = {_pair(value) for value in posted.getlist("right")}
    if not asked <= offered:
        abort(400)
    elsewhere = {pair for pair in rights_of(db.session(), role) if pair not in offered}
    reach = scopes_of(role)
    for screen in _screens().values():
        code = posted.get(f"reach.{screen.name}")
        if code is None:
            continue
        if code not in screen.reaches:
            abort(400)
        reach[screen.name] = DataScope(code)
    return asked | elsewhere, reach


def _pair(value: str) -> Pair:
    permission, _colon, screen = value.partition(":")
    return permission, screen


def _offered() -> set[Pair]:
    """What the code declares and the database knows."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    return declared_pairs(app) & known_pairs(db.session()).keys()


@dataclass(slots=True)
class _Screen:
    """What the views of one screen (pages and API share its name) tell about it."""

    name: str
    label: str
    icon: str
    #: what a role may reach of its rows; empty where they belong to nobody
    reaches: tuple[DataScope, ...]
    model: type[Any] | None
    actions: Mapping[str, Any]


def _screens() -> dict[str, _Screen]:
    return {
        name: _Screen(
            name=name,
            label=screen_label(view, name),
            icon=getattr(view, "icon", "table"),
            reaches=_reaches(getattr(view, "model", None)),
            model=getattr(view, "model", None),
            actions=getattr(view, "actions", None) or {},
        )
        for name, view in screens_by_name().items()
    }


def _reaches(model: type[Any] | None) -> tuple[DataScope, ...]:
    scope = getattr(model, "scope", SHARED)
    if scope.place:
        return PLACE_SCOPES
    return tuple(DataScope) if scope.owner else ()


def _areas(role: Any) -> list[ScreenArea]:
    offered, held, reach = _offered(), rights_of(db.session(), role), scopes_of(role)
    screens = _screens()
    rows = {
        name: _row(screens[name], offered, held, reach.get(name, DataScope.NONE))
        for name in {screen for _permission, screen in offered}
    }
    narrowed = Counter(entity for entity, _column in levels_of(role))
    for name, row in rows.items():
        if screens[name].model is not None:
            row.fields_url = url_for("RoleView.fields", pk=role.id, entity=name)
            row.narrowed = narrowed[name]
    areas = []
    for label, icon, names in _grouped():
        own = [rows.pop(name) for name in names if name in rows]
        if own:
            areas.append(ScreenArea(label, icon, own))
    if rows:
        rest = sorted(rows.values(), key=lambda row: row.label)
        areas.append(ScreenArea(_("Other"), "dots", rest))
    return areas


def _grouped() -> Iterator[tuple[str, str, list[str]]]:
    """The areas of the menu with the names of their screens."""
    views = {type(view): view for view in current_app.appbuilder.baseviews}  # type: ignore[attr-defined]
    for area in current_app.extensions["kehu_menu"]:
        names = [views[view].class_permission_name for view in area.views if view in views]
        yield _(area.label), area.icon, names


def _row(screen: _Screen, offered: set[Pair], held: set[Pair], reach: DataScope) -> ScreenRow:
    def tick(permission: str, label: Any) -> Tick:
        pair = (permission, screen.name)
        value = f"{permission}:{screen.name}" if pair in offered else None
        return Tick(str(label), value, pair in held)

    named = sorted(p for p, name in offered if name == screen.name and p not in RIGHTS)
    return ScreenRow(
        name=screen.name,
        label=screen.label,
        icon=screen.icon,
        ticks=[tick(permission, label) for permission, label in RIGHTS.items()],
        actions=[tick(permission, right_label(permission, screen.actions)) for permission in named],
        reach=[
            Choice(scope.value, _(scope.label), scope.color, scope is reach)
            for scope in screen.reaches
        ],
    )
