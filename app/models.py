"""The index of every table, grouped by area."""

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

# purchasing
from app.entities.purchasing import Supplier

# system
from app.entities.system.organization import Region, Team
from app.entities.system.user import Role, User

__all__ = [
    "Contact",
    "Customer",
    "CustomerAddress",
    "CustomerSource",
    "Industry",
    "Interaction",
    "Product",
    "ProductCategory",
    "ProductComponent",
    "Region",
    "Role",
    "Supplier",
    "Tag",
    "Team",
    "Unit",
    "User",
]
