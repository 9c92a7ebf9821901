"""Saved views of lists: their menu, and what is done with them."""

from typing import Any, ClassVar

from flask import abort, flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _

from app.extensions import db
from app.lowcode import registered
from app.lowcode.fields.inputs import translated
from app.lowcode.list_state import read_state
from app.lowcode.screens import saved
from app.lowcode.shelf import keeping
from app.lowcode.shelf.held import HeldView
from app.lowcode.shelf.keeping import Sharing
from app.rules.errors import DomainError
from app.views.system.account import signed_in_at_a_browser


class SavedViewsView(BaseView):
    """Whoever may open a list keeps views of it; `can_share` shows them to others."""

    route_base = "/saved-views"
    default_view = "menu"
    class_permission_name = "SavedView"
    base_permissions: ClassVar[list[str]] = ["can_share"]

    @expose("/<resource>")
    def menu(self, resource: str) -> Any:
        """The views of a list; the query string is its state."""
        view = _screen(resource)
        page = saved.view_menu(view, read_state(view.listable, request.args))
        part = "HX-Request" in request.headers
        return render_template("list/_views.html" if part else "list/views.html", page=page)

    @expose("/<resource>/<int:key>")
    def open(self, resource: str, key: int) -> Any:
        """To the list as the view has it, as far as the person may see that."""
        view = _screen(resource)
        url, is_whole = saved.opening(view, _held(view, key))
        if not is_whole:
            flash(_("Parts of this view are not open to you and were left out."), "warning")
        return redirect(url)

    @expose("/<resource>", methods=["POST"])
    def save(self, resource: str) -> Any:
        """A new view of the list as it stands."""
        view = _screen(resource)
        form, session = request.form, db.session()
        try:
            state = saved.text_of(view, form.get("state", ""))
            sharing = Sharing.read(form.get("sharing", "personal"))
            row = keeping.save_view(
                session, view.model.__name__, form.get("name", ""), state, sharing
            )
            key, name = row.id, row.name
            if form.get("pin"):
                keeping.set_pinned(session, key, pinned=True)
            if form.get("default"):
                keeping.open_with(session, view.model.__name__, key)
            db.session.commit()
        except DomainError as error:
            return _back(view, error)
        flash(_("The view “%(name)s” was saved.", name=name), "success")
        return redirect(view.list_url(saved.state_of(view, state)[0], view=str(key)))

    @expose("/<resource>/<int:key>", methods=["POST"])
    def change(self, resource: str, key: int) -> Any:
        """Save over it what the list shows (`over`), or rename and share it."""
        view = _screen(resource)
        held, form = _held(view, key), request.form
        try:
            if form.get("over"):
                state = saved.text_of(view, form.get("state", ""))
                keeping.change_view(db.session(), held, state=state)
            else:
                sharing = Sharing.read(form.get("sharing", "personal"))
                name = form.get("name", "")
                keeping.change_view(db.session(), held, name=name, sharing=sharing)
            db.session.commit()
        except DomainError as error:
            return _back(view, error)
        return _back(view)

    @expose("/<resource>/<int:key>/delete", methods=["POST"])
    def delete(self, resource: str, key: int) -> Any:
        view = _screen(resource)
        held = _held(view, key)
        try:
            keeping.delete_view(db.session(), held)
            db.session.commit()
        except DomainError as error:
            return _back(view, error)
        flash(_("The view “%(name)s” was deleted.", name=held.name), "success")
        return _back(view)

    @expose("/<resource>/<int:key>/pin", methods=["POST"])
    def pin(self, resource: str, key: int) -> Any:
        """Into the sidebar (`on`), or out of it."""
        view = _screen(resource)
        keeping.set_pinned(db.session(), _held(view, key).id, pinned=bool(request.form.get("on")))
        db.session.commit()
        return _back(view)

    @expose("/<resource>/default", methods=["POST"])
    def default(self, resource: str) -> Any:
        """What the list opens with: `view` is a key or empty for the plain list; for a `role`,
        else for the acting person, who `forget`s the own choice for that of the roles."""
        view, form, session = _screen(resource), request.form, db.session()
        entity, key, role = view.model.__name__, form.get("view", ""), form.get("role", "")
        held = (saved.held_view(view, key) or abort(404)) if key else None
        try:
            if role:
                keeping.open_role_with(session, entity, held, _number(role))
            elif form.get("forget"):
                keeping.forget_default(session, entity)
            else:
                keeping.open_with(session, entity, held.id if held else None)
            db.session.commit()
        except DomainError as error:
            return _back(view, error)
        return _back(view)


def _screen(resource: str) -> Any:
    """The screen whose list it is about; the right to see the list is asked for."""
    signed_in_at_a_browser()
    screens = registered.screens().values()
    view = next((one for one in screens if one.resource == resource), None) or abort(404)
    return view if view.may("can_list") else abort(403)


def _held(view: Any, key: int) -> HeldView:
    return saved.held_view(view, str(key)) or abort(404)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else abort(400)


def _back(view: Any, error: DomainError | None = None) -> Any:
    """The list as it was, with what was refused."""
    if error is not None:
        db.session.rollback()
        flash(translated(error), "danger")
    return redirect(view.back_to_list())
