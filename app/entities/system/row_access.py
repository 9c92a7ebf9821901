"""Who reaches single rows beyond or against the data scopes: shares, rules, and their epoch."""

from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.entities.base import SHARED, Entity, through
from app.entities.columns import Active
from app.entities.system.organization import Team
from app.entities.types import ChoiceType, UTCDateTime
from app.rules.access import Access, RuleEffect


class RecordShare(Entity):
    """One record shown to a person, or to a team and the teams below it.

    Reached only through the record, which decides who may read and write its shares.
    """

    scope = SHARED
    is_binned = False
    label_column = "entity"
    __table_args__ = (
        Index("ix_record_share_row", "entity", "entity_id"),
        Index("ix_record_share_user", "user_id", "entity"),
        Index("ix_record_share_team", "team_id", "entity"),
        UniqueConstraint("entity", "entity_id", "user_id"),
        UniqueConstraint("entity", "entity_id", "team_id"),
        CheckConstraint("(user_id IS NULL) <> (team_id IS NULL)", name="person_or_team"),
    )

    entity: Mapped[str] = mapped_column(String(64))
    entity_id: Mapped[int]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"))
    access: Mapped[Access] = mapped_column(ChoiceType(Access, 8), default=Access.READ)
    #: the moment it ends; None while nobody takes it back
    until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    notes: Mapped[str | None] = mapped_column(String(200))

    user: Mapped[User | None] = relationship(foreign_keys=[user_id])
    team: Mapped[Team | None] = relationship(foreign_keys=[team_id])

    def __repr__(self) -> str:
        return f"{self.entity} {self.entity_id} → {self.user or self.team!r}"


class AccessRule(Entity):
    """Rows of an entity that are given or denied by what they say, whatever a role reaches.

    Denied wins over given; administrators are exempt from both.
    """

    scope = SHARED
    needs_fresh_sign_in = True
    is_binned = False

    name: Mapped[str] = mapped_column(String(100), unique=True)
    #: class name of the entity whose rows it is about
    entity: Mapped[str] = mapped_column(
        String(64), index=True, info={"label": "Records", "format": "entity", "business": True}
    )
    effect: Mapped[RuleEffect] = mapped_column(ChoiceType(RuleEffect, 8), default=RuleEffect.DENY)
    #: "write" denies changing alone and gives reading, too; "read" denies both and gives one
    operation: Mapped[Access] = mapped_column(ChoiceType(Access, 8), default=Access.READ)
    #: the kernel's condition tree; {} is every row
    condition: Mapped[dict[str, Any]] = mapped_column(
        JSON, default=dict, info={"format": "condition", "of": "entity", "optional": True}
    )
    is_active: Mapped[Active]
    notes: Mapped[str | None] = mapped_column(String(500))

    subjects: Mapped[list["AccessRuleSubject"]] = relationship(
        back_populates="rule", cascade="all, delete-orphan", order_by="AccessRuleSubject.id"
    )


class AccessRuleSubject(Entity):
    """Somebody a rule is for or, as an exception, not for; a rule without a subject is for all."""

    scope = through("rule")
    label_column = "rule_id"
    __table_args__ = (
        CheckConstraint(
            "(CASE WHEN role_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN team_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN user_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_subject",
        ),
    )

    rule_id: Mapped[int] = mapped_column(ForeignKey("access_rule.id"), index=True)
    role_id: Mapped[int | None] = mapped_column(ForeignKey("ab_role.id", ondelete="CASCADE"))
    #: the team with the teams below it
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"))
    is_exception: Mapped[bool] = mapped_column(
        default=False, server_default=false(), info={"label": "Exception"}
    )

    rule: Mapped[AccessRule] = relationship(back_populates="subjects")
    role: Mapped[Role | None] = relationship(foreign_keys=[role_id])
    team: Mapped[Team | None] = relationship(foreign_keys=[team_id])
    user: Mapped[User | None] = relationship(foreign_keys=[user_id])

    def __repr__(self) -> str:
        return repr(self.user or self.team or self.role)


class AccessEpoch(Model):
    """Numbers that tell one state from every other: what a process knows is good for as long as the
    number stays. Row 1 is about who stands where, row 2 about what people keep on their shelves."""

    __tablename__ = "access_epoch"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Drawn anew with every change: of one that was rolled back, nothing can be taken for good.
    number: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
