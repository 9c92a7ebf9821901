"""The screen of leads."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import inspect

from app.entities.customers import Customer
from app.entities.sales.lead import Lead
from app.entities.system.user import User
from app.extensions import db
from app.lowcode import principal
from app.lowcode.belongings import carry_over
from app.lowcode.screens import (
    Board,
    Chart,
    EntityInterface,
    EntityView,
    Section,
    StatusBar,
    action,
)
from app.rules.leads import LEAD
from app.services.sales import leads
from app.views import clock


class LeadView(EntityView):
    datamodel = EntityInterface(Lead)
    icon = "user-search"
    help_page = "sales"
    list_columns = [
        "name",
        "company_name",
        "status",
        "score",
        "source",
        "phone",
        "region",
        "owner",
        "created_on",
    ]
    quick_search = ["name", "company_name", "phone", "phone_key", "email"]
    filters = [
        "status",
        "score",
        "source",
        "campaign",
        "industry",
        "region",
        "owner",
        "team",
        "created_on",
        "converted_on",
        "customer",
        "deal",
    ]
    base_order = ("created_on", "desc")
    form = [
        Section("Lead", ["name", "company_name", "job_title", "status", "score"]),
        Section("Ways to reach", ["phone", "email"]),
        Section("Origin", ["source", "campaign", "industry", "region"]),
        Section("Responsibility", ["owner", "team"]),
        Section("Needs and notes", ["needs", "notes"]),
    ]
    facts = ["company_name", "phone", "score", "customer", "deal", "converted_on"]
    status_bar = StatusBar("status", ["new", "working", "qualified", "converted"])
    layouts = [
        Board("status", card=["company_name", "score", "phone", "owner"]),
        Chart("status"),
        Chart("source", split="status"),
        Chart("campaign"),
        Chart("region"),
        Chart("owner"),
        Chart("created_on"),
    ]
    match_keys = ["email", "phone"]

    def pre_save(self, item: Lead, is_new: bool) -> None:
        changed = inspect(item).attrs.status.history.deleted
        before = None if is_new else (changed[0] if changed else item.status)
        leads.check_lead(item, before)

    def warnings(self, item: Lead) -> list[tuple[str, str | None]]:
        """Customers that the lead may be; who is there already needs no lead."""
        if item.customer is not None:
            return []
        found = leads.customers_like(db.session, item)
        screen = self.screen_of(Customer)
        return [
            (
                gettext("There is a customer like this: %(name)s.", name=row.name),
                screen.url_of(row.id) if screen.may("can_show") else None,
            )
            for row in found.visible
        ]

    def is_action_available(self, name: str, item: Lead) -> bool:
        return name not in LEAD.actions or LEAD.may(name, item.status)

    @action(
        "work", _("Start contacting"), icon="phone-call", done=_("%(name)s is being contacted.")
    )
    def work(self, items: Any) -> None:
        self.apply(items, lambda lead: leads.step_lead(lead, "work"))

    @action("qualify", _("Qualify"), icon="circle-check", done=_("%(name)s is qualified."))
    def qualify(self, items: Any) -> None:
        self.apply(items, lambda lead: leads.step_lead(lead, "qualify"))

    @action("convert", _("Convert"), icon="arrow-right-circle", optional=["customer"])
    def convert(self, items: Any, values: dict[str, Any]) -> None:
        self.apply(items, lambda lead: _convert(lead, values["customer"]))

    @action(
        "disqualify",
        _("Disqualify"),
        _("Disqualify these leads?"),
        icon="user-x",
        done=_("%(name)s was disqualified."),
    )
    def disqualify(self, items: Any) -> None:
        self.apply(items, lambda lead: leads.step_lead(lead, "disqualify"))

    @action("reopen", _("Reopen"), icon="arrow-back-up", done=_("%(name)s was reopened."))
    def reopen(self, items: Any) -> None:
        self.apply(items, lambda lead: leads.step_lead(lead, "reopen"))

    @action(
        "take_over",
        _("Take over"),
        _("Become the owner of these leads?"),
        icon="hand-grab",
        done=_("%(name)s is yours now."),
    )
    def take_over(self, items: Any) -> None:
        person = db.session.get(User, principal.current().user_id)
        for lead in items:
            lead.owner = person


def _convert(lead: Lead, customer: Customer | None) -> None:
    """What was written and attached goes on with the deal."""
    by_id = principal.current().user_id
    made = leads.convert_lead(db.session, lead, customer=customer, by_id=by_id, now=clock.now())
    remark = gettext("From the lead %(name)s.", name=repr(lead))
    carry_over(db.session(), lead, made.deal, remark)
