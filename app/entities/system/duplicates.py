"""What a scan for records written twice has found, and what people have decided about it."""

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.entities.base import SHARED
from app.entities.types import UTCDateTime, now_utc


class DuplicateCluster(Model):
    """Rows of one entity that are probably one; the next scan replaces them all.

    Only keys: whoever looks sees the rows in it that are theirs to see.
    """

    __tablename__ = "duplicate_cluster"
    __table_args__ = (
        Index("ix_duplicate_cluster_score", "entity", "score"),
        # An old page must not decide about another cluster of the same number.
        {"sqlite_autoincrement": True},
    )
    scope = SHARED

    id: Mapped[int] = mapped_column(primary_key=True)
    entity: Mapped[str] = mapped_column(String(64))
    #: of its surest pair, up to 100
    score: Mapped[int]
    found_on: Mapped[datetime] = mapped_column(UTCDateTime, default=now_utc)


class DuplicateMember(Model):
    """One row of a cluster."""

    __tablename__ = "duplicate_member"
    scope = SHARED

    cluster_id: Mapped[int] = mapped_column(
        ForeignKey("duplicate_cluster.id", ondelete="CASCADE"), primary_key=True
    )
    entity_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, index=True)


class NotDuplicate(Model):
    """Two rows that somebody has looked at and found to be two; scans leave them alone."""

    __tablename__ = "not_duplicate"
    scope = SHARED

    entity: Mapped[str] = mapped_column(String(64), primary_key=True)
    low_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    high_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: nobody once the account is gone
    decided_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("ab_user.id", ondelete="SET NULL"), index=True
    )
    decided_on: Mapped[datetime] = mapped_column(UTCDateTime, default=now_utc)
