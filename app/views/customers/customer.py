"""The screen of customers."""

from typing import Any

from flask import flash
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.entities.customers import Customer
from app.entities.marketing import CampaignMember
from app.entities.system.user import User
from app.extensions import db
from app.lowcode import principal
from app.lowcode.fields.moments import today
from app.lowcode.pages import Cell
from app.lowcode.screens import (
    Board,
    Chart,
    Document,
    EntityInterface,
    EntityView,
    Figure,
    Lines,
    Section,
    WorkedFact,
    action,
)
from app.rules.completeness import band_of
from app.rules.customers import Tier
from app.services import customers, marketing, quality
from app.views import papers
from app.views.customers.contact import ContactView
from app.views.customers.interaction import InteractionView
from app.views.warnings import duplicate_warnings

#: the rows of one customer, and the orders that count as bought
_THEIRS = {"f.customer": "{id}"}
_BOUGHT = {**_THEIRS, "f.state": "confirmed,shipped,done,history"}


def _completeness(percent: int | None) -> Cell:
    """How complete the file is."""
    return Cell("badge", f"{percent or 0} %", color=band_of(percent or 0).color)


class CustomerView(EntityView):
    datamodel = EntityInterface(Customer)
    icon = "building"
    help_page = "customers"
    list_columns = [
        "name",
        "code",
        "tier",
        "lifecycle_stage",
        "owner",
        "phone",
        "region",
        "tags",
        "credit_limit",
        "created_on",
    ]
    quick_search = ["name", "code", "phone", "phone_key", "email", "tax_number"]
    filters = [
        "kind",
        "tier",
        "lifecycle_stage",
        "source",
        "industry",
        "region",
        "tags",
        "owner",
        "team",
        "country",
        "do_not_contact",
        "credit_limit",
        "created_on",
        "cooperation_since",
        "last_verified_on",
        "birth_date",
        "parent",
        "size",
        "annual_revenue",
        "interests",
        "needs",
    ]
    unindexed = {
        "country": "nearly every row holds the same",
        "do_not_contact": "nearly every row holds the same",
        "cooperation_since": "asked rarely",
        "last_verified_on": "asked rarely, and mostly whether it is empty",
        "birth_date": "persons only, asked by campaigns",
        "size": "asked rarely",
        "annual_revenue": "asked rarely",
        "interests": "a text searched by its words",
        "needs": "a text searched by its words",
    }
    base_order = ("created_on", "desc")
    form = [
        Section("Basic", ["name", "kind", "code", "tier", "lifecycle_stage", "country"]),
        Section(
            "Registration", ["tax_number", "industry"], when={"kind": ["company", "government"]}
        ),
        Section(
            "Company",
            ["size", "employee_count", "annual_revenue", "legal_representative", "parent"],
            when={"kind": ["company"]},
        ),
        Section(
            "Government agency", ["agency_level", "policy_notes"], when={"kind": ["government"]}
        ),
        Section("Individual", ["sex", "birth_date", "occupation"], when={"kind": ["individual"]}),
        Section(
            "Ways to reach",
            ["phone", "fax", "email", "website", "preferred_channel", "do_not_contact"],
        ),
        Lines(
            "addresses",
            [
                "kind",
                "country",
                "province",
                "city",
                "district",
                "street",
                "postal_code",
                "is_default",
            ],
        ),
        Section("Classification", ["source", "region", "tags"]),
        Section(
            "Responsibility and terms",
            ["owner", "team", "credit_limit", "cooperation_since", "last_verified_on"],
        ),
        Section("Needs and notes", ["needs", "preferences", "interests", "notes"]),
    ]
    facts = ["owner", "phone", "region", "credit_limit", "cooperation_since"]
    worked_facts = [
        WorkedFact(_("Completeness"), quality.percent_by_key, _completeness, quality.READS)
    ]
    totals = ["credit_limit"]
    layouts = [
        Board("tier", sum="credit_limit", card=["owner", "phone", "credit_limit"]),
        Board("lifecycle_stage", sum="credit_limit", card=["owner", "tier", "credit_limit"]),
        Chart("tier"),
        Chart("lifecycle_stage"),
        Chart("industry"),
        Chart("region", sum="credit_limit"),
        Chart("source"),
        Chart("created_on"),
        Chart("owner", split="tier"),
    ]
    figures = [
        Figure(_("Orders"), "sales-orders", _BOUGHT, "shopping-cart"),
        Figure(_("Bought in all"), "sales-orders", _BOUGHT, "sum", sum="total_amount"),
        Figure(_("Average order"), "sales-orders", _BOUGHT, "divide", average="total_amount"),
        Figure(_("Last order"), "sales-orders", _BOUGHT, "calendar-event", latest="order_date"),
        Figure(_("Received payments"), "payments", _THEIRS, "cash", sum="amount"),
        Figure(
            _("Open deals"), "deals", {**_THEIRS, "f.stage.kind": "open"}, "target", sum="amount"
        ),
        Figure(
            _("Open tickets"), "tickets", {**_THEIRS, "f.status": "new,open,waiting"}, "headset"
        ),
        Figure(_("Average rating"), "survey-responses", _THEIRS, "mood-smile", average="csat"),
    ]
    related_views = [
        ContactView,
        InteractionView,
        "deals",
        "sales-orders",
        "payments",
        "tickets",
        "survey-responses",
        "tasks",
    ]
    timeline = ["interactions", "deals", "sales-orders", "payments", "tickets", "survey-responses"]
    documents = [
        Document(
            "customer_statement",
            _("Customer statement"),
            needs=("SalesOrder", "Payment"),
            reads=papers.STATEMENT,
            for_customer=True,
        )
    ]
    match_keys = ["code", "name"]

    def pre_save(self, item: Customer, is_new: bool) -> None:
        customers.check_customer(item)

    def warnings(self, item: Customer) -> list[tuple[str, str | None]]:
        return duplicate_warnings(self, item)

    @action(
        "make_vip",
        _("Make VIP"),
        _("Make these customers VIP?"),
        icon="crown",
        done=_("%(name)s is VIP now."),
    )
    def make_vip(self, items: list[Customer]) -> None:
        customers.set_tier(items, Tier.VIP)

    @action(
        "make_ordinary",
        _("Make ordinary"),
        _("Make these customers ordinary?"),
        icon="user",
        done=_("%(name)s is ordinary now."),
    )
    def make_ordinary(self, items: list[Customer]) -> None:
        customers.set_tier(items, Tier.ORDINARY)

    @action(
        "make_potential",
        _("Make potential"),
        _("Make these potential?"),
        icon="user-question",
        done=_("%(name)s is potential now."),
    )
    def make_potential(self, items: list[Customer]) -> None:
        customers.set_tier(items, Tier.POTENTIAL)

    @action(
        "take_over",
        _("Take over"),
        _("Become the owner of these customers?"),
        icon="hand-grab",
        done=_("%(name)s is yours now."),
    )
    def take_over(self, items: list[Customer]) -> None:
        customers.assign(items, db.session.get(User, principal.current().user_id))

    @action(
        "add_to_campaign",
        _("Add to campaign"),
        icon="speakerphone",
        inputs=[(CampaignMember, "campaign")],
        done=_("%(name)s was added to the campaign."),
    )
    def add_to_campaign(self, items: list[Customer], values: dict[str, Any]) -> None:
        added = marketing.add_customers(db.session, values["campaign"], items)
        if left_out := len(items) - added:
            flash(
                gettext(
                    "%(count)s were left out: members already, or they want no promotion.",
                    count=left_out,
                ),
                "warning",
            )

    @action(
        "verify",
        _("Mark as verified"),
        _("Were these files checked?"),
        icon="rosette-discount-check",
        done=_("%(name)s is verified."),
    )
    def verify(self, items: list[Customer]) -> None:
        for customer in items:
            customer.last_verified_on = today()
