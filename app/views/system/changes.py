"""What the person changed at once, an import, a bulk edit or a merge, with the way to undo it."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app.extensions import db
from app.lowcode import changesets, principal
from app.lowcode.fields.inputs import translated
from app.lowcode.importing.targets import screens
from app.rules.errors import DomainError

HELP = {"help_url": "/help/import"}


class ChangeSetView(BaseView):
    """Own sets; administrators see everybody's. Undoing asks for the right to do such a thing."""

    route_base = "/changes"
    default_view = "list"
    class_permission_name = "ChangeSet"
    base_permissions = ["can_list"]
    list_title = lazy_gettext("Changes to undo")
    icon = "arrow-back-up"

    @expose("/")
    @has_access
    @permission_name("list")
    def list(self) -> Any:
        known = screens()
        rows = [
            {
                "set": found,
                "title": known[found.resource].title if found.resource in known else "",
                "can_undo": changesets.may_undo(db.session, found),
            }
            for found in changesets.own_sets(db.session)
        ]
        return render_template(
            "import/changes.html", title=_("Changes to undo"), page=HELP, rows=rows
        )

    @expose("/<int:key>/undo", methods=["POST"])
    def undo(self, key: int) -> Any:
        """Undo it at once or by a job; back to where the button was."""
        if principal.current().user_id is None:
            abort(401)
        found = changesets.find(db.session, key) or abort(404)
        screen = screens().get(found.resource)
        if screen is None or not screen.may(changesets.RIGHTS[found.kind]):
            abort(403)
        try:
            job = changesets.start_undo(db.session, found)
            db.session.commit()
            done = _("%(name)s is undone.", name=found.label)
            later = _("It is being undone; a notification tells you when it is done.")
            flash(done if job is None else later, "success")
        except DomainError as refused:
            db.session.rollback()
            flash(translated(refused), "danger")
        back = request.form.get("back") == "list"
        return redirect(screen.list_url() if back else url_for("ChangeSetView.list"))
