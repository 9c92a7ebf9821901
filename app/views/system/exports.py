"""Files that were written in the background, for the person who asked for them."""

from typing import Any

from flask import abort
from flask_appbuilder import BaseView, expose

from app.extensions import db
from app.lowcode import principal
from app.lowcode.exporting import download, later


class ExportView(BaseView):
    """Nobody else gets the file, and who may not export the list any more does not either."""

    route_base = "/exports"
    default_view = "fetch"
    class_permission_name = "Job"
    base_permissions: list[str] = []

    @expose("/<int:key>")
    def fetch(self, key: int) -> Any:
        if principal.current().user_id is None:
            abort(401)
        found = later.written(db.session, key) or abort(404)
        job, path = found
        asked = job.arguments
        return download(path.open("rb"), asked["resource"], job.result["title"], asked["format"])
