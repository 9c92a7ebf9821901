"""The screens of customers, their contacts and interactions, and the words that classify them."""

from flask_babel import lazy_gettext as _

from app.entities.customers import Contact, Customer, CustomerSource, Industry, Interaction, Tag
from app.entities.system.user import User
from app.extensions import db
from app.lowcode import principal
from app.lowcode.fields.scalars import today
from app.lowcode.screens import (
    Board,
    Calendar,
    Chart,
    EntityInterface,
    EntityView,
    Lines,
    Section,
    action,
)
from app.rules.customers import Tier
from app.services import customers
from app.views.warnings import duplicate_warnings


class ContactView(EntityView):
    datamodel = EntityInterface(Contact)
    icon = "address-book"
    list_columns = [
        "name",
        "customer",
        "job_title",
        "role",
        "is_decision_maker",
        "mobile",
        "email",
    ]
    quick_search = ["name", "mobile", "phone", "email", "wechat", "customer.name"]
    filters = [
        "customer",
        "role",
        "is_decision_maker",
        "is_primary",
        "preferred_channel",
        "customer.tier",
        "customer.owner",
        "birth_date",
        "created_on",
    ]
    base_order = ("created_on", "desc")
    form = [
        Section(
            "Person",
            ["customer", "name", "sex", "role", "job_title", "department", "reports_to"],
        ),
        Section("Ways to reach", ["mobile", "phone", "email", "wechat", "preferred_channel"]),
        Section("Standing", ["is_decision_maker", "is_primary", "birth_date"]),
        Section("Notes", ["notes"]),
    ]
    facts = ["customer", "role", "mobile", "preferred_channel"]
    layouts = [Board("role"), Chart("role"), Chart("preferred_channel"), Chart("created_on")]
    match_keys = ["customer", "name"]

    def pre_save(self, item: Contact, is_new: bool) -> None:
        customers.check_contact(db.session, item)


class InteractionView(EntityView):
    datamodel = EntityInterface(Interaction)
    icon = "message-circle"
    list_columns = [
        "subject",
        "customer",
        "contact",
        "channel",
        "happened_on",
        "outcome",
        "next_step",
        "next_step_date",
        "by",
    ]
    quick_search = ["subject", "content", "next_step", "customer.name", "contact.name"]
    filters = [
        "customer",
        "contact",
        "channel",
        "direction",
        "outcome",
        "by",
        "happened_on",
        "next_step_date",
        "next_step_done",
        "customer.owner",
        "customer.tier",
    ]
    base_order = ("happened_on", "desc")
    form = [
        Section(
            "Conversation",
            ["customer", "contact", "channel", "direction", "happened_on", "by"],
        ),
        Section("Content", ["subject", "content", "outcome"]),
        Section("Next step", ["next_step", "next_step_date", "next_step_done"]),
    ]
    facts = ["customer", "channel", "happened_on", "outcome", "next_step_date"]
    layouts = [
        Board("outcome"),
        Calendar("next_step_date"),
        Calendar("happened_on"),
        Chart("channel"),
        Chart("outcome"),
        Chart("happened_on"),
        Chart("by"),
    ]

    def pre_save(self, item: Interaction, is_new: bool) -> None:
        if is_new and item.by is None and item.by_id is None:
            item.by_id = principal.current().user_id
        customers.check_interaction(db.session, item)

    @action("finish_next_step", _("Next step done"), icon="check")
    def finish_next_step(self, items: list[Interaction]) -> None:
        for interaction in items:
            interaction.next_step_done = True


class CustomerView(EntityView):
    datamodel = EntityInterface(Customer)
    icon = "building"
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
        "interests",
        "needs",
    ]
    base_order = ("created_on", "desc")
    form = [
        Section("Basic", ["name", "kind", "code", "tier", "lifecycle_stage", "country"]),
        Section("Registration", ["tax_number"], when={"kind": ["company", "government"]}),
        Section(
            "Company",
            ["industry", "size", "legal_representative", "parent"],
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
        Section("What the customer wants", ["needs", "preferences", "interests"]),
        Section("Notes", ["notes"]),
    ]
    facts = ["owner", "phone", "region", "credit_limit", "cooperation_since"]
    badges = ["kind", "tier", "lifecycle_stage"]
    layouts = [
        Board("tier", sum="credit_limit"),
        Board("lifecycle_stage", sum="credit_limit"),
        Chart("tier"),
        Chart("lifecycle_stage"),
        Chart("industry"),
        Chart("region", sum="credit_limit"),
        Chart("source"),
        Chart("created_on"),
        Chart("owner"),
    ]
    related_views = [ContactView, InteractionView]
    timeline = ["interactions"]
    match_keys = ["code", "name"]

    def pre_save(self, item: Customer, is_new: bool) -> None:
        customers.check_customer(item)

    def warnings(self, item: Customer) -> list[tuple[str, str | None]]:
        return duplicate_warnings(self, item)

    @action("make_vip", _("Make VIP"), _("Make these customers VIP?"), icon="crown")
    def make_vip(self, items: list[Customer]) -> None:
        customers.set_tier(items, Tier.VIP)

    @action("make_ordinary", _("Make ordinary"), _("Make these customers ordinary?"), icon="user")
    def make_ordinary(self, items: list[Customer]) -> None:
        customers.set_tier(items, Tier.ORDINARY)

    @action("make_potential", _("Make potential"), _("Make these potential?"), icon="user-question")
    def make_potential(self, items: list[Customer]) -> None:
        customers.set_tier(items, Tier.POTENTIAL)

    @action(
        "take_over", _("Take over"), _("Become the owner of these customers?"), icon="hand-grab"
    )
    def take_over(self, items: list[Customer]) -> None:
        customers.assign(items, db.session.get(User, principal.current().user_id))

    @action(
        "verify",
        _("Mark as verified"),
        _("Were these files checked?"),
        icon="rosette-discount-check",
    )
    def verify(self, items: list[Customer]) -> None:
        for customer in items:
            customer.last_verified_on = today()


class CustomerSourceView(EntityView):
    datamodel = EntityInterface(CustomerSource)
    icon = "route"
    list_columns = ["position", "name", "code", "is_active"]
    quick_search = ["name", "code"]
    filters = ["is_active"]
    base_order = ("position", "asc")
    form = [Section("Customer source", ["name", "code", "position", "is_active"])]
    related_views = [CustomerView]
    match_keys = ["code", "name"]


class IndustryView(EntityView):
    datamodel = EntityInterface(Industry)
    icon = "building-factory-2"
    list_columns = ["position", "name", "code", "is_active"]
    quick_search = ["name", "code"]
    filters = ["is_active"]
    base_order = ("position", "asc")
    form = [Section("Industry", ["name", "code", "position", "is_active"])]
    related_views = [CustomerView]
    match_keys = ["code", "name"]


class TagView(EntityView):
    datamodel = EntityInterface(Tag)
    icon = "tags"
    list_columns = ["position", "name", "color", "is_active"]
    quick_search = ["name"]
    filters = ["color", "is_active"]
    base_order = ("position", "asc")
    form = [Section("Tag", ["name", "color", "position", "is_active"])]
    match_keys = ["name"]
