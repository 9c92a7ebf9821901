"""The screen of contacts."""

from app.entities.customers import Contact
from app.extensions import db
from app.lowcode.screens import Board, Chart, EntityInterface, EntityView, Section
from app.services import customers
from app.views.warnings import duplicate_warnings


class ContactView(EntityView):
    datamodel = EntityInterface(Contact)
    icon = "address-book"
    help_page = "customers"
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
    unindexed = {
        "is_decision_maker": "two values only",
        "is_primary": "two values only",
        "preferred_channel": "asked by campaigns",
        "birth_date": "asked by campaigns",
    }
    base_order = ("created_on", "desc")
    form = [
        Section(
            "Person",
            ["customer", "name", "sex", "role", "job_title", "department", "reports_to"],
        ),
        Section("Ways to reach", ["mobile", "phone", "email", "wechat", "preferred_channel"]),
        Section("Standing", ["is_decision_maker", "is_primary", "birth_date", "notes"]),
    ]
    facts = ["customer", "role", "mobile", "preferred_channel"]
    layouts = [Board("role"), Chart("role"), Chart("preferred_channel"), Chart("created_on")]
    match_keys = ["customer", "name"]

    def pre_save(self, item: Contact, is_new: bool) -> None:
        customers.check_contact(db.session, item)

    def warnings(self, item: Contact) -> list[tuple[str, str | None]]:
        return duplicate_warnings(self, item)
