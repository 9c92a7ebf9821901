"""The screen of targets."""

from app.entities.sales.target import Target
from app.extensions import db
from app.lowcode.screens import Chart, EntityInterface, EntityView, Section
from app.services.sales import targets


class TargetView(EntityView):
    datamodel = EntityInterface(Target)
    icon = "target-arrow"
    help_page = "sales"
    list_columns = ["metric", "period", "user", "team", "amount", "achieved", "achieved_share"]
    quick_search = ["user.name", "team.name"]
    filters = ["metric", "period", "user", "team", "amount"]
    base_order = ("period", "desc")
    form = [Section("Target", ["metric", "period", "user", "team", "amount"])]
    facts = ["period", "user", "team", "amount", "achieved", "achieved_share"]
    layouts = [Chart("period", sum="amount", split="metric", kind="bar")]

    def pre_save(self, item: Target, is_new: bool) -> None:
        targets.check_target(db.session, item)
