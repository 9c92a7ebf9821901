"""The screen of interactions: what was said, when, and what comes next."""

from flask_babel import lazy_gettext as _

from app.entities.customers import Interaction
from app.entities.system.user import User
from app.extensions import db
from app.lowcode import principal
from app.lowcode.screens import (
    Board,
    Calendar,
    Chart,
    EntityInterface,
    EntityView,
    Section,
    action,
)
from app.services import customers


class InteractionView(EntityView):
    datamodel = EntityInterface(Interaction)
    icon = "message-circle"
    help_page = "customers"
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
    unindexed = {
        "direction": "two values only",
        "next_step_done": "two values only; its date has an index",
    }
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
    defaults_to_me = ["by"]
    layouts = [
        Board("outcome", card=["customer", "channel", "happened_on", "next_step_date"]),
        Calendar("next_step_date", color="outcome"),
        Calendar("happened_on", color="channel"),
        Chart("happened_on", split="channel", kind="bar"),
        Chart("channel", split="outcome"),
        Chart("outcome"),
        Chart("by"),
    ]

    def pre_save(self, item: Interaction, is_new: bool) -> None:
        user_id = principal.current().user_id
        if is_new and item.by is None and user_id is not None:
            item.by = db.session.get(User, user_id)
        customers.check_interaction(db.session, item)

    @action("finish_next_step", _("Next step done"), icon="check")
    def finish_next_step(self, items: list[Interaction]) -> None:
        for interaction in items:
            interaction.next_step_done = True
