"""Users and roles: FAB's own tables with the columns that our product adds.

The columns are appended to FAB's classes: a subclass of the same table would give one row two
identities, since FAB's own relationships load its classes.
"""

from flask_appbuilder.security.sqla.models import ApiKey, Role, User, assoc_user_role
from sqlalchemy import (
    Boolean,
    Column,
    ColumnDefault,
    ForeignKey,
    Integer,
    String,
    Table,
    false,
    inspect,
)
from sqlalchemy.orm import backref, mapped_column, relationship, synonym

from app.entities.base import SHARED
from app.entities.types import UTCDateTime, now_utc

__all__ = [
    "ApiKey",
    "Role",
    "User",
    "assoc_user_role",
    "role_grant",
    "user_category",
    "user_warehouse",
]


def _in_utc(model: type, **moments: bool) -> None:
    """FAB keeps local time without a zone; `moments`: column name → filled when a row is made?"""
    for name, is_stamp in moments.items():
        column = model.__table__.c[name]  # type: ignore[attr-defined]
        column.type = UTCDateTime()
        column.default = ColumnDefault(now_utc) if is_stamp else None


def _pairs(name: str, left: str, left_key: str, right: str, right_key: str) -> Table:
    """A table of pairs of keys that go with either row."""
    return Table(
        name,
        User.metadata,
        Column(left, ForeignKey(left_key, ondelete="CASCADE"), primary_key=True),
        Column(right, ForeignKey(right_key, ondelete="CASCADE"), primary_key=True, index=True),
    )


def _versioned(model: type) -> None:
    model.version = mapped_column(Integer, default=1, server_default="1", nullable=False)  # type: ignore[attr-defined]
    inspect(model).version_id_col = model.__table__.c.version  # type: ignore[attr-defined]


# Whoever changes one of these types the password again first.
for _model in (User, Role, ApiKey):
    _model.needs_fresh_sign_in = True

User.scope = SHARED
User.label_column = "name"
User.code_column = "username"
User.__repr__ = lambda user: user.name or user.username
#: The whole name as the person writes it; FAB's first and last name stay empty.
User.name = mapped_column(
    String(128), default="", server_default="", nullable=False, info={"label": "Full name"}
)
for _name in ("first_name", "last_name"):
    User.__table__.c[_name].default = ColumnDefault("")
#: Not everybody who signs in has one.
User.__table__.c.email.nullable = True
User.__table__.c.email.info.update({"format": "email", "mask": "email"})
User.__table__.c.username.info["label"] = "User name"
User.job_title = mapped_column(String(64))
User.phone = mapped_column(String(40), info={"format": "phone", "mask": "phone"})
User.team_id = mapped_column(ForeignKey("team.id", name="fk_ab_user_team_id", use_alter=True))
User.region_id = mapped_column(ForeignKey("region.id", name="fk_ab_user_region_id", use_alter=True))
User.reports_to_id = mapped_column(ForeignKey("ab_user.id", name="fk_ab_user_reports_to_id"))
User.team = relationship("Team", foreign_keys=[User.team_id])
User.region = relationship("Region", foreign_keys=[User.region_id])
User.reports_to = relationship("User", foreign_keys=[User.reports_to_id], remote_side=[User.id])
#: Where stock staff work: what they reach of rows that stand at a place (`Scope.place`).
user_warehouse = _pairs("user_warehouse", "user_id", "ab_user.id", "warehouse_id", "warehouse.id")
user_category = _pairs(
    "user_category", "user_id", "ab_user.id", "category_id", "product_category.id"
)
User.warehouses = relationship("Warehouse", secondary=user_warehouse, passive_deletes=True)
User.categories = relationship(
    "ProductCategory",
    secondary=user_category,
    passive_deletes=True,
    info={"label": "Product categories"},
)
#: Language, zone and looks; None follows the browser or the company's default.
User.locale = mapped_column(String(8))
User.timezone = mapped_column(String(64))
User.theme = mapped_column(String(8))
User.density = mapped_column(String(12))
User.must_change_password = mapped_column(
    Boolean, default=False, server_default=false(), nullable=False
)
User.created_by_id = synonym("created_by_fk")
User.changed_by_id = synonym("changed_by_fk")
_in_utc(User, last_login=False, created_on=True, changed_on=True)
_versioned(User)

Role.scope = SHARED
Role.label_column = "name"
Role.code_column = "name"
#: The names of seeded roles are translated where they are shown.
Role.label_is_msgid = True
Role.description = mapped_column(String(200))
#: Endpoint of the screen that opens after sign-in.
Role.home = mapped_column(String(100))
Role.created_on = mapped_column(UTCDateTime, default=now_utc)
Role.changed_on = mapped_column(UTCDateTime, default=now_utc)
Role.created_by_id = mapped_column(ForeignKey("ab_user.id", name="fk_ab_role_created_by_id"))
Role.changed_by_id = mapped_column(ForeignKey("ab_user.id", name="fk_ab_role_changed_by_id"))
#: The roles that people of this role may give and take; administrators: all.
role_grant = _pairs("role_grant", "role_id", "ab_role.id", "granted_id", "ab_role.id")
Role.grants = relationship(
    "Role",
    secondary=role_grant,
    primaryjoin=Role.id == role_grant.c.role_id,
    secondaryjoin=Role.id == role_grant.c.granted_id,
    passive_deletes=True,
    info={"label": "Roles it may give", "help": "People with this role give and take these."},
)
#: Counts changes of the role's rights too: cached permissions are keyed by it.
_versioned(Role)

ApiKey.scope = SHARED
ApiKey.label_column = "name"
ApiKey.code_column = None
_in_utc(ApiKey, created_on=True, expires_on=False, revoked_on=False, last_used_on=False)
#: What the key may do: the rights of this one role of its user, and none once it is taken away.
ApiKey.role_id = mapped_column(
    ForeignKey("ab_role.id", name="fk_ab_api_key_role_id", ondelete="CASCADE"), nullable=False
)
ApiKey.role = relationship(
    "Role", backref=backref("api_keys", cascade="all, delete-orphan", passive_deletes=True)
)
ApiKey.last_address = mapped_column(String(64))
for _name, _label in (("expires_on", "Valid until"), ("last_used_on", "Last used")):
    ApiKey.__table__.c[_name].info["label"] = _label
