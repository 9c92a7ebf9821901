"""Campaigns side by side: what each cost, whom it reached, and what it brought."""

from dataclasses import dataclass
from typing import Any

from flask import jsonify, render_template, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import select

from app.entities.marketing import Campaign
from app.extensions import db
from app.lowcode import field_rights, listing
from app.lowcode.fields import field_of
from app.lowcode.pages import Cell, Chip, Column, FilterSpec, Row, Sheet
from app.lowcode.screens.overview import Overview
from app.rules.marketing import CampaignResults, together
from app.services.marketing import results_of
from app.views.marketing.results import figures_of, labels_of, texts_of

#: the newest ones; filters lead to older ones
MOST = 100
#: the newest ones that a reader can still tell apart in the chart
MOST_BARS = 20
#: figure → how it is read
KINDS = {
    "sent": "number",
    "responded": "number",
    "response_percent": "number",
    "leads": "number",
    "deals": "number",
    "won": "number",
    "revenue": "money",
    "roi_percent": "number",
}
Compared = list[tuple[Campaign, CampaignResults]]


@dataclass
class ComparisonPage:
    """The context of `campaigns.html`; `filters`, `chips` and `clear_url` as on every list."""

    title: str
    chips: list[Chip]
    filters: list[FilterSpec]
    clear_url: str | None
    help_url: str
    campaigns: Sheet
    chart_url: str
    warnings: list[str]


@dataclass(frozen=True)
class ComparisonRequest(Overview):
    """The campaigns asked about: the state of their list."""

    model = Campaign
    filters = ("type", "status", "start_date", "owner", "team")
    endpoint = "CampaignComparisonView.show"

    def compared(self) -> Compared:
        """The newest first."""
        query = (
            select(Campaign)
            .where(listing.condition(self.screen.listable, self.state))
            .order_by(Campaign.start_date.desc().nulls_last(), Campaign.id.desc())
            .limit(MOST)
        )
        found = db.session.scalars(query).all()
        results = results_of(db.session, found)
        return [(campaign, results[campaign.id]) for campaign in found]


class CampaignComparisonView(BaseView):
    """Whoever lists campaigns compares them; leads and deals count as far as they are theirs."""

    route_base = "/campaign-comparison"
    default_view = "show"
    class_permission_name = "Campaign"
    icon = "chart-bar"
    list_title = lazy_gettext("Campaign comparison")
    menu_right = "can_list"
    #: what its figures are computed from
    reads = ("Campaign.cost", "CampaignMember.status", "Deal.amount", "Deal.stage")

    @expose("/")
    @has_access
    @permission_name("list")
    def show(self) -> Any:
        field_rights.require_readable(self.reads)
        asked = ComparisonRequest.read()
        page = ComparisonPage(
            title=str(self.list_title),
            chips=asked.chips,
            filters=asked.filter_forms,
            clear_url=asked.clear_url,
            help_url="/help/marketing",
            campaigns=_sheet(asked.screen, asked.compared()),
            chart_url=url_for("CampaignComparisonView.chart") + asked.state.query(),
            warnings=asked.problems,
        )
        return render_template("campaigns.html", page=page)

    @expose("/chart")
    @has_access
    @permission_name("list")
    def chart(self) -> Any:
        """Cost beside revenue, the oldest first."""
        field_rights.require_readable(self.reads)
        asked = ComparisonRequest.read()
        compared = asked.compared()[:MOST_BARS][::-1]
        return jsonify(
            {
                "kind": "bar",
                "beside": True,
                "title": _("Cost and revenue"),
                "labels": [campaign.name for campaign, _found in compared],
                "series": [
                    {"name": _("Cost"), "data": [float(found.cost) for _c, found in compared]},
                    {
                        "name": _("Revenue of won deals"),
                        "data": [float(found.revenue) for _c, found in compared],
                    },
                ],
                "urls": [asked.screen.url_of(campaign.id) for campaign, _found in compared],
            }
        )


def _sheet(screen: Any, compared: Compared) -> Sheet:
    labels = {**labels_of(), "revenue": _("Revenue"), "roi_percent": _("ROI")}
    whole = texts_of(together(found for _campaign, found in compared))
    columns = [
        Column("name", _("Campaign"), "text"),
        Column("type", _("Type"), "badge"),
        Column("status", _("Status"), "badge"),
        Column("cost", _("Cost"), "money", "right", total=whole["cost"]),
        *(
            Column(name, labels[name], kind, "right", total=whole[name])
            for name, kind in KINDS.items()
        ),
    ]
    return Sheet(columns, [_row(screen, *pair) for pair in compared], count=len(compared))


def _row(screen: Any, campaign: Campaign, found: CampaignResults) -> Row:
    figures = figures_of(campaign, found)
    cells = [
        Cell("text", campaign.name),
        *(field_of(Campaign, name).cell(getattr(campaign, name)) for name in ("type", "status")),
        Cell("money", texts_of(found)["cost"]),
        *(figures[name] for name in KINDS),
    ]
    return Row(campaign.id, screen.url_of(campaign.id) if screen.may("can_show") else "", cells)
