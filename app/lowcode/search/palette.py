"""The palette: one box over the screens and the records that the acting person may open."""

from typing import Any

from flask import Flask, abort, g, jsonify, request, url_for
from flask_babel import gettext as _

from app.lowcode import registered
from app.lowcode.search.finding import Hit, find
from app.lowcode.shelf.held import my_shelf
from app.lowcode.shelf.opened import at_hand
from app.lowcode.shell import menu
from app.rules.search import marks
from app.rules.text import storable
from config import Settings

LONGEST = 100
_SCREENS = 8
_VIEWS = 5


def init(app: Flask, _settings: Settings) -> None:
    app.add_url_rule("/palette", "palette", palette)


def palette() -> Any:
    """Screens, views and records that hold the words typed, without any what the person has at
    hand: {groups: [{label, items}]}."""
    if not getattr(g.user, "is_authenticated", False):
        abort(401)
    typed = storable(request.args.get("q", "")).strip()[:LONGEST]
    screens = {"label": _("Screens"), "items": _screens(typed)}
    groups = [screens] if typed else [*at_hand(), screens]
    if typed:
        groups.append({"label": _("Views"), "items": _views(typed)})
        groups += [
            {"label": str(screen.list_title), "items": [_record(screen, hit) for hit in hits]}
            for screen, hits in find(_searchable(), typed)
        ]
    return jsonify({"groups": [group for group in groups if group["items"]]})


def _searchable() -> list[Any]:
    return [
        screen
        for screen in registered.screens().values()
        if screen.quick_search and screen.may("can_list") and screen.may("can_show")
    ]


def _screens(typed: str) -> list[dict[str, Any]]:
    return [
        {
            "label": item.label,
            "marks": marks(item.label, typed),
            "hint": area.label,
            "url": item.url,
            "icon": item.icon,
        }
        for area in menu()
        for item in area.items
        if typed.casefold() in item.label.casefold()
    ][:_SCREENS]


def _views(typed: str) -> list[dict[str, Any]]:
    """Saved views by their names."""
    screens = {
        screen.model.__name__: screen
        for screen in registered.screens().values()
        if screen.may("can_list")
    }
    return [
        {
            "label": held.name,
            "marks": marks(held.name, typed),
            "hint": str(screens[held.entity].list_title),
            "url": url_for(
                "SavedViewsView.open", resource=screens[held.entity].resource, key=held.id
            ),
            "icon": screens[held.entity].icon,
        }
        for held in my_shelf().views.values()
        if held.entity in screens and typed.casefold() in held.name.casefold()
    ][:_VIEWS]


def _record(screen: Any, hit: Hit) -> dict[str, Any]:
    return {
        "label": hit.label,
        "marks": hit.label_marks,
        "hint": hit.hint,
        "hint_marks": hit.hint_marks,
        "url": screen.url_of(hit.key),
        "icon": screen.icon,
    }
