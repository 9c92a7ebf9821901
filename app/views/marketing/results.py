"""What came of a campaign, each figure with the rows behind it."""

from dataclasses import fields

from flask_babel import format_decimal
from flask_babel import gettext as _

from app.entities.marketing import Campaign, CampaignMember
from app.entities.sales.deal import Deal
from app.entities.sales.lead import Lead
from app.extensions import db
from app.lowcode import registered
from app.lowcode.list_state import ListState
from app.lowcode.pages import Cell, ShownSection
from app.rules.marketing import REACHED, CampaignResults
from app.rules.pipeline import StageKind
from app.services.marketing import results_of


def results_section(campaign: Campaign) -> ShownSection:
    """Sent, opened, clicked, responded, leads, deals, revenue and return on what was spent."""
    cells = figures_of(campaign, results_of(db.session, [campaign])[campaign.id])
    labels = labels_of()
    return ShownSection(_("Results"), [(labels[name], cell) for name, cell in cells.items()])


def labels_of() -> dict[str, str]:
    """Figure → what it is called."""
    return {
        "members": _("Members"),
        "sent": _("Sent"),
        "opened": _("Opened"),
        "clicked": _("Clicked"),
        "responded": _("Responded"),
        "response_percent": _("Response rate"),
        "leads": _("Leads"),
        "deals": _("Deals"),
        "won": _("Won deals"),
        "revenue": _("Revenue of won deals"),
        "roi_percent": _("Return on cost (ROI)"),
    }


def figures_of(campaign: Campaign, found: CampaignResults) -> dict[str, Cell]:
    """Every figure of a campaign; counts and revenue open their rows."""
    mine = ("campaign", str(campaign.id))
    won = (mine, ("stage.kind", str(StageKind.WON.value)))
    steps = {
        step: (mine, ("status", ",".join(str(status.value) for status in statuses)))
        for step, statuses in REACHED.items()
    }
    rows = {
        "members": (CampaignMember, (mine,)),
        **{step: (CampaignMember, filters) for step, filters in steps.items()},
        "leads": (Lead, (mine,)),
        "deals": (Deal, (mine,)),
        "won": (Deal, won),
        "revenue": (Deal, won),
    }
    texts = texts_of(found)
    return {
        name: Cell("number", texts[name], url=_rows(*rows[name]) if name in rows else None)
        for name in labels_of()
    }


def texts_of(found: CampaignResults) -> dict[str, str]:
    """The figures as people read them."""
    counts = (field.name for field in fields(found) if field.name not in {"revenue", "cost"})
    return {
        **{name: format_decimal(getattr(found, name)) for name in counts},
        "cost": format_decimal(found.cost, "#,##0.00"),
        "revenue": format_decimal(found.revenue, "#,##0.00"),
        "response_percent": percent_text(found.response_percent),
        "roi_percent": percent_text(found.roi_percent),
    }


def percent_text(value: object) -> str:
    return "" if value is None else f"{format_decimal(value, '#,##0.0')} %"


def _rows(entity: type, filters: tuple[tuple[str, str], ...]) -> str | None:
    """The list behind a figure, for who may open it."""
    view = registered.screens().get(entity)
    if view is None or not view.may("can_list"):
        return None
    return str(view.list_url(ListState(filters=filters)))
