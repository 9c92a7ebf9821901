"""Saved views of a list: opening them as far as the reader may see, and their menu."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from flask import redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from app.entities.system.organization import Team
from app.entities.system.user import Role
from app.extensions import db
from app.lowcode import listing, once_rendered, principal
from app.lowcode.fields.base import humanize
from app.lowcode.list_state import PLAIN, ListState, read_state
from app.lowcode.pages import CurrentView, OpenView, ViewLink, ViewMenu
from app.lowcode.shelf import keeping
from app.lowcode.shelf.held import HeldView, Shelf, my_roles, my_shelf
from app.rules.errors import DomainError
from app.rules.views import Audience

_ICONS = {
    Audience.PERSONAL: "user",
    Audience.TEAM: "users-group",
    Audience.ROLE: "id-badge-2",
    Audience.EVERYBODY: "world",
}


# states -------------------------------------------------------------------------
def state_of(view: Any, query: str) -> tuple[ListState, bool]:
    """What a saved query string says as far as the acting person may see it; and is that all?"""
    pairs = parse_qsl(query.removeprefix("?"), keep_blank_values=True)
    state = read_state(view.listable, MultiDict(pairs))
    is_whole = not state.problems
    if state.where:
        try:
            listing.condition(view.listable, ListState(where=state.where))
        except DomainError:
            state, is_whole = replace(state, where=""), False
    return replace(state, problems=()), is_whole


def text_of(view: Any, query: str) -> str:
    """A query string as it is saved: without the page one is on, and what may not be asked for."""
    state, _is_whole = state_of(view, query)
    return state.query(page=1, view="").removeprefix("?")


def opening(view: Any, held: HeldView) -> tuple[str, bool]:
    """The whole address of the list as the saved view has it; and is the view shown in full?"""
    state, is_whole = state_of(view, held.state)
    return view.list_url(state, page=1, view=str(held.id)), is_whole


def is_changed(view: Any, state: ListState, held: HeldView) -> bool:
    """Does the list say something else than the view it began as?"""
    saved, _is_whole = state_of(view, held.state)
    return sorted(saved.pairs(page=1, view="")) != sorted(state.pairs(page=1, view=""))


def held_view(view: Any, key: str) -> HeldView | None:
    """The acting person's view of this list with the key of an address."""
    held = my_shelf().views.get(int(key)) if key.isascii() and key.isdigit() else None
    return held if held is not None and held.entity == view.model.__name__ else None


def first_look(view: Any) -> Any | None:
    """The bare address of a list leads to the view it opens with; None where that is the plain
    list, or where scripts ask for it."""
    if request.args or "HX-Request" in request.headers:
        return None
    held = my_shelf().default_of(view.model.__name__)
    return None if held is None else redirect(opening(view, held)[0])


def asked_state(view: Any) -> ListState:
    """The state that the address says. Where the list would open with a view, the plain one is
    called by name, so that its own links do not lead into that view."""
    state = read_state(view.listable, request.args)
    if state.view and state.view != PLAIN and held_view(view, state.view) is None:
        state = replace(state, view="")
    if not state.view and my_shelf().default_of(view.model.__name__) is not None:
        state = replace(state, view=PLAIN)
    return state


# pages --------------------------------------------------------------------------
def current_view(view: Any, state: ListState) -> CurrentView:
    """What stands beside the title of a list."""
    held = held_view(view, state.view)
    url = once_rendered.address("SavedViewsView.menu", resource=view.resource) + state.query(page=1)
    if held is None:
        return CurrentView("", False, url)
    return CurrentView(held.name, is_changed(view, state, held), url)


def view_menu(view: Any, state: ListState) -> ViewMenu:
    """Everything the menu of views shows for a list in this state."""
    shelf, entity, held = my_shelf(), view.model.__name__, held_view(view, state.view)
    default = shelf.default_of(entity)
    plain = ListState(size=view.listable.page_size, view=PLAIN if default else "")
    known = shelf.of(entity)
    groups = (
        (_("My views"), [one for one in known if one.is_own]),
        (_("Shared views"), [one for one in known if not one.is_own and not one.is_foreign]),
        (_("Shared with others"), [one for one in known if one.is_foreign]),
    )
    return ViewMenu(
        title=str(view.list_title),
        list_url=view.list_url(state),
        plain_url=view.list_url(plain),
        is_plain=held is None,
        is_plain_default=default is None,
        groups=[
            (label, [_link(view, one, held, default, shelf) for one in views])
            for label, views in groups
            if views
        ],
        current=_open_view(view, state, held, shelf) if held is not None else None,
        save_url=url_for("SavedViewsView.save", resource=view.resource),
        default_url=url_for("SavedViewsView.default", resource=view.resource),
        state=state.query(page=1),
        sharings=_sharings(held),
        help_url=view.help_url,
    )


def _link(
    view: Any, one: HeldView, held: HeldView | None, default: HeldView | None, shelf: Shelf
) -> ViewLink:
    words = "" if one.audience is Audience.PERSONAL else _(one.audience.label)
    hint = words if one.is_own else " · ".join(filter(None, (words, one.maker)))
    return ViewLink(
        name=one.name,
        url=url_for("SavedViewsView.open", resource=view.resource, key=one.id),
        icon=_ICONS[one.audience],
        hint=hint,
        is_current=held is not None and held.id == one.id,
        is_pinned=one.id in shelf.pins,
        is_default=default is not None and default.id == one.id,
    )


def _open_view(view: Any, state: ListState, held: HeldView, shelf: Shelf) -> OpenView:
    entity, address = view.model.__name__, {"resource": view.resource, "key": held.id}
    roles = _roles() if keeping.may_share() else {}
    offered = {
        key: name
        for key, name in roles.items()
        if held.audience is Audience.EVERYBODY or held.role_id == key
    }
    return OpenView(
        id=held.id,
        name=held.name,
        is_changed=is_changed(view, state, held),
        is_mine=keeping.may_change(held),
        sharing=str(keeping.sharing_of(held)),
        is_pinned=held.id in shelf.pins,
        is_default=shelf.defaults.get(entity) == held.id,
        is_chosen=entity in shelf.own_defaults,
        roles=[
            (key, _(humanize(name)), shelf.role_defaults.get((key, entity)) == held.id)
            for key, name in offered.items()
        ],
        change_url=url_for("SavedViewsView.change", **address),
        delete_url=url_for("SavedViewsView.delete", **address),
        pin_url=url_for("SavedViewsView.pin", **address),
    )


def _sharings(held: HeldView | None) -> list[tuple[str, str]]:
    """With whom the acting person may share, and with whom the open view is shared."""
    offered = {Audience.PERSONAL.value: _(Audience.PERSONAL.label)}
    if keeping.may_share():
        offered |= _others()
    if held is not None:
        # Shared more widely than they may today: leaving it so must stay possible.
        offered.setdefault(str(keeping.sharing_of(held)), _(held.audience.label))
    return list(offered.items())


def _others() -> dict[str, str]:
    actor = principal.current()
    teams = select(Team.id, Team.name).order_by(Team.name)
    if not actor.sees_all:
        teams = teams.where(Team.id.in_([*actor.team_line, *actor.team_ids]))
    of_teams = {f"team:{key}": f"{_('Team')}: {name}" for key, name in db.session.execute(teams)}
    roles = _roles().items()
    of_roles = {f"role:{key}": f"{_('Role')}: {_(humanize(name))}" for key, name in roles}
    return {Audience.EVERYBODY.value: _(Audience.EVERYBODY.label)} | of_teams | of_roles


def _roles() -> dict[int, str]:
    """The roles that the acting person may share with: their own, or all of them."""
    if not principal.current().sees_all:
        return my_roles()
    return dict(db.session.execute(select(Role.id, Role.name).order_by(Role.name)).all())
