"""What the product tells a person inside the application."""

from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.entities.base import SHARED
from app.entities.types import UTCDateTime, now_utc


class Notification(Model):
    """One message to one person; the text is translated when it is shown."""

    # Always read through app.lowcode.notifications, which asks for the person.
    scope = SHARED
    __tablename__ = "notification"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"))
    #: what it is about ("import", "job"): decides the icon
    kind: Mapped[str] = mapped_column(String(32), default="info")
    #: English text with %(name)s places, filled from `arguments`
    text: Mapped[str] = mapped_column(String(500))
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    #: a path inside the product
    url: Mapped[str | None] = mapped_column(String(500))
    created_on: Mapped[datetime] = mapped_column(UTCDateTime, default=now_utc)
    read_on: Mapped[datetime | None] = mapped_column(UTCDateTime)

    user: Mapped[User] = relationship()

    __table_args__ = (Index(None, "user_id", "read_on", "created_on"),)
