"""The screens of what sales is set up with: pipelines, reasons for losing, competitors."""

from app.entities.sales.pipeline import Competitor, LostReason, Pipeline
from app.extensions import db
from app.lowcode.screens import EntityInterface, EntityView, Lines, Section
from app.services.sales import pipelines
from app.views.sales.deals import DealView
from app.views.vocabulary import VocabularyView


class PipelineView(EntityView):
    datamodel = EntityInterface(Pipeline)
    icon = "arrow-ramp-right-2"
    help_page = "sales"
    list_columns = ["name", "code", "is_default", "is_active", "position"]
    quick_search = ["name", "code"]
    filters = ["is_active", "is_default"]
    base_order = ("position", "asc")
    form = [
        Section("Pipeline", ["name", "code", "is_default", "is_active", "position"]),
        Lines("stages", ["position", "name", "code", "kind", "probability", "color"]),
    ]
    related_views = [DealView]
    match_keys = ["code", "name"]

    def pre_save(self, item: Pipeline, is_new: bool) -> None:
        pipelines.check_pipeline(db.session, item)


class LostReasonView(VocabularyView):
    datamodel = EntityInterface(LostReason)
    icon = "mood-sad"
    help_page = "sales"
    related_views = [DealView]


class CompetitorView(EntityView):
    datamodel = EntityInterface(Competitor)
    icon = "swords"
    help_page = "sales"
    list_columns = ["name", "website", "strengths", "weaknesses"]
    quick_search = ["name", "strengths", "weaknesses"]
    filters = ["created_on"]
    base_order = ("name", "asc")
    form = [Section("Competitor", ["name", "website", "strengths", "weaknesses"])]
    match_keys = ["name"]
