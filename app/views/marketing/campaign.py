"""The screens of campaigns, their members, and what came of them."""

from flask_babel import lazy_gettext as _

from app.entities.marketing import Campaign, CampaignMember
from app.extensions import db
from app.lowcode.pages import RecordPage
from app.lowcode.screens import (
    Board,
    Calendar,
    Chart,
    EntityInterface,
    EntityView,
    Section,
    StatusBar,
    action,
)
from app.rules.marketing import CAMPAIGNS, CampaignStatus
from app.services import marketing
from app.views.marketing.results import results_section
from app.views.moving import MovingView


class CampaignMemberView(EntityView):
    datamodel = EntityInterface(CampaignMember)
    icon = "user-share"
    help_page = "marketing"
    list_columns = ["name", "campaign", "status", "customer", "email", "phone", "responded_on"]
    quick_search = ["name", "email", "phone", "campaign.name"]
    filters = ["campaign", "campaign.type", "status", "customer", "contact", "lead", "responded_on"]
    unindexed = {
        "responded_on": "asked together with the campaign",
    }
    base_order = ("created_on", "desc")
    form = [
        Section("Member", ["campaign", "customer", "contact", "lead", "name", "email", "phone"]),
        Section("Reaction", ["status", "responded_on", "notes"]),
    ]
    facts = ["campaign", "status", "customer", "responded_on"]
    layouts = [
        Board("status", card=["campaign", "customer", "responded_on"]),
        Calendar("responded_on", color="status"),
        Chart("status"),
        Chart("campaign", split="status"),
        Chart("responded_on"),
    ]
    match_keys = ["name"]

    def pre_save(self, item: CampaignMember, is_new: bool) -> None:
        marketing.check_member(db.session, item)


class CampaignView(MovingView):
    datamodel = EntityInterface(Campaign)
    machine = CAMPAIGNS
    icon = "speakerphone"
    help_page = "marketing"
    list_columns = [
        "name",
        "code",
        "type",
        "status",
        "start_date",
        "end_date",
        "budget",
        "cost",
        "owner",
    ]
    quick_search = ["name", "code", "goal", "audience"]
    filters = [
        "type",
        "status",
        "start_date",
        "end_date",
        "owner",
        "team",
        "budget",
        "cost",
        "created_on",
    ]
    base_order = ("start_date", "desc")
    form = [
        Section("Campaign", ["name", "code", "type", "owner", "team"]),
        Section("Plan", ["start_date", "end_date", "audience", "goal", "notes"]),
        Section("Money", ["budget", "cost", "expected_revenue"]),
    ]
    file_form = [Section("Status", ["status"])]
    facts = ["owner", "start_date", "end_date", "budget", "cost"]
    totals = ["budget", "cost"]
    status_bar = StatusBar("status", ["planned", "active", "done"])
    layouts = [
        Board("status", sum="cost", card=["type", "start_date", "owner", "cost"]),
        Board("type", sum="cost", card=["status", "start_date", "owner", "cost"]),
        Calendar("start_date", color="type"),
        Chart("type"),
        Chart("type", sum="cost"),
        Chart("type", sum="budget"),
        Chart("status"),
        Chart("start_date", sum="cost"),
        Chart("owner"),
    ]
    related_views = [CampaignMemberView, "leads", "deals"]
    match_keys = ["code", "name"]

    def complete_page(self, page: RecordPage, item: Campaign) -> None:
        page.sections.insert(0, results_section(item))

    def _check(self, item: Campaign) -> None:
        marketing.check_campaign(item)

    def _move(self, item: Campaign, before: CampaignStatus) -> None:
        marketing.move_campaign(item, before)

    def _act(self, item: Campaign, name: str) -> None:
        marketing.act_on_campaign(item, name)

    @action("launch", _("Launch"), icon="rocket", done=_("%(name)s was launched."))
    def launch(self, items: list[Campaign]) -> None:
        self._act_on(items, "launch")

    @action("finish", _("Finish"), icon="flag-check", done=_("%(name)s is finished."))
    def finish(self, items: list[Campaign]) -> None:
        self._act_on(items, "finish")

    @action("reopen", _("Reopen"), icon="rotate", done=_("%(name)s was reopened."))
    def reopen(self, items: list[Campaign]) -> None:
        self._act_on(items, "reopen")

    @action(
        "cancel",
        _("Cancel campaign"),
        _("Cancel these campaigns?"),
        icon="ban",
        done=_("%(name)s was cancelled."),
    )
    def cancel(self, items: list[Campaign]) -> None:
        self._act_on(items, "cancel")
