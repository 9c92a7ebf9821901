"""The screens of surveys and the answers to them."""

from app.entities.support import Survey, SurveyResponse
from app.extensions import db
from app.lowcode.screens import Calendar, Chart, EntityInterface, EntityView, Section
from app.services import support


class SurveyResponseView(EntityView):
    datamodel = EntityInterface(SurveyResponse)
    icon = "message-star"
    help_page = "service"
    list_columns = [
        "code",
        "answered_on",
        "customer",
        "csat",
        "nps",
        "comment",
        "ticket",
        "agent",
        "survey",
    ]
    quick_search = ["code", "customer.name", "comment"]
    filters = [
        "survey",
        "csat",
        "nps",
        "answered_on",
        "agent",
        "team",
        "ticket",
        "ticket.type",
        "mode",
        "customer",
        "customer.tier",
        "order",
        "comment",
    ]
    unindexed = {
        "mode": "few values",
        "comment": "a text searched by its words",
    }
    base_order = ("answered_on", "desc")
    form = [
        Section("Answer", ["survey", "customer", "contact", "csat", "nps", "comment"]),
        Section("About", ["ticket", "order", "agent", "team", "mode", "answered_on"]),
    ]
    facts = ["customer", "csat", "nps", "agent", "answered_on"]
    defaults_to_me = ()
    layouts = [
        Calendar("answered_on"),
        Chart("answered_on"),
        Chart("csat"),
        Chart("nps"),
        Chart("agent"),
        Chart("survey"),
    ]
    match_keys = ["code"]

    def pre_save(self, item: SurveyResponse, is_new: bool) -> None:
        support.check_response(db.session, item)

    def pre_delete(self, item: SurveyResponse) -> None:
        support.forget_response(item)

    def post_restore(self, item: SurveyResponse) -> None:
        support.check_response(db.session, item)


class SurveyView(EntityView):
    datamodel = EntityInterface(Survey)
    icon = "clipboard-text"
    help_page = "service"
    list_columns = ["name", "code", "kind", "is_for_tickets", "is_active"]
    quick_search = ["name", "code"]
    filters = ["kind", "is_for_tickets", "is_active"]
    base_order = ("name", "asc")
    form = [
        Section("Survey", ["name", "code", "kind", "is_for_tickets", "is_active"]),
        Section("Questions", ["intro", "question_csat", "question_nps"]),
    ]
    facts = ["kind", "is_for_tickets", "is_active"]
    related_views = [SurveyResponseView]
    match_keys = ["code", "name"]

    def pre_save(self, item: Survey, is_new: bool) -> None:
        support.check_survey(db.session, item)
