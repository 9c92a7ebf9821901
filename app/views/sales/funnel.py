"""The sales funnel: what stands in each stage, what goes on, and what is stuck."""

from typing import Any

from flask import jsonify, render_template
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app.lowcode import field_rights
from app.rules.errors import DomainError
from app.views.sales.funnel_page import FunnelRequest, funnel_page


class FunnelView(BaseView):
    """`can_show` opens it; whose deals it counts is decided where all deals are read."""

    route_base = "/funnel"
    default_view = "show"
    class_permission_name = "Funnel"
    icon = "filter-dollar"
    list_title = lazy_gettext("Sales funnel")
    menu_right = "can_show"
    #: what every figure of it is counted by
    reads = ("Deal.pipeline", "Deal.stage", "Deal.furthest_stage", "Deal.stage_since")

    @expose("/")
    @has_access
    @permission_name("show")
    def show(self) -> Any:
        field_rights.require_readable(self.reads)
        return render_template(
            "funnel.html", page=funnel_page(str(self.list_title), FunnelRequest.read())
        )

    @expose("/chart")
    @has_access
    @permission_name("show")
    def chart(self) -> Any:
        """The stages as a funnel of the deals that ever reached them."""
        field_rights.require_readable(self.reads)
        asked = FunnelRequest.read()
        try:
            funnel = asked.funnel()
        except DomainError:
            return jsonify({"kind": "funnel", "title": "", "labels": [], "series": [], "urls": []})
        rows = [(row, asked.stage_row(funnel, row)) for row in funnel.stages]
        return jsonify(
            {
                "kind": "funnel",
                "title": _("Deals that ever reached the stage"),
                "labels": [shown.name for _row, shown in rows],
                "series": [
                    {"name": _("Reached"), "data": [row.step.reached for row, _shown in rows]}
                ],
                "urls": [shown.reached.url for _row, shown in rows],
                "unit": "",
            }
        )
