"""The site map: every area of the product with its screens, in the order of the menu."""

from dataclasses import dataclass

from flask import Flask
from flask_appbuilder.baseviews import BaseView

from app.views.billing import PaymentAllocationView, PaymentView
from app.views.catalog import ProductCategoryView, ProductView, UnitView
from app.views.customers import (
    ContactView,
    CustomerSourceView,
    CustomerView,
    IndustryView,
    InteractionView,
    TagView,
)
from app.views.help import HelpView
from app.views.home import HomeView
from app.views.inventory import (
    GoodsView,
    LocationView,
    ReorderPointView,
    StockLevelView,
    StockMoveView,
    StockView,
    WarehouseView,
)
from app.views.marketing import CampaignComparisonView, CampaignMemberView, CampaignView
from app.views.purchasing import PurchaseOrderView, SupplierView
from app.views.quality import DuplicateView, MergeView, QualityView
from app.views.reports import ReportView
from app.views.sales import (
    CarrierView,
    CompetitorView,
    DealView,
    FunnelView,
    LeadView,
    LostReasonView,
    PipelineView,
    SalesOrderView,
    StageChangeView,
    TargetView,
)
from app.views.support import SatisfactionView, SurveyResponseView, SurveyView, TicketView
from app.views.system.account import AccountView
from app.views.system.api_keys import ApiKeyView, OwnKeysView
from app.views.system.audit import AuditEntryView
from app.views.system.bin import BinEntryView
from app.views.system.changes import ChangeSetView
from app.views.system.explain import ExplainView
from app.views.system.exports import ExportView
from app.views.system.handover import HandoverView
from app.views.system.imports import ImportView
from app.views.system.jobs import JobView
from app.views.system.notifications import NotificationView
from app.views.system.organization import RegionView, TeamView
from app.views.system.roles import RoleView
from app.views.system.rules import AccessRuleView
from app.views.system.saved_views import SavedViewsView
from app.views.system.sessions import OwnSessionsView, UserSessionView
from app.views.system.settings import SettingView
from app.views.system.shares import ShareView
from app.views.system.shelf import ShelfView
from app.views.system.users import UserView
from app.views.work import MyDayView, TaskView


@dataclass(frozen=True)
class Area:
    """One group of the menu: a stable name, its msgid, a tabler icon and its screens."""

    name: str
    label: str
    icon: str
    views: tuple[type[BaseView], ...]


MENU: tuple[Area, ...] = (
    Area("work", "Work", "checkbox", (MyDayView, TaskView)),
    Area(
        "customers",
        "Customers",
        "users",
        (
            CustomerView,
            ContactView,
            InteractionView,
            TagView,
            CustomerSourceView,
            IndustryView,
        ),
    ),
    Area(
        "sales",
        "Sales",
        "briefcase",
        (
            FunnelView,
            LeadView,
            DealView,
            SalesOrderView,
            TargetView,
            StageChangeView,
            PipelineView,
            LostReasonView,
            CompetitorView,
            CarrierView,
        ),
    ),
    Area(
        "marketing",
        "Marketing",
        "speakerphone",
        (CampaignView, CampaignMemberView, CampaignComparisonView),
    ),
    Area(
        "support",
        "Service",
        "headset",
        (TicketView, SatisfactionView, SurveyResponseView, SurveyView),
    ),
    Area("catalog", "Products", "package", (ProductView, ProductCategoryView, UnitView)),
    Area("billing", "Payments", "cash", (PaymentView, PaymentAllocationView)),
    Area(
        "inventory",
        "Inventory",
        "building-warehouse",
        (
            GoodsView,
            StockView,
            StockLevelView,
            StockMoveView,
            ReorderPointView,
            WarehouseView,
            LocationView,
        ),
    ),
    Area("purchasing", "Purchasing", "truck", (PurchaseOrderView, SupplierView)),
    Area("reports", "Reports", "report", (ReportView,)),
    Area(
        "system",
        "System",
        "settings",
        (
            UserView,
            RoleView,
            AccessRuleView,
            TeamView,
            RegionView,
            SettingView,
            QualityView,
            ImportView,
            ChangeSetView,
            JobView,
            UserSessionView,
            ApiKeyView,
            AuditEntryView,
            BinEntryView,
        ),
    ),
)

#: for everybody who is signed in, reached from elsewhere than the menu
UNLISTED: tuple[type[BaseView], ...] = (
    HomeView,
    AccountView,
    OwnSessionsView,
    OwnKeysView,
    HelpView,
    HandoverView,
    NotificationView,
    ExportView,
    ShareView,
    SavedViewsView,
    ShelfView,
    ExplainView,
    DuplicateView,
    MergeView,
)


def register(app: Flask) -> None:
    """Give every screen of the menu its addresses and permissions."""
    app.extensions["kehu_menu"] = MENU
    with app.app_context():
        for view in UNLISTED:
            app.appbuilder.add_view_no_menu(view)  # type: ignore[attr-defined]
        for area in MENU:
            for view in area.views:
                app.appbuilder.add_view_no_menu(view)  # type: ignore[attr-defined]
