"""What came of a campaign, each figure with the rows behind it."""

from flask import current_app
from flask_babel import format_decimal
from flask_babel import gettext as _

from app.entities.marketing import Campaign, CampaignMember
from app.entities.sales.deal import Deal
from app.entities.sales.lead import Lead
from app.extensions import db
from app.lowcode.listing import ListState
from app.lowcode.pages import Cell, ShownSection
from app.rules.marketing import REACHED
from app.rules.pipeline import StageKind
from app.services.marketing import results_of


def results_section(campaign: Campaign) -> ShownSection:
    """Sent, opened, clicked, responded, leads, deals, revenue and return on what was spent."""
    found = results_of(db.session, [campaign])[campaign.id]
    mine = ("campaign", str(campaign.id))
    won = (mine, ("stage.kind", str(StageKind.WON.value)))
    steps = {
        step: (mine, ("status", ",".join(str(status.value) for status in statuses)))
        for step, statuses in REACHED.items()
    }
    revenue = format_decimal(found.revenue, "#,##0.00")
    return ShownSection(
        _("Results"),
        [
            (_("Members"), _figure(found.members, CampaignMember, (mine,))),
            (_("Sent"), _figure(found.sent, CampaignMember, steps["sent"])),
            (_("Opened"), _figure(found.opened, CampaignMember, steps["opened"])),
            (_("Clicked"), _figure(found.clicked, CampaignMember, steps["clicked"])),
            (_("Responded"), _figure(found.responded, CampaignMember, steps["responded"])),
            (_("Leads"), _figure(found.leads, Lead, (mine,))),
            (_("Deals"), _figure(found.deals, Deal, (mine,))),
            (_("Won deals"), _figure(found.won, Deal, won)),
            (_("Revenue of won deals"), Cell("money", revenue, url=_rows(Deal, won))),
            (_("Return on cost (ROI)"), Cell("number", percent_text(found.roi_percent))),
        ],
    )


def percent_text(value: object) -> str:
    return "" if value is None else f"{format_decimal(value, '#,##0.0')} %"


def _figure(count: int, entity: type, filters: tuple[tuple[str, str], ...]) -> Cell:
    return Cell("number", format_decimal(count), url=_rows(entity, filters))


def _rows(entity: type, filters: tuple[tuple[str, str], ...]) -> str | None:
    """The list behind a figure, for who may open it."""
    view = current_app.extensions["kehu_screens"].get(entity)
    if view is None or not view.may("can_list"):
        return None
    return str(view.list_url(ListState(filters=filters)))
