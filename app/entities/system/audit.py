"""The audit trail: one row per change, append-only."""

from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.entities.base import SHARED
from app.entities.types import UTCDateTime, now_utc


class AuditEntry(Model):
    """Who did what to which row, when and from where; `changes` is {column: [old, new]}."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_row", "entity", "entity_id", "id"),)
    scope = SHARED
    label_column = "label"
    code_column = None

    id: Mapped[int] = mapped_column(primary_key=True)
    created_on: Mapped[datetime] = mapped_column(UTCDateTime, default=now_utc, index=True)
    #: Nobody for jobs and commands; then `actor` says which.
    user_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    actor: Mapped[str] = mapped_column(String(128))
    address: Mapped[str | None] = mapped_column(String(64))
    entity: Mapped[str] = mapped_column(String(64))
    entity_id: Mapped[int | None]
    label: Mapped[str] = mapped_column(String(200), default="")
    #: create, update, delete, export, sign_in, … : a msgid once humanized
    action: Mapped[str] = mapped_column(String(32))
    changes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    user: Mapped[User | None] = relationship(foreign_keys=[user_id])
