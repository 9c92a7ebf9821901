"""Files of a list: a short one at once, a long one in the background."""

from typing import Any

from flask import flash, redirect, render_template, request
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _

from app.extensions import db
from app.lowcode import listing
from app.lowcode.list_state import read_state


class Exporting:
    """Adds `/export.<fmt>` to screens; `?columns=all` asks for every readable column."""

    @expose("/export.<fmt>")
    @has_access
    @permission_name("export")
    def export(self, fmt: str) -> Any:
        # What is written into files is made from screens: it cannot be known before them.
        from app.lowcode.exporting import export_response, later

        state = read_state(self.listable, request.args)
        every_column = request.args.get("columns") == "all"
        if state.problems or not later.is_long(self, state):
            return export_response(self, state, fmt, every_column=every_column)
        return render_template(
            "list/export_later.html",
            title=_("Export %(name)s", name=self.list_title),
            page=None,
            view=self,
            count=listing.count(self.listable, state),
            days=later.KEPT.days,
            begin_url=request.full_path,
            list_url=self.list_url(state),
        )

    @expose("/export.<fmt>", methods=["POST"])
    @has_access
    @permission_name("export")
    def export_later(self, fmt: str) -> Any:
        """Begin the file; its person is told when it can be fetched."""
        from app.lowcode.exporting import later

        state = read_state(self.listable, request.args)
        if state.problems:
            raise state.problems[0]
        every_column = request.args.get("columns") == "all"
        later.begin(db.session, self, state, fmt, every_column=every_column)
        db.session.commit()
        flash(_("The file is being written. You will be told when it can be fetched."), "success")
        return redirect(self.list_url(state))
