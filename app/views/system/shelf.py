"""What a person keeps at hand: the block in the sidebar, the star of a record, what was opened."""

from typing import Any, ClassVar

from flask import Response, abort, current_app, make_response, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _

from app.extensions import db
from app.lowcode.pages import Star
from app.lowcode.shelf import sidebar
from app.lowcode.shelf.held import my_shelf
from app.lowcode.shelf.keeping import set_favourite
from app.lowcode.shelf.opened import last_opened, named
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

    @expose("/recent")
    def recent(self) -> Any:
        """Favourites and the records opened last, as the palette shows groups."""
        signed_in_at_a_browser()
        return {"groups": recent_groups()}

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


def recent_groups() -> list[dict[str, Any]]:
    """Groups of records as the palette lists them: `label`, and `items` with `label`, `hint`,
    `url` and `icon`. A favourite is named once."""
    favourites = my_shelf().favourites
    opened = [record for record in last_opened() if record not in favourites]
    groups = ((_("Favourites"), favourites), (_("Recent"), opened))
    return [
        {
            "label": label,
            "items": [
                {"label": one.label, "hint": one.hint, "url": one.url, "icon": one.icon}
                for one in named(records)
            ],
        }
        for label, records in groups
    ]


def _screen(resource: str) -> Any:
    screens = current_app.extensions["kehu_screens"].values()
    view = next((one for one in screens if one.resource == resource), None) or abort(404)
    return view if view.may("can_show") else abort(403)
