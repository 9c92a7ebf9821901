"""The company's own shape: teams as a tree and sales regions."""

from typing import Optional

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.entities.base import SHARED, Entity


class Region(Entity):
    scope = SHARED
    code_column = "code"

    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    notes: Mapped[str | None] = mapped_column(String(500))


class Team(Entity):
    scope = SHARED
    code_column = "code"

    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"), index=True)

    parent: Mapped[Optional["Team"]] = relationship(remote_side="Team.id", foreign_keys=[parent_id])
    manager: Mapped[User | None] = relationship(foreign_keys=[manager_id])
    region: Mapped[Region | None] = relationship()

    __table_args__ = (CheckConstraint("parent_id <> id", name="not_own_parent"),)
