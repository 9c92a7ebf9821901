"""The screens of deals and of the steps they took."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import redirect, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, func, select

from app.entities.sales.deal import Deal, StageChange
from app.entities.sales.order import SalesOrder
from app.entities.sales.pipeline import Pipeline, Stage
from app.entities.system.user import User
from app.extensions import db
from app.lowcode import principal
from app.lowcode.fields.relations import key_of
from app.lowcode.list_state import ListState, read_state
from app.lowcode.pages import Action, RecordPage
from app.lowcode.screens import (
    Board,
    Calendar,
    Chart,
    EntityInterface,
    EntityView,
    Lines,
    Section,
    StatusBar,
    action,
)
from app.lowcode.screens.list_html import list_html
from app.lowcode.screens.lists import list_page
from app.lowcode.settings.orders import usual_tax_rate
from app.rules.errors import DomainError
from app.rules.pipeline import DEAL, StageKind, may_order
from app.services.sales import deals, orders, pipelines
from app.views import clock


class StageChangeView(EntityView):
    """The ledger of steps: read only, whatever a role is given."""

    datamodel = EntityInterface(StageChange)
    icon = "timeline-event"
    help_page = "sales"
    base_permissions = ["can_list", "can_show", "can_export"]
    list_columns = ["changed_on", "deal", "from_stage", "to_stage", "by"]
    filters = ["deal", "changed_on", "from_stage", "to_stage", "by", "deal.owner"]
    order_columns = ["changed_on"]
    base_order = ("changed_on", "desc")
    layouts = [Chart("changed_on"), Chart("to_stage")]


def _way(deal: Deal) -> list[tuple[str, str]]:
    """The stages of a deal's own pipeline up to winning; a lost deal stands beside them."""
    stages = pipelines.stages_of(deal.pipeline)
    return [(str(stage.id), stage.name) for stage in stages if stage.kind is not StageKind.LOST]


class DealView(EntityView):
    datamodel = EntityInterface(Deal)
    icon = "briefcase"
    help_page = "sales"
    list_columns = [
        "title",
        "code",
        "customer",
        "stage",
        "amount",
        "probability",
        "weighted_amount",
        "expected_close_date",
        "owner",
        "created_on",
    ]
    quick_search = ["title", "code", "customer.name", "contact.name"]
    filters = [
        "pipeline",
        "stage",
        "stage.kind",
        "furthest_stage",
        "stage_since",
        "customer",
        "contact",
        "product",
        "owner",
        "team",
        "region",
        "source",
        "campaign",
        "amount",
        "probability",
        "expected_close_date",
        "engaged_date",
        "closed_date",
        "lost_reason",
        "competitors",
        "created_on",
    ]
    unindexed = {
        "stage_since": "asked together with the stage",
    }
    base_order = ("created_on", "desc")
    form = [
        Section("Deal", ["title", "code", "customer", "contact", "product", "amount"]),
        Section(
            "Plan",
            ["pipeline", "stage", "probability", "expected_close_date", "engaged_date"],
        ),
        Section("Origin and responsibility", ["owner", "team", "region", "source", "campaign"]),
        Section("Outcome", ["competitors", "lost_reason", "lost_notes"]),
        Section("Notes", ["notes"]),
    ]
    file_form = [
        Section("History", ["closed_date"]),
        Lines("stage_changes", ["to_stage", "changed_on"]),
    ]
    facts = ["customer", "amount", "weighted_amount", "expected_close_date", "owner", "stage_since"]
    totals = ["amount", "weighted_amount"]
    status_bar = StatusBar("stage", _way)
    layouts = [
        Board("stage", sum="amount", card=["customer", "amount", "expected_close_date", "owner"]),
        Calendar("expected_close_date"),
        Chart("stage", sum="amount"),
        Chart("owner", sum="amount"),
        Chart("product", sum="amount"),
        Chart("expected_close_date", sum="amount", kind="bar"),
        Chart("closed_date", sum="amount", kind="bar"),
        Chart("lost_reason"),
        Chart("source"),
        Chart("created_on"),
    ]
    related_views = ["sales-orders", "tasks", StageChangeView]
    timeline = ["stage-changes"]
    match_keys = ["code"]

    # the list ---------------------------------------------------------------------
    @expose("/")
    @has_access
    @permission_name("list")
    def list(self) -> Any:
        """As everywhere; a board shows the stages of one pipeline, the default one at first."""
        state = read_state(self.listable, request.args)
        if state.layout == "board" and "pipeline" not in dict(state.filters):
            state = self._in_default_pipeline(state)
        return list_html(list_page(self, state))

    def _in_default_pipeline(self, state: ListState) -> ListState:
        if (db.session.scalar(select(func.count(Pipeline.id))) or 0) < 2:
            return state
        wanted = str(pipelines.default_pipeline(db.session).id)
        return replace(state, filters=(("pipeline", wanted), *state.filters))

    def stacks_where(self, board: Board, state: ListState) -> ColumnElement[bool]:
        chosen = dict(state.filters).get("pipeline")
        if board.column != "stage" or chosen is None:
            return super().stacks_where(board, state)
        return Stage.pipeline_id.in_([key_of(word) for word in chosen.split(",")])

    # saving -----------------------------------------------------------------------
    def start_values(self) -> Mapping[str, Any]:
        try:
            pipeline = pipelines.default_pipeline(db.session)
            stage = pipelines.stage_of_kind(pipeline, StageKind.OPEN)
        except DomainError:  # before anybody made a pipeline the form says what is missing
            return {}
        return {"pipeline": pipeline, "stage": stage}

    def pre_save(self, item: Deal, is_new: bool) -> None:
        deals.check_deal(db.session, item, is_new=is_new, **_acting())

    def pre_import(self, item: Deal, is_new: bool) -> None:
        """A new deal of a file was worked on elsewhere: its steps are those that the file dates."""
        if is_new:
            deals.check_past_deal(db.session, item)
        else:
            self.pre_save(item, is_new)

    # the record -------------------------------------------------------------------
    def complete_page(self, page: RecordPage, item: Deal) -> None:
        """A deal that was ordered leads to its order."""
        screen = self.screen_of(SalesOrder)
        if not screen.may("can_show") or any(action.name == "order" for action in page.actions):
            return  # what can be ordered was not ordered yet
        order = orders.order_of_deal(db.session(), item)
        if order is not None:
            label, url = gettext("Order %(code)s", code=order.code), screen.url_of(order.id)
            page.actions.insert(0, Action("show_order", label, "shopping-cart", url, method="get"))

    # actions ----------------------------------------------------------------------
    def is_action_available(self, name: str, item: Deal) -> bool:
        if name == "order":
            return may_order(item.stage.kind) and orders.order_of_deal(db.session(), item) is None
        return name not in DEAL.actions or DEAL.may(name, item.stage.kind)

    @action(
        "win",
        _("Mark as won"),
        _("Mark these deals as won?"),
        icon="trophy",
        done=_("%(name)s was won."),
    )
    def win(self, items: Any) -> None:
        self.apply(items, lambda deal: deals.win_deal(deal, **_acting()))

    @action(
        "lose",
        _("Mark as lost"),
        icon="mood-sad",
        inputs=["lost_reason"],
        optional=["lost_notes"],
        done=_("%(name)s was marked as lost."),
    )
    def lose(self, items: Any, values: dict[str, Any]) -> None:
        reason, notes = values["lost_reason"], values["lost_notes"]
        self.apply(items, lambda deal: deals.lose_deal(deal, reason, notes, **_acting()))

    @action(
        "reopen",
        _("Reopen"),
        _("Reopen these deals?"),
        icon="arrow-back-up",
        done=_("%(name)s was reopened."),
    )
    def reopen(self, items: Any) -> None:
        self.apply(items, lambda deal: deals.reopen_deal(deal, **_acting()))

    @action(
        "order", _("Create order"), _("Make a sales order of this deal?"), "shopping-cart", False
    )
    def order(self, items: Any) -> Any:
        """The draft opens for its lines to be filled."""
        for deal in items:
            made = orders.order_from_deal(
                db.session, deal, today=clock.now().date(), tax_rate=usual_tax_rate()
            )
        return redirect(url_for("SalesOrderView.edit", pk=made.id))

    @action(
        "take_over",
        _("Take over"),
        _("Become the owner of these deals?"),
        icon="hand-grab",
        done=_("%(name)s is yours now."),
    )
    def take_over(self, items: Any) -> None:
        person = db.session.get(User, principal.current().user_id)
        for deal in items:
            deal.owner = person


def _acting() -> dict[str, Any]:
    return {"by_id": principal.current().user_id, "now": clock.now()}
