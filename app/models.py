"""The index of every table, grouped by area."""

# billing
from app.entities.billing import Payment, PaymentAllocation

# catalog
from app.entities.catalog import Product, ProductCategory, ProductComponent, Unit

# customers
from app.entities.customers import (
    Contact,
    Customer,
    CustomerAddress,
    CustomerSource,
    Industry,
    Interaction,
    Tag,
)

# inventory
from app.entities.inventory import Location, ReorderPoint, StockLevel, StockMove, Warehouse

# marketing
from app.entities.marketing import Campaign, CampaignMember

# purchasing
from app.entities.purchasing import PurchaseOrder, PurchaseOrderLine, Supplier

# sales
from app.entities.sales.deal import Deal, StageChange
from app.entities.sales.lead import Lead
from app.entities.sales.order import Carrier, SalesOrder, SalesOrderLine
from app.entities.sales.pipeline import Competitor, LostReason, Pipeline, Stage
from app.entities.sales.target import Target

# support
from app.entities.support import Survey, SurveyResponse, Ticket

# system
from app.entities.system.access import FieldRight, LoginAttempt, RoleScope, SeededRole
from app.entities.system.audit import AuditCheckpoint, AuditEntry, AuditHead
from app.entities.system.bin import BinEntry
from app.entities.system.changes import ChangeBlock, ChangeSet
from app.entities.system.duplicates import DuplicateCluster, DuplicateMember, NotDuplicate
from app.entities.system.imports import ImportMapping, ImportProblem, ImportRun
from app.entities.system.job import Job, JobTick
from app.entities.system.notification import Notification
from app.entities.system.once import IdempotencyKey
from app.entities.system.organization import Region, Team
from app.entities.system.ownership import OwnershipChange
from app.entities.system.record import Attachment, Note
from app.entities.system.row_access import (
    AccessEpoch,
    AccessRule,
    AccessRuleSubject,
    RecordShare,
)
from app.entities.system.search import SearchDeclaration, SearchEntry
from app.entities.system.sequence import NumberSequence
from app.entities.system.session import UserSession
from app.entities.system.setting import Setting
from app.entities.system.user import Role, User
from app.entities.system.views import (
    Favourite,
    RecentlyViewed,
    SavedView,
    ViewDefault,
    ViewPin,
)

# work
from app.entities.work import Task

__all__ = [
    "AccessEpoch",
    "AccessRule",
    "AccessRuleSubject",
    "Attachment",
    "AuditCheckpoint",
    "AuditEntry",
    "AuditHead",
    "BinEntry",
    "Campaign",
    "CampaignMember",
    "Carrier",
    "ChangeBlock",
    "ChangeSet",
    "Competitor",
    "Contact",
    "Customer",
    "CustomerAddress",
    "CustomerSource",
    "Deal",
    "DuplicateCluster",
    "DuplicateMember",
    "Favourite",
    "FieldRight",
    "IdempotencyKey",
    "ImportMapping",
    "ImportProblem",
    "ImportRun",
    "Industry",
    "Interaction",
    "Job",
    "JobTick",
    "Lead",
    "Location",
    "LoginAttempt",
    "LostReason",
    "NotDuplicate",
    "Note",
    "Notification",
    "NumberSequence",
    "OwnershipChange",
    "Payment",
    "PaymentAllocation",
    "Pipeline",
    "Product",
    "ProductCategory",
    "ProductComponent",
    "PurchaseOrder",
    "PurchaseOrderLine",
    "RecentlyViewed",
    "RecordShare",
    "Region",
    "ReorderPoint",
    "Role",
    "RoleScope",
    "SalesOrder",
    "SalesOrderLine",
    "SavedView",
    "SearchDeclaration",
    "SearchEntry",
    "SeededRole",
    "Setting",
    "Stage",
    "StageChange",
    "StockLevel",
    "StockMove",
    "Supplier",
    "Survey",
    "SurveyResponse",
    "Tag",
    "Target",
    "Task",
    "Team",
    "Ticket",
    "Unit",
    "User",
    "UserSession",
    "ViewDefault",
    "ViewPin",
    "Warehouse",
]
