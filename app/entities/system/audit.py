"""The audit trail: one row per change, chained and append-only; its head and its checkpoints."""

from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import JSON, BigInteger, Connection, ForeignKey, Index, String, Table, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.entities.base import SHARED
from app.entities.types import ChoiceType, UTCDateTime
from app.rules.audit import GENESIS, AuditAction


class AuditEntry(Model):
    """Who did what to which row, when and from where; `changes` is {column: [old, new]}.

    Written by `app.lowcode.audit` alone. All entries of one transaction have the same moment.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_row", "entity", "entity_id", "id"),)
    is_large = True
    scope = SHARED
    label_column = "label"
    code_column = None

    id: Mapped[int] = mapped_column(primary_key=True)
    #: its place in the chain, without gaps
    sequence: Mapped[int] = mapped_column(
        BigInteger, unique=True, info={"label": "Number in the trail"}
    )
    created_on: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    #: Nobody for jobs and commands; then `actor` says which.
    user_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    actor: Mapped[str] = mapped_column(String(128), info={"format": "msgid"})
    address: Mapped[str | None] = mapped_column(String(64))
    entity: Mapped[str] = mapped_column(String(64), info={"format": "entity"})
    entity_id: Mapped[int | None] = mapped_column(info={"label": "Record number"})
    label: Mapped[str] = mapped_column(String(200), default="")
    action: Mapped[AuditAction] = mapped_column(ChoiceType(AuditAction))
    changes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    #: None once the values were taken out
    salt: Mapped[str | None] = mapped_column(String(32))
    values_digest: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64), info={"label": "Checksum"})

    user: Mapped[User | None] = relationship(foreign_keys=[user_id])


class AuditHead(Model):
    """The one row that says how the chain ends; every writer locks it, last of all."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(String(64))
    #: HMAC with the product's secret key; empty as long as there is no entry
    seal: Mapped[str] = mapped_column(String(64))


class AuditCheckpoint(Model):
    """Up to here entries were removed when their time was over; the chain goes on from here."""

    __tablename__ = "audit_checkpoint"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: of the last entry that was removed
    sequence: Mapped[int] = mapped_column(BigInteger, unique=True)
    digest: Mapped[str] = mapped_column(String(64))
    moment: Mapped[datetime] = mapped_column(UTCDateTime)
    removed: Mapped[int]
    seal: Mapped[str] = mapped_column(String(64))


@event.listens_for(AuditHead.__table__, "after_create")
def _begin_chain(table: Table, connection: Connection, **_unused: Any) -> None:
    first = {"id": 1, "sequence": 0, "digest": GENESIS, "seal": ""}
    connection.execute(table.insert().values(**first))
