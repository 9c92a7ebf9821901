"""What people put together for themselves and others: saved views, favourites, what they opened."""

from datetime import datetime

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.entities.base import SHARED, Entity
from app.entities.system.organization import Team
from app.entities.types import ChoiceType, UTCDateTime, now_utc
from app.rules.views import Audience


class SavedView(Entity):
    """A list as somebody looks at it: what its address says, under a name.

    Always read through app.lowcode.shelf, which asks for the person.
    """

    scope = SHARED
    is_binned = False
    __table_args__ = (
        UniqueConstraint("user_id", "entity", "name"),
        CheckConstraint("(audience = 'team') = (team_id IS NOT NULL)", name="team_of_audience"),
        CheckConstraint("(audience = 'role') = (role_id IS NOT NULL)", name="role_of_audience"),
    )

    #: class name of the entity whose list it is
    entity: Mapped[str] = mapped_column(String(64), index=True, info={"label": "Records"})
    name: Mapped[str] = mapped_column(String(64))
    #: the query string of the list, as `ListState.query` writes it
    state: Mapped[str] = mapped_column(Text, default="")
    #: who made it and may change it
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"))
    audience: Mapped[Audience] = mapped_column(
        ChoiceType(Audience, 16), default=Audience.PERSONAL, info={"label": "Who sees it"}
    )
    #: with the teams below it
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"))
    role_id: Mapped[int | None] = mapped_column(ForeignKey("ab_role.id", ondelete="CASCADE"))

    user: Mapped[User] = relationship(foreign_keys=[user_id])
    team: Mapped[Team | None] = relationship(foreign_keys=[team_id])
    role: Mapped[Role | None] = relationship(foreign_keys=[role_id])

    @property
    def is_audited(self) -> bool:
        """What somebody keeps for themself is nobody's business."""
        return self.audience is not Audience.PERSONAL


class ViewDefault(Model):
    """The view that a list opens with, for a person or for everybody of a role."""

    scope = SHARED
    __tablename__ = "view_default"
    __table_args__ = (
        UniqueConstraint("user_id", "entity"),
        UniqueConstraint("role_id", "entity"),
        CheckConstraint("(user_id IS NULL) <> (role_id IS NULL)", name="person_or_role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    entity: Mapped[str] = mapped_column(String(64))
    #: None: the plain list, whatever the person's roles would open
    view_id: Mapped[int | None] = mapped_column(ForeignKey("saved_view.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"))
    role_id: Mapped[int | None] = mapped_column(ForeignKey("ab_role.id", ondelete="CASCADE"))


class ViewPin(Model):
    """A view that somebody keeps in the sidebar."""

    scope = SHARED
    __tablename__ = "view_pin"
    __table_args__ = (UniqueConstraint("user_id", "view_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"))
    view_id: Mapped[int] = mapped_column(ForeignKey("saved_view.id", ondelete="CASCADE"))


class Favourite(Model):
    """A record that somebody keeps at hand; whether they still see it is asked when it is shown."""

    scope = SHARED
    __tablename__ = "favourite"
    __table_args__ = (UniqueConstraint("user_id", "entity", "entity_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"))
    entity: Mapped[str] = mapped_column(String(64))
    entity_id: Mapped[int]
    created_on: Mapped[datetime] = mapped_column(UTCDateTime, default=now_utc)


class RecentlyViewed(Model):
    """A record that somebody opened, and when last."""

    scope = SHARED
    __tablename__ = "recently_viewed"
    __table_args__ = (
        UniqueConstraint("user_id", "entity", "entity_id"),
        Index(None, "user_id", "seen_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"))
    entity: Mapped[str] = mapped_column(String(64))
    entity_id: Mapped[int]
    seen_on: Mapped[datetime] = mapped_column(UTCDateTime, default=now_utc)
