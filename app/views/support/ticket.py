"""The screen of tickets: from the customer's word to the solution and its rating."""

from typing import Any

from flask_babel import lazy_gettext as _

from app.entities.support import Ticket
from app.entities.types import now_utc
from app.extensions import db
from app.lowcode.screens import (
    Board,
    Calendar,
    Chart,
    EntityInterface,
    Section,
    StatusBar,
    action,
)
from app.rules.support import RATED_TICKETS, TICKETS, TicketStatus
from app.services import support
from app.views.moving import MovingView
from app.views.support.survey import SurveyResponseView
from app.views.work.task import TaskView


class TicketView(MovingView):
    datamodel = EntityInterface(Ticket)
    machine = TICKETS
    icon = "headset"
    help_page = "service"
    list_columns = [
        "subject",
        "code",
        "customer",
        "type",
        "priority",
        "status",
        "assignee",
        "due_on",
        "rating",
        "created_on",
    ]
    quick_search = ["subject", "code", "customer.name", "description", "solution"]
    filters = [
        "status",
        "type",
        "priority",
        "phase",
        "channel",
        "assignee",
        "team",
        "customer",
        "customer.tier",
        "contact",
        "product",
        "order",
        "due_on",
        "created_on",
        "first_response_on",
        "resolved_on",
        "rating",
        "reopen_count",
    ]
    unindexed = {
        "first_response_on": "asked rarely, and mostly whether it is empty",
        "reopen_count": "nearly every row holds the same",
    }
    base_order = ("created_on", "desc")
    form = [
        Section("Request", ["customer", "contact", "subject", "description"]),
        Section("Classification", ["type", "phase", "priority", "channel", "product", "order"]),
        Section("Handling", ["assignee", "team", "due_on", "solution"]),
    ]
    file_form = [
        Section("History", ["code", "status", "first_response_on", "resolved_on", "closed_on"]),
    ]
    facts = ["customer", "assignee", "due_on", "first_response_on", "resolved_on", "rating"]
    defaults_to_me = ["assignee"]
    status_bar = StatusBar("status", ["new", "open", "resolved", "closed"])
    layouts = [
        Board("status", card=["customer", "priority", "assignee", "due_on"]),
        Board("priority", card=["customer", "status", "assignee", "due_on"]),
        Calendar("due_on", color="priority"),
        Chart("status"),
        Chart("type", split="status"),
        Chart("created_on", split="type", kind="bar"),
        Chart("assignee", split="status"),
        Chart("priority"),
        Chart("phase"),
        Chart("product"),
        Chart("rating"),
    ]
    related_views = [TaskView, SurveyResponseView]
    match_keys = ["code"]

    def _check(self, item: Ticket) -> None:
        support.check_ticket(db.session, item)

    def _check_past(self, item: Ticket) -> None:
        support.check_past(item)

    def _move(self, item: Ticket, before: TicketStatus) -> None:
        support.move_ticket(item, before, now_utc())

    def _act(self, item: Ticket, name: str) -> None:
        support.act_on_ticket(item, name, now_utc())

    def is_action_available(self, name: str, item: Ticket) -> bool:
        if name == "rate":
            return item.status in RATED_TICKETS
        return super().is_action_available(name, item)

    @action("start", _("Start"), icon="player-play", done=_("%(name)s was started."))
    def start(self, items: list[Ticket]) -> None:
        self._act_on(items, "start")

    @action(
        "resolve",
        _("Resolve"),
        icon="circle-check",
        inputs=["solution"],
        done=_("%(name)s is resolved."),
    )
    def resolve(self, items: list[Ticket], values: dict[str, Any]) -> None:
        for ticket in items:
            ticket.solution = values["solution"]
        self._act_on(items, "resolve")

    @action(
        "wait",
        _("Wait for the customer"),
        icon="hourglass",
        done=_("%(name)s waits for the customer."),
    )
    def wait(self, items: list[Ticket]) -> None:
        self._act_on(items, "wait")

    @action(
        "rate",
        _("Rate"),
        icon="star",
        multiple=False,
        inputs=["rating"],
        optional=["rating_comment"],
        done=_("%(name)s was rated."),
    )
    def rate(self, items: list[Ticket], values: dict[str, Any]) -> None:
        rating, comment = values["rating"], values["rating_comment"]
        now = now_utc()
        self.apply(items, lambda row: support.rate_ticket(db.session, row, rating, comment, now))

    @action("close", _("Close"), icon="archive", done=_("%(name)s was closed."))
    def close(self, items: list[Ticket]) -> None:
        self._act_on(items, "close")

    @action(
        "reopen",
        _("Reopen"),
        _("Open these tickets again?"),
        icon="rotate",
        done=_("%(name)s was reopened."),
    )
    def reopen(self, items: list[Ticket]) -> None:
        self._act_on(items, "reopen")
