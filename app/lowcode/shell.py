"""What surrounds every page: menu, person, preferences and the helpers of templates."""

import time
from collections.abc import Hashable, MutableMapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from flask import (
    Flask,
    current_app,
    g,
    message_flashed,
    render_template,
    request,
    session,
    url_for,
)
from flask.templating import Environment
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape

from app.lowcode import (
    bundles,
    field_rights,
    locale,
    moulds,
    once_rendered,
    pages,
    principal,
)
from app.lowcode.fields.base import humanize
from app.lowcode.fields.framed import field_html
from app.lowcode.security import browser_session
from config import Settings

#: messages that wait in the cookie for the next page
_MOST_WAITING = 5
#: notifications that are no longer counted
_MANY = 100


@dataclass(frozen=True, slots=True)
class Item:
    label: str
    url: str
    icon: str
    #: blueprint whose pages it leads to
    name: str


@dataclass(frozen=True, slots=True)
class MenuArea:
    name: str
    label: str
    icon: str
    items: list[Item] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Menu:
    areas: list[MenuArea]
    html: str

    def shown_at(self, here: str | None) -> Markup:
        """With the item marked whose screen is open."""
        items = (item for area in self.areas for item in area.items)
        url = next((item.url for item in items if item.name == here), None)
        start = f'<li><a href="{escape(url)}"'
        html = self.html.replace(start, f'{start} aria-current="page"', 1) if url else self.html
        return Markup(html)  # noqa: S704 - rendered by its template


@dataclass(slots=True)
class Person:
    name: str
    initials: str
    subtitle: str
    profile_url: str


@dataclass(slots=True)
class Shell:
    """The `shell` object of `shell/base.html`."""

    name: str
    version: str
    menu: Markup
    user: Person | None
    #: the person, as the sidebar names them
    person: Markup
    locale: str
    locales: list[tuple[str, str, bool]]
    theme: str
    density: str
    #: notifications that nobody has read; "" for none
    unread: str
    notifications_url: str | None
    login_url: str
    logout_url: str
    preferences_url: str
    banner: str | None
    help_url: str


class Templates(Environment):
    """Templates that share one set of globals: with a set of its own over that of all, each of them
    would have both gone through whenever it is shown or imported."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals


def init(app: Flask, settings: Settings) -> None:
    """Template helpers."""
    app.extensions.setdefault("kehu_menu", ())
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    once_rendered.init(app)
    bundles.init(app, settings)
    message_flashed.connect(_keep_newest, app)
    app.jinja_env.globals.update(
        shell=shell,
        asked_query=moulds.each_time(asked_query),
        csrf_token=moulds.each_time(csrf_token),
        badge_html=pages.badge_html,
        cell_html=pages.cell_html,
        icon_html=pages.icon_html,
        field_html=field_html,
        rows_html=pages.rows_html,
        sections_html=pages.sections_html,
        is_lines=pages.is_lines,
    )


def _keep_newest(_app: Flask, **_message: Any) -> None:
    """Whoever saves often and opens no page in between: browsers refuse a cookie of more than 4 KB,
    and with it what is told next."""
    session["_flashes"] = session["_flashes"][-_MOST_WAITING:]


def asked_query() -> str:
    """What stands behind the question mark of the address."""
    return request.query_string.decode("utf-8", "replace")


def csrf_token() -> str:
    """Every form of a page asks for it: Flask-WTF, which keeps it, would look up how to make it."""
    session_token = session.get("csrf_token")
    if session_token is None or "csrf_token" in g:
        token: str = generate_csrf()
        return token
    return _signed(session_token, int(time.time()) // 60)


@lru_cache(maxsize=1000)
def _signed(_session_token: str, _minute: int) -> str:
    """Signed for the session that asks."""
    token: str = generate_csrf()
    return token


def page_html(
    template: str, page: Any, values: moulds.Values, shape: tuple[Hashable, ...]
) -> bytes:
    """What `template` writes of a `page` with these `values` of its own; `shape` and their names
    say all that decides what it writes around them.
    """

    def make() -> moulds.Mould:
        return moulds.Mould(template, page=page)

    if session.get("_flashes"):  # what is told once stands in no mould
        return make().cast(values.by_name)
    around = (request.blueprint, locale.theme(), locale.density(), browser_session.unread())
    key = (template, shape, tuple(values.by_name), around, g.user.name)
    found: moulds.Mould = once_rendered.kept_for_state(key, make)
    return found.cast(values.by_name)


def shell() -> Shell:
    """Built once per request."""
    if "kehu_shell" not in g:
        g.kehu_shell = _build()
    built: Shell = g.kehu_shell
    return built


def _build() -> Shell:
    # A request that is refused before it is taken in has no user.
    person = g.user if getattr(g.get("user"), "is_authenticated", False) else None
    settings: Settings = current_app.extensions["kehu_settings"]
    code = str(get_locale() or "zh")
    languages = current_app.config["LANGUAGES"].items()
    user = _person(person) if person else None
    return Shell(
        name=current_app.config["APP_NAME"],
        version=current_app.config["VERSION"],
        menu=_menu_of_actor().shown_at(request.blueprint) if person else Markup(),
        user=user,
        person=_named(user) if user else Markup(),
        locale=code,
        locales=[(key, entry["name"], key == code) for key, entry in languages],
        theme=locale.theme(),
        density=locale.density(),
        unread=_few(browser_session.unread()),
        notifications_url="/notifications/recent" if person else None,
        login_url="/login/",
        logout_url="/logout/",
        preferences_url="/preferences",
        banner=_("Connections are not encrypted: everyone on this network can read along.")
        if settings.insecure_http
        else None,
        help_url="/help/",
    )


def _person(person: Any) -> Person:
    roles = ", ".join(_(humanize(role)) for role in principal.current().roles)
    name = person.name or person.username
    return Person(name, pages.initial_of(name), roles, "/account/")


def _named(user: Person) -> Markup:
    return once_rendered.part_of_actor("shell/person.html", user.name, lambda: {"user": user})


def _few(count: int) -> str:
    return "" if not count else str(count) if count < _MANY else f"{_MANY - 1}+"


def menu() -> list[MenuArea]:
    """The areas with the screens that the acting person may open."""
    return _menu_of_actor().areas


def _menu_of_actor() -> Menu:
    def make() -> Menu:
        areas = _areas()
        return Menu(areas, render_template("shell/menu.html", areas=areas))

    found: Menu = once_rendered.kept_for_actor(("menu",), make)
    return found


def _areas() -> list[MenuArea]:
    areas = []
    for area in current_app.extensions["kehu_menu"]:
        items = [item for view in area.views if (item := _item(view)) is not None]
        if items:
            areas.append(MenuArea(area.name, _(area.label), area.icon, items))
    return areas


def _item(view_class: type[Any]) -> Item | None:
    view = next(v for v in current_app.appbuilder.baseviews if type(v) is view_class)  # type: ignore[attr-defined]
    right = getattr(view, "menu_right", "can_list")
    if right and not principal.current().can(right, view.class_permission_name):
        return None
    if not field_rights.all_readable(getattr(view, "reads", ())):
        return None
    url = url_for(f"{view.endpoint}.{view.default_view}")
    return Item(str(view.list_title), url, view.icon, view.endpoint)
