"""The screens of the words that classify customers: sources, industries, tags."""

from app.entities.customers import CustomerSource, Industry, Tag
from app.lowcode.screens import EntityInterface, EntityView, Section
from app.views.customers.customer import CustomerView
from app.views.vocabulary import VocabularyView


class CustomerSourceView(VocabularyView):
    datamodel = EntityInterface(CustomerSource)
    icon = "route"
    help_page = "customers"
    related_views = [CustomerView]


class IndustryView(VocabularyView):
    datamodel = EntityInterface(Industry)
    icon = "building-factory-2"
    help_page = "customers"
    related_views = [CustomerView]


class TagView(EntityView):
    datamodel = EntityInterface(Tag)
    icon = "tags"
    help_page = "customers"
    list_columns = ["name", "color", "position", "is_active"]
    quick_search = ["name"]
    filters = ["color", "is_active"]
    base_order = ("position", "asc")
    form = [Section("Tag", ["name", "color", "position", "is_active"])]
    match_keys = ["name"]
