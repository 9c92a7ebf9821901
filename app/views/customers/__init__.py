"""The screens of the area customers."""

from app.views.customers.contact import ContactView
from app.views.customers.customer import CustomerView
from app.views.customers.interaction import InteractionView
from app.views.customers.words import CustomerSourceView, IndustryView, TagView

__all__ = [
    "ContactView",
    "CustomerSourceView",
    "CustomerView",
    "IndustryView",
    "InteractionView",
    "TagView",
]
