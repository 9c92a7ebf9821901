"""Satisfaction: the monthly score against its target, by agent, team and type, and the worst words.

Every figure counts the answers that its link opens in the list of responses.
"""

from typing import Any

from flask import jsonify, render_template, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app.extensions import db
from app.lowcode import field_rights
from app.lowcode.settings import satisfaction_goal
from app.rules.satisfaction import Verdict, suggested_target
from app.services import satisfaction
from app.views.support.satisfaction_page import (
    Choices,
    Line,
    SatisfactionPage,
    Scale,
    Span,
    comments_of,
    lines_of,
    month_line,
    read_span,
    tiles_of,
)

#: tokens of the colours that points of the chart have by their verdict
_MARKS = {Verdict.MISSED: "danger", Verdict.TOO_FEW: "line-strong"}


class SatisfactionView(BaseView):
    """`can_show`; the rows are those that the person may see in the list of responses."""

    route_base = "/satisfaction"
    default_view = "show"
    class_permission_name = "Satisfaction"
    icon = "mood-smile"
    list_title = lazy_gettext("Satisfaction")
    menu_right = "can_show"
    #: what every figure of it is counted by
    reads = ("SurveyResponse.csat", "SurveyResponse.nps", "SurveyResponse.comment")

    @expose("/")
    @has_access
    @permission_name("show")
    def show(self) -> Any:
        field_rights.require_readable(self.reads)
        span, scale = read_span(request.args), Scale(*satisfaction_goal())
        monthly = satisfaction.monthly(db.session, span.wanted(), span.borders())
        verdicts = [scale.verdict(tally) for tally in monthly[:-1]]  # the last month is not over
        page = SatisfactionPage(
            title=str(self.list_title),
            scale=scale,
            choices=Choices.of(db.session, span),
            tiles=tiles_of(span, scale, monthly),
            chart_url=url_for("SatisfactionView.chart", **span.arguments()),
            months=[
                month_line(span, scale, month, tally)
                for month, tally in zip(span.months, monthly, strict=True)
            ][::-1],
            groups=_groups(span, scale),
            comments=comments_of(satisfaction.worst(db.session, span.wanted())),
            suggestion=suggested_target(verdicts, scale.target),
            help_url="/help/service",
        )
        return render_template("satisfaction.html", page=page)

    @expose("/chart")
    @has_access
    @permission_name("show")
    def chart(self) -> Any:
        """The monthly score as a line, beside the line of the target."""
        field_rights.require_readable(self.reads)
        span, scale = read_span(request.args), Scale(*satisfaction_goal())
        monthly = satisfaction.monthly(db.session, span.wanted(), span.borders())
        scores = [None if tally.score is None else float(tally.score) for tally in monthly]
        labels = [f"{month:%Y-%m}" for month in span.months]
        marks = [_MARKS.get(scale.verdict(tally)) for tally in monthly]
        return jsonify(
            {
                "kind": "line",
                "title": _("Monthly satisfaction score"),
                "labels": labels if any(tally.csat_count for tally in monthly) else [],
                "series": [
                    {"name": _("Satisfaction score"), "data": scores, "marks": marks},
                    {"name": _("Target"), "data": [scale.target] * len(scores), "dashed": True},
                ],
                "urls": [
                    span.rows(span.month_filter(month), ("csat", "*")) for month in span.months
                ],
                "most": 100,
            }
        )


def _groups(span: Span, scale: Scale) -> list[tuple[str, str, list[Line]]]:
    """(title, head of the first column, lines) of every division."""
    session, wanted = db.session, span.wanted()
    agents = satisfaction.by_agent(session, wanted)
    teams = satisfaction.by_team(session, wanted)
    types = satisfaction.by_ticket_type(session, wanted)
    return [
        (_("By agent"), _("Agent"), lines_of(span, scale, "agent", agents)),
        (_("By team"), _("Team"), lines_of(span, scale, "team", teams)),
        (_("By ticket type"), _("Ticket type"), lines_of(span, scale, "ticket.type", types)),
    ]
