"""The page of one record, and the parts of it that come after: figures and the timeline."""

from typing import Any

from flask import render_template, request
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name

from app.lowcode import related
from app.lowcode.figures import show_all
from app.lowcode.pages import RecordPage
from app.lowcode.screens.outlines import open_record, outline_of
from app.lowcode.screens.record_html import record_html
from app.lowcode.screens.records import record_page
from app.lowcode.screens.timeline import timeline_of
from app.lowcode.shelf.opened import note_opened


class Showing:
    """Adds `/<pk>`; what sums up other rows is asked for by the page itself once it stands."""

    @expose("/<int:pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: int) -> Any:
        """`?tab=` names related lists that come with the page; the first of them is open."""
        record = open_record(self, pk)
        note_opened(self.model.__name__, record.item.id)
        page = record_page(self, record, request.args.getlist("tab"))
        self.complete_page(page, record.item)
        return record_html(page)

    def complete_page(self, page: RecordPage, item: Any) -> None:
        """Add to the page of a record what this screen alone knows."""

    @expose("/<int:pk>/figures")
    @has_access
    @permission_name("show")
    def figures_part(self, pk: int) -> Any:
        key, tabs = self.get_item(pk).id, outline_of(self).tabs
        counts = related.counts([tab.rows for tab in tabs], key)
        names = [tab.screen.resource for tab in tabs]
        return render_template(
            "record/_figures.html",
            figures=show_all(self.figures, id=key),
            counts=list(zip(names, counts, strict=True)),
        )

    @expose("/<int:pk>/timeline")
    @has_access
    @permission_name("show")
    def timeline_part(self, pk: int) -> Any:
        events = timeline_of(self, self.get_item(pk))
        return render_template("record/_events.html", events=events)
