"""The recycle bin: rows that were deleted, whole, until somebody restores them or time is up."""

from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.entities.base import SHARED
from app.entities.system.organization import Region, Team
from app.entities.types import UTCDateTime, now_utc


class BinEntry(Model):
    """One deleted row with its lines, links, notes and files.

    Who sees an entry follows from what it held, see `app.lowcode.bin`: `scope` alone would show
    it to everybody with the screen.
    """

    __tablename__ = "bin_entry"
    __table_args__ = (
        Index("ix_bin_entry_row", "entity", "entity_id"),
        # A key that is gone for good must not come back: links to it would lead elsewhere.
        {"sqlite_autoincrement": True},
    )
    scope = SHARED
    label_column = "label"
    code_column = None

    id: Mapped[int] = mapped_column(primary_key=True)
    entity: Mapped[str] = mapped_column(String(64), info={"label": "Kind", "format": "entity"})
    entity_id: Mapped[int]
    label: Mapped[str] = mapped_column(String(200), info={"label": "Deleted record"})
    deleted_on: Mapped[datetime] = mapped_column(UTCDateTime, default=now_utc, index=True)
    #: nobody for jobs and commands
    deleted_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    #: whose row it was, or the row above it that decides who sees it
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(
        ForeignKey("team.id", ondelete="SET NULL"), index=True
    )
    region_id: Mapped[int | None] = mapped_column(
        ForeignKey("region.id", ondelete="SET NULL"), index=True
    )
    #: as `app.lowcode.snapshots` writes it
    data: Mapped[dict[str, Any]] = mapped_column(JSON)

    deleted_by: Mapped[User | None] = relationship(foreign_keys=[deleted_by_id])
    owner: Mapped[User | None] = relationship(foreign_keys=[owner_id])
    team: Mapped[Team | None] = relationship()
    region: Mapped[Region | None] = relationship()

    def __repr__(self) -> str:
        return self.label
