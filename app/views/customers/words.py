"""The screens of the words that classify customers: sources, industries, tags."""

from app.entities.customers import CustomerSource, Industry, Tag
from app.lowcode.screens import EntityInterface, EntityView, Section
from app.views.customers.customer import CustomerView


class CustomerSourceView(EntityView):
    datamodel = EntityInterface(CustomerSource)
    icon = "route"
    help_page = "customers"
    list_columns = ["name", "code", "position", "is_active"]
    quick_search = ["name", "code"]
    filters = ["is_active"]
    base_order = ("position", "asc")
    form = [Section("Customer source", ["name", "code", "position", "is_active"])]
    related_views = [CustomerView]
    match_keys = ["code", "name"]


class IndustryView(EntityView):
    datamodel = EntityInterface(Industry)
    icon = "building-factory-2"
    help_page = "customers"
    list_columns = ["name", "code", "position", "is_active"]
    quick_search = ["name", "code"]
    filters = ["is_active"]
    base_order = ("position", "asc")
    form = [Section("Industry", ["name", "code", "position", "is_active"])]
    related_views = [CustomerView]
    match_keys = ["code", "name"]


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
