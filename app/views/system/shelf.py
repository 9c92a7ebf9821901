"""What a person keeps at hand: the block in the sidebar, and the star of a record."""

from typing import Any, ClassVar

from flask import Response, abort, make_response, redirect, render_template, request
from flask_appbuilder import BaseView, expose

from app.extensions import db
from app.lowcode import registered
from app.lowcode.pages import Star
from app.lowcode.shelf import sidebar
from app.lowcode.shelf.keeping import set_favourite
from app.views.system.account import signed_in_at_a_browser


class ShelfView(BaseView):
    """Everybody who is signed in; each record is looked for inside the own reach."""

    route_base = "/shelf"
    default_view = "part"
    base_permissions: ClassVar[list[str]] = []

    @expose("/")
    def part(self) -> Any:
        """The block of the sidebar with counts and names; `here` is the open view's key."""
        signed_in_at_a_browser()
        shelf = sidebar.loaded(request.args.get("here", ""))
        return render_template("shell/_shelf.html", shelf=shelf)

    @expose("/<resource>/<int:pk>", methods=["POST"])
    def star(self, resource: str, pk: int) -> Any:
        """Make a record a favourite (`on`), or none any more."""
        signed_in_at_a_browser()
        view, kept = _screen(resource), bool(request.form.get("on"))
        item = view.get_item(pk)
        set_favourite(db.session(), view.model.__name__, item.id, kept=kept)
        db.session.commit()
        if "HX-Request" not in request.headers:
            return redirect(view.url_of(pk))
        star = Star(request.path, kept)
        answer: Response = make_response(render_template("record/_star.html", star=star))
        answer.headers["HX-Trigger"] = "kehu:shelf"
        return answer


def _screen(resource: str) -> Any:
    screens = registered.screens().values()
    view = next((one for one in screens if one.resource == resource), None) or abort(404)
    return view if view.may("can_show") else abort(403)
