"""What access rests on beside FAB's roles: data scopes, grants, seeds, and failed sign-ins."""

from datetime import datetime

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, backref, mapped_column, relationship

from app.entities.types import ChoiceType, UTCDateTime, now_utc
from app.rules.access import DataScope
from app.rules.masking import FieldLevel


class RoleScope(Model):
    """How far a role reaches into the rows of one entity; no row means not at all."""

    __tablename__ = "role_scope"
    __table_args__ = (UniqueConstraint("role_id", "entity"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    role_id: Mapped[int] = mapped_column(ForeignKey("ab_role.id", ondelete="CASCADE"))
    #: class name of an entity whose rows belong to people or stand at places
    entity: Mapped[str] = mapped_column(String(64))
    reach: Mapped[DataScope] = mapped_column(ChoiceType(DataScope, 16))

    role: Mapped[Role] = relationship(
        backref=backref("scopes", cascade="all, delete-orphan", passive_deletes=True)
    )


class FieldRight(Model):
    """How far a role may go with one column of an entity; no row means it may write it."""

    __tablename__ = "field_right"
    __table_args__ = (UniqueConstraint("role_id", "entity", "field"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    role_id: Mapped[int] = mapped_column(ForeignKey("ab_role.id", ondelete="CASCADE"))
    #: class name of an entity
    entity: Mapped[str] = mapped_column(String(64))
    #: its column, or the relationship over a foreign key
    field: Mapped[str] = mapped_column(String(64))
    level: Mapped[FieldLevel] = mapped_column(ChoiceType(FieldLevel, 8))

    role: Mapped[Role] = relationship(
        backref=backref("field_rights", cascade="all, delete-orphan", passive_deletes=True)
    )


class SeededRole(Model):
    """Which role a seeded one became and which rights it was ever given.

    An upgrade gives seeded roles new rights only: what an administrator changed, renamed or
    deleted stays as it is.
    """

    __tablename__ = "seeded_role"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    #: None once the role was deleted
    role_id: Mapped[int | None] = mapped_column(ForeignKey("ab_role.id", ondelete="SET NULL"))
    #: "can_edit Customer" each
    rights: Mapped[list[str]] = mapped_column(JSON, default=list)


class LoginAttempt(Model):
    """A sign-in that failed or is being checked: the memory of the throttle."""

    __tablename__ = "login_attempt"
    __table_args__ = (
        Index(None, "account", "happened_on"),
        Index(None, "address", "happened_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: digest of the account tried: people type passwords into the user name field
    account: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))
    happened_on: Mapped[datetime] = mapped_column(UTCDateTime, default=now_utc, index=True)


# A role deleted and made anew must not get the old one's key: rights are cached by it.
Role.__table__.dialect_options["sqlite"]["autoincrement"] = True
