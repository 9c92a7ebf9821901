"""Who is signed in: one row for every browser, without which its cookie is worth nothing."""

from datetime import datetime

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.entities.base import SHARED
from app.entities.types import ChoiceType, UTCDateTime, now_utc
from app.rules.sessions import SessionEnd


class UserSession(Model):
    """A browser that somebody signed in with; ended ones stay for a few days to be looked at."""

    __tablename__ = "user_session"
    __table_args__ = (Index(None, "user_id", "ended_on"),)
    scope = SHARED
    label_column = "device"
    code_column = None

    id: Mapped[int] = mapped_column(primary_key=True)
    #: of the number in the cookie: whoever reads the table cannot sign in with it
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"))
    created_on: Mapped[datetime] = mapped_column(
        UTCDateTime, default=now_utc, info={"label": "Signed in"}
    )
    #: exact to the minute: a write with every page would queue behind every writer
    seen_on: Mapped[datetime] = mapped_column(
        UTCDateTime, default=now_utc, info={"label": "Last seen"}
    )
    #: moves with `seen_on`, up to the greatest age of a session
    expires_on: Mapped[datetime] = mapped_column(
        UTCDateTime, index=True, info={"label": "Valid until"}
    )
    #: when the password was typed last
    confirmed_on: Mapped[datetime] = mapped_column(UTCDateTime, default=now_utc)
    address: Mapped[str] = mapped_column(String(64), default="")
    #: the browser in words, and what it said of itself
    device: Mapped[str] = mapped_column(String(64), default="")
    agent: Mapped[str] = mapped_column(String(200), default="", info={"label": "Browser"})
    ended_on: Mapped[datetime | None] = mapped_column(UTCDateTime, info={"label": "Ended"})
    ended_by: Mapped[SessionEnd | None] = mapped_column(
        ChoiceType(SessionEnd, 16), info={"label": "Ended by"}
    )

    user: Mapped[User] = relationship()

    def __repr__(self) -> str:
        return self.device
