"""The screens of the area sales."""

from app.views.sales.carriers import CarrierView
from app.views.sales.deals import DealView, StageChangeView
from app.views.sales.funnel import FunnelView
from app.views.sales.leads import LeadView
from app.views.sales.orders import SalesOrderView
from app.views.sales.pipelines import CompetitorView, LostReasonView, PipelineView
from app.views.sales.targets import TargetView

__all__ = [
    "CarrierView",
    "CompetitorView",
    "DealView",
    "FunnelView",
    "LeadView",
    "LostReasonView",
    "PipelineView",
    "SalesOrderView",
    "StageChangeView",
    "TargetView",
]
