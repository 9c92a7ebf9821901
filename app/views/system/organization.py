"""The screens of the company's own shape: the tree of teams and the sales regions."""

from app.entities.system.organization import Region, Team
from app.lowcode.screens import Chart, EntityInterface, EntityView, Section
from app.rules.trees import check_parent
from app.views.customers import CustomerView


class TeamView(EntityView):
    datamodel = EntityInterface(Team)
    icon = "users-group"
    list_columns = ["name", "code", "parent", "manager", "region"]
    quick_search = ["code", "name", "manager.name"]
    filters = ["parent", "region", "manager"]
    base_order = ("code", "asc")
    form = [Section("Team", ["code", "name", "parent", "manager", "region"])]
    facts = ["parent", "manager", "region"]
    layouts = [Chart("region")]
    related_views = [CustomerView]
    match_keys = ["code", "name"]

    def pre_save(self, item: Team, is_new: bool) -> None:
        check_parent(item, lambda team: team.parent, field="parent")


class RegionView(EntityView):
    datamodel = EntityInterface(Region)
    icon = "map-pin"
    list_columns = ["name", "code", "notes"]
    quick_search = ["code", "name"]
    filters = ["created_on"]
    base_order = ("code", "asc")
    form = [Section("Region", ["code", "name", "notes"])]
    facts = ["code"]
    related_views = [CustomerView]
    match_keys = ["code", "name"]
