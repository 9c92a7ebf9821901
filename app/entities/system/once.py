"""What was already done under which key, so that a request sent twice has its effect once."""

from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.entities.base import SHARED
from app.entities.types import UTCDateTime, now_utc


class IdempotencyKey(Model):
    """One key of one person, written in the transaction of what it stands for."""

    # Always read through app.lowcode.once, which asks for the person.
    scope = SHARED
    __tablename__ = "idempotency_key"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    #: SHA-256 of the request: the same key with another one is refused
    digest: Mapped[str] = mapped_column(String(64))
    #: the answer that a repetition gets again
    status: Mapped[int | None]
    location: Mapped[str | None] = mapped_column(String(500))
    body: Mapped[Any | None] = mapped_column(JSON)
    created_on: Mapped[datetime] = mapped_column(UTCDateTime, default=now_utc, index=True)
