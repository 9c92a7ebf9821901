"""The screens of the area service."""

from app.views.support.satisfaction import SatisfactionView
from app.views.support.survey import SurveyResponseView, SurveyView
from app.views.support.ticket import TicketView

__all__ = ["SatisfactionView", "SurveyResponseView", "SurveyView", "TicketView"]
