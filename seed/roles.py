"""The roles a new installation starts with: who sees what, whose rows, and where the day begins.

An administrator may change, rename or delete them; an upgrade only adds rights that are new since
the role was seeded.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.system.access import SeededRole
from app.entities.system.user import Role
from app.lowcode.security.field_levels import levels_of, write_levels
from app.lowcode.security.permissions import Pair, known_pairs
from app.lowcode.security.rights import rights_of, scopes_of, write_rights
from app.rules.access import ADMINISTRATOR, DataScope
from app.rules.masking import FieldLevel

#: What the words of the table below stand for; "act" is every named action of the screen, and an
#: action can be named alone.
WORDS = {
    "read": ("can_list", "can_show"),
    "write": ("can_add", "can_edit"),
    "delete": ("can_delete",),
    "export": ("can_export",),
    "print": ("can_print", "can_print_delivery_note"),
    "deliver": ("can_print_delivery_note",),
    "import": ("can_import",),
    # to make somebody else responsible for a record
    "assign": ("can_assign",),
    # to make one record of several that are the same
    "merge": ("can_merge",),
    # to show a single record to others
    "share": ("can_share",),
}


@dataclass(frozen=True)
class RoleSeed:
    """`rights`: screen → words; `reach`: entity whose rows belong to people → whose rows;
    `levels`: entity → column → how far, where it is less than writing.

    Rows that stand at places (stock, products) are everybody's until an administrator gives
    people their warehouses or categories.

    `home`: endpoint that opens after sign-in; None is the start page with its figures.
    """

    description: str
    home: str | None = None
    rights: Mapping[str, str] = field(default_factory=dict)
    reach: Mapping[str, DataScope] = field(default_factory=dict)
    levels: Mapping[str, Mapping[str, FieldLevel]] = field(default_factory=dict)

    @property
    def all_reach(self) -> dict[str, DataScope]:
        return {**dict.fromkeys(_AT_PLACES, DataScope.ALL), **self.reach}


_AT_PLACES = (
    "Product", "Warehouse", "Location", "StockLevel", "StockMove", "ReorderPoint",
)  # fmt: skip
#: what goods cost us, and with it what the stock is worth
_NO_COST = {"Product": {"purchase_price": FieldLevel.NONE}}
_VOCABULARY = {"Tag": "read", "CustomerSource": "read", "Industry": "read"}
_GOODS = {"Product": "read", "ProductCategory": "read", "Unit": "read"}
#: everybody's own work
_WORK = {"Task": "read write delete act", "MyDay": "read", "BinEntry": "read restore"}
#: of those who hand out work as well
_TEAM_TASKS = "read write assign delete act"
#: what everybody who sells looks things up in
_SELLING = {
    "StageChange": "read",
    "Pipeline": "read",
    "LostReason": "read",
    "Target": "read",
    "Funnel": "read",
}
#: what everybody who sells or buys asks the warehouse
_STOCK = {"Stock": "read", "StockLevel": "read", "Warehouse": "read"}
_BUSINESS = (
    "Customer", "Contact", "Interaction", "Tag", "CustomerSource", "Industry",
    "Product", "ProductCategory", "Unit", "Supplier", "Team", "Region",
    "Ticket", "Survey", "SurveyResponse", "Satisfaction", "Campaign", "CampaignMember", "Task",
    "Lead", "Deal", "Competitor", "Report", "Quality", *_SELLING,
    "SalesOrder", "Carrier", "Payment", "PaymentAllocation", "PurchaseOrder",
    *_STOCK, "StockMove", "ReorderPoint", "Location",
)  # fmt: skip

ROLES: dict[str, RoleSeed] = {
    ADMINISTRATOR: RoleSeed("Everything, accounts and rights included"),
    "sales_manager": RoleSeed(
        "Customers of the team and the teams below",
        rights={
            "Customer": "read write assign share delete merge export print import act",
            "Contact": "read write delete merge export import act",
            "Interaction": "read write delete export import act",
            "Tag": "read write",
            "CustomerSource": "read write",
            "Industry": "read write",
            "Lead": "read write assign share delete merge export import act",
            "Deal": "read write assign share delete export import act",
            # views of lists, for the own team and roles
            "SavedView": "share",
            **_SELLING,
            "Target": "read write delete export",
            "Pipeline": "read write",
            "LostReason": "read write",
            "Competitor": "read write delete",
            "SalesOrder": "read write assign share delete export print import act",
            "Carrier": "read write",
            "Payment": "read export",
            "PaymentAllocation": "read",
            **_GOODS,
            **_STOCK,
            "Team": "read",
            "Region": "read",
            "ImportRun": "read write",
            "ChangeSet": "read",
            "Quality": "read",
            "Ticket": "read write export",
            "SurveyResponse": "read export",
            "Satisfaction": "read",
            "Campaign": "read export",
            "Report": "read",
            **_WORK,
            "Task": _TEAM_TASKS,
        },
        reach=dict.fromkeys(("Customer", "Lead", "Deal", "SalesOrder", "Task"), DataScope.TEAM),
    ),
    "sales": RoleSeed(
        "Own customers, their contacts and interactions",
        rights={
            "Customer": "read write share export print act",
            "Contact": "read write delete export act",
            "Interaction": "read write export act",
            "Lead": "read write share export act",
            "Deal": "read write share export act",
            **_SELLING,
            "Competitor": "read write",
            "SalesOrder": "read write share export print confirm complete cancel",
            "Carrier": "read",
            "Payment": "read",
            "PaymentAllocation": "read",
            **_VOCABULARY,
            **_GOODS,
            **_STOCK,
            "Ticket": "read write",
            "SurveyResponse": "read",
            "Campaign": "read",
            "Quality": "read",
            "Report": "read",
            **_WORK,
        },
        reach=dict.fromkeys(("Customer", "Lead", "Deal", "SalesOrder", "Task"), DataScope.OWN),
        levels={**_NO_COST, "Customer": {"credit_limit": FieldLevel.READ}},
    ),
    "purchasing": RoleSeed(
        "Suppliers, what they supply and what is ordered from them",
        home="PurchaseOrderView.list",
        rights={
            "Supplier": "read write delete merge export import act",
            "PurchaseOrder": "read write delete export import act",
            "ReorderPoint": "read write delete export import",
            **_STOCK,
            "StockMove": "read export",
            "Product": "read write export import act",
            "ProductCategory": "read write",
            "Unit": "read write",
            "Region": "read",
            "ImportRun": "read write",
            "ChangeSet": "read",
            "Quality": "read",
            "Report": "read",
            **_WORK,
        },
        reach={"Task": DataScope.OWN},
    ),
    "warehouse": RoleSeed(
        "What comes in, lies there and goes out; no customers",
        home="GoodsView.show",
        rights={
            "Goods": "read write",
            # Reached for their delivery alone: the screen with the prices stays closed.
            "SalesOrder": "deliver",
            **_STOCK,
            "StockLevel": "read export act",
            "StockMove": "read write export import",
            "ReorderPoint": "read write",
            "Location": "read write",
            "Carrier": "read",
            "Product": "read export",
            "ProductCategory": "read",
            "Unit": "read",
            "Report": "read",
            **_WORK,
        },
        reach={"SalesOrder": DataScope.ALL, "Task": DataScope.OWN},
        levels=_NO_COST,
    ),
    "marketing": RoleSeed(
        "All customers to read; campaigns, tags and sources to keep",
        rights={
            "Customer": "read export add_to_campaign",
            "Quality": "read",
            "Contact": "read export",
            "Interaction": "read write export",
            "Tag": "read write delete",
            "CustomerSource": "read write delete",
            "Industry": "read write",
            "Lead": "read write assign export import",
            "Deal": "read",
            "SalesOrder": "read",
            **_GOODS,
            "Campaign": "read write delete export import act",
            "CampaignMember": "read write delete export import act",
            "Survey": "read write",
            "SurveyResponse": "read export",
            "Satisfaction": "read",
            "Report": "read",
            **_WORK,
        },
        reach={
            **dict.fromkeys(("Customer", "Lead", "Deal", "SalesOrder"), DataScope.ALL),
            "Task": DataScope.OWN,
        },
        levels={**_NO_COST, "Customer": {"credit_limit": FieldLevel.NONE}},
    ),
    "service": RoleSeed(
        "All customers to read; tickets and surveys to keep",
        rights={
            "Customer": "read",
            "Contact": "read write",
            "Interaction": "read write act",
            **_VOCABULARY,
            "SalesOrder": "read",
            **_GOODS,
            **_STOCK,
            "Ticket": "read write delete export import act",
            "Survey": "read write",
            "SurveyResponse": "read write delete export import",
            "Satisfaction": "read",
            "Report": "read",
            **_WORK,
            "Task": _TEAM_TASKS,
        },
        reach={
            **dict.fromkeys(("Customer", "SalesOrder"), DataScope.ALL),
            "Task": DataScope.TEAM,
        },
        levels={**_NO_COST, "Customer": {"credit_limit": FieldLevel.NONE}},
    ),
    "finance": RoleSeed(
        "Orders and payments; customers, suppliers and stock to read and export",
        rights={
            "Customer": "read export print",
            "Contact": "read",
            "Interaction": "read",
            **_VOCABULARY,
            "SalesOrder": "read export print register_payment",
            "Carrier": "read",
            "Payment": "read write delete export import",
            "PaymentAllocation": "read export",
            "PurchaseOrder": "read export",
            **_STOCK,
            "StockLevel": "read export",
            "StockMove": "read export",
            "Product": "read export",
            "ProductCategory": "read",
            "Unit": "read",
            "Supplier": "read export",
            "Ticket": "read",
            "Report": "read",
            **_WORK,
        },
        reach={
            **dict.fromkeys(("Customer", "SalesOrder"), DataScope.ALL),
            "Task": DataScope.OWN,
        },
    ),
    "read_only": RoleSeed(
        "Everything of the business to read, nothing to change",
        rights=dict.fromkeys(_BUSINESS, "read"),
        reach=dict.fromkeys(("Customer", "Lead", "Deal", "SalesOrder", "Task"), DataScope.ALL),
    ),
}


def seed_roles(session: Session) -> None:
    """Make missing roles and give seeded ones what is new among their rights; idempotent.

    Flushes; needs the rights of the screens in the database and a system principal.
    """
    known = known_pairs(session)
    for key, role_seed in ROLES.items():
        seeded = session.get(SeededRole, key)
        if seeded is None:
            seeded = SeededRole(key=key, role_id=_role_named(session, key, role_seed).id, rights=[])
            session.add(seeded)
        if seeded.role_id is not None and key != ADMINISTRATOR:
            _give_new_rights(session, seeded, role_seed, known)
    session.flush()


def _role_named(session: Session, name: str, role_seed: RoleSeed) -> Any:
    role = session.scalar(select(Role).where(Role.name == name))
    if role is None:
        role = Role(name=name)
        session.add(role)
    role.description = role.description or role_seed.description
    role.home = role.home or role_seed.home
    session.flush()
    return role


def _give_new_rights(
    session: Session, seeded: SeededRole, role_seed: RoleSeed, known: Iterable[Pair]
) -> None:
    given = {tuple(right.split()) for right in seeded.rights}
    new = {
        pair
        for pair in known
        if pair[1] in role_seed.rights and _is_meant(pair[0], role_seed.rights[pair[1]])
    } - given
    if not new:
        return
    role = session.get_one(Role, seeded.role_id)
    seen = {screen for _permission, screen in given}
    new_screens = {screen for _permission, screen in new} - seen
    # A new role also gets the reach of rows that it meets on other screens alone.
    reach = {
        entity: scope
        for entity, scope in role_seed.all_reach.items()
        if entity in new_screens or not given
    }
    write_rights(session, role, rights_of(session, role) | new, {**scopes_of(role), **reach})
    levels = {
        (entity, column): level
        for entity, columns in role_seed.levels.items()
        if entity in new_screens
        for column, level in columns.items()
    }
    write_levels(session, role, levels | levels_of(role))
    seeded.rights = sorted([*seeded.rights, *(" ".join(pair) for pair in new)])


def _is_meant(permission: str, words: str) -> bool:
    meant = {name for word in words.split() for name in WORDS.get(word, ())}
    if permission.startswith("can_"):
        return permission in meant
    return bool({"act", permission} & set(words.split()))
