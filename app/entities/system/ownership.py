"""Who held a record from when to when, and why it changed hands."""

from datetime import datetime

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.entities.base import SHARED
from app.entities.types import UTCDateTime, now_utc


class OwnershipChange(Model):
    """One change of the person responsible for a record: written once, never changed.

    Reached only through the record, which decides who may read it.
    """

    __tablename__ = "ownership_change"
    __table_args__ = (Index("ix_ownership_change_row", "entity", "entity_id"),)
    scope = SHARED
    label_column = "reason"
    code_column = None

    id: Mapped[int] = mapped_column(primary_key=True)
    entity: Mapped[str] = mapped_column(String(64))
    entity_id: Mapped[int]
    #: None: nobody held it, or nobody does now
    from_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    to_id: Mapped[int | None] = mapped_column(
        ForeignKey("ab_user.id"), index=True, info={"label": "New owner"}
    )
    #: nobody for jobs and commands
    by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    changed_on: Mapped[datetime] = mapped_column(UTCDateTime, default=now_utc)
    reason: Mapped[str | None] = mapped_column(String(200))

    from_: Mapped[User | None] = relationship(foreign_keys=[from_id])
    to: Mapped[User | None] = relationship(foreign_keys=[to_id], info={"label": "New owner"})
    by: Mapped[User | None] = relationship(foreign_keys=[by_id])
