"""The shelf in the sidebar: pinned views at once, what takes statements after the page."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import Flask, g, request, url_for
from markupsafe import Markup
from sqlalchemy.exc import StatementError

from app.extensions import db
from app.lowcode import registered, tally
from app.lowcode.moulds import each_time
from app.lowcode.naming import entity_named
from app.lowcode.once_rendered import address, drawn, kept_for_state
from app.lowcode.screens.saved import state_of
from app.lowcode.shelf.held import HeldView, my_shelf
from app.lowcode.shelf.opened import Kept, named
from app.rules.errors import DomainError
from config import Settings

#: favourites in the sidebar; the palette has all of them
SHOWN = 12


@dataclass(slots=True)
class PinnedView:
    label: str
    #: the list it belongs to
    hint: str
    url: str
    icon: str
    is_here: bool
    #: rows in words; "" while it is not known
    count: str = ""


@dataclass(slots=True)
class SidebarShelf:
    """What `shell/_shelf.html` shows."""

    pins: list[PinnedView] = field(default_factory=list)
    favourites: list[Kept] = field(default_factory=list)
    #: the block with counts and favourites is loaded from here
    url: str = ""
    #: favourites that are still to be loaded
    waiting: int = 0
    is_loaded: bool = False


def init(app: Flask, _settings: Settings) -> None:
    """What `shell/sidebar.html` asks for."""
    app.jinja_env.globals.update(shelf_html=each_time(shelf_html))


def shelf_html() -> Markup:
    """The part of every page, drawn once until somebody changes a shelf."""
    here, identity = request.args.get("view", ""), g.get("identity")
    key = ("shelf", identity.shelves if identity else None, here)
    found: Markup = kept_for_state(key, lambda: drawn("shell/_shelf.html", shelf=at_once(here)))
    return found


def at_once(here: str) -> SidebarShelf:
    """What asks the database for nothing; `here`: key of the open view."""
    pins = [_pin(held, screen, here) for held, screen in _pinned()]
    waiting = min(len(my_shelf().favourites), SHOWN)
    is_loaded = not (pins or waiting)
    return SidebarShelf(pins, [], _part(here), waiting, is_loaded)


def loaded(here: str) -> SidebarShelf:
    """The same with the numbers of rows and the names of records."""
    pins = []
    for held, screen in _pinned():
        pin = _pin(held, screen, here)
        pin.count = _count(screen, held)
        pins.append(pin)
    favourites = named(my_shelf().favourites[:SHOWN])
    return SidebarShelf(pins, favourites, _part(here), is_loaded=True)


def _part(here: str) -> str:
    return f"{address('ShelfView.part')}?{urlencode({'here': here})}"


def _pinned() -> list[tuple[HeldView, Any]]:
    """The pinned views of lists that the person may open."""
    shelf, screens = my_shelf(), registered.screens()
    found = []
    for key in shelf.pins:
        held = shelf.views[key]
        screen = screens.get(entity_named(held.entity))
        if screen is not None and screen.may("can_list"):
            found.append((held, screen))
    return found


def _pin(held: HeldView, screen: Any, here: str) -> PinnedView:
    url = url_for("SavedViewsView.open", resource=screen.resource, key=held.id)
    is_here = here == str(held.id)
    return PinnedView(held.name, str(screen.list_title), url, screen.icon, is_here)


def _count(screen: Any, held: HeldView) -> str:
    state, _is_whole = state_of(screen, held.state)
    try:
        found = tally.at_once(screen.listable, state)
    except DomainError:
        return ""
    except StatementError:
        db.session.rollback()
        return ""
    return f"{found.count:,}" + ("" if found.is_exact else "+")
