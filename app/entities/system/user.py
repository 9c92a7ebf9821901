"""Users and roles: FAB's own tables with the columns that our product adds.

The columns are appended to FAB's classes: a subclass of the same table would give one row two
identities, since FAB's own relationships load its classes.
"""

from flask_appbuilder.security.sqla.models import ApiKey, Role, User, assoc_user_role
from sqlalchemy import Boolean, ColumnDefault, ForeignKey, Integer, String, false, inspect
from sqlalchemy.orm import mapped_column, relationship, synonym

from app.entities.base import SHARED
from app.entities.types import UTCDateTime, now_utc

__all__ = ["ApiKey", "Role", "User", "assoc_user_role"]


def _in_utc(model: type, **moments: bool) -> None:
    """FAB keeps local time without a zone; `moments`: column name → filled when a row is made?"""
    for name, is_stamp in moments.items():
        column = model.__table__.c[name]  # type: ignore[attr-defined]
        column.type = UTCDateTime()
        column.default = ColumnDefault(now_utc) if is_stamp else None


def _versioned(model: type) -> None:
    model.version = mapped_column(Integer, default=1, server_default="1", nullable=False)  # type: ignore[attr-defined]
    inspect(model).version_id_col = model.__table__.c.version  # type: ignore[attr-defined]


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
User.__table__.c.email.info["format"] = "email"
User.__table__.c.username.info["label"] = "User name"
User.job_title = mapped_column(String(64))
User.phone = mapped_column(String(40), info={"format": "phone"})
User.team_id = mapped_column(ForeignKey("team.id", name="fk_ab_user_team_id", use_alter=True))
User.region_id = mapped_column(ForeignKey("region.id", name="fk_ab_user_region_id", use_alter=True))
User.reports_to_id = mapped_column(ForeignKey("ab_user.id", name="fk_ab_user_reports_to_id"))
User.team = relationship("Team", foreign_keys=[User.team_id])
User.region = relationship("Region", foreign_keys=[User.region_id])
User.reports_to = relationship("User", foreign_keys=[User.reports_to_id], remote_side=[User.id])
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
#: Counts changes of the role's rights too: cached permissions are keyed by it.
_versioned(Role)

_in_utc(ApiKey, created_on=True, expires_on=False, revoked_on=False, last_used_on=False)
