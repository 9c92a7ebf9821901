"""What every table of the product has: key, version, who and when; and how its rows are scoped."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from flask_appbuilder import Model
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from app.entities.types import UTCDateTime, now_utc


@dataclass(frozen=True)
class Scope:
    """How rows belong to people: by their own owner and team, through a parent, or to everybody."""

    #: Attribute names on the entity; both None for a shared table.
    owner: str | None = None
    team: str | None = None
    #: Name of the many-to-one relationship whose target decides.
    parent: str | None = None


#: Rows carry `owner_id` and `team_id` and are seen by data scope (own, team, all).
OWNED = Scope(owner="owner_id", team="team_id")
#: Everybody with the screen's right sees every row (reference data, products, …).
SHARED = Scope()


def through(parent: str) -> Scope:
    """Rows are seen by whoever sees their parent."""
    return Scope(parent=parent)


class Entity(Model):
    """Base of every table that people work on.

    `scope` must be set by each entity (a test fails otherwise); `label_column` names the column
    that stands for a row in links, pickers and lists; `code_column` the one imports match by.
    """

    __abstract__ = True
    scope: ClassVar[Scope]
    label_column: ClassVar[str] = "name"
    code_column: ClassVar[str | None] = None

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    created_on: Mapped[datetime] = mapped_column(UTCDateTime, default=now_utc, index=True)
    changed_on: Mapped[datetime] = mapped_column(UTCDateTime, default=now_utc)

    # Nullable: seeds, imports and jobs write without a person.
    @declared_attr
    def created_by_id(cls) -> Mapped[int | None]:
        return mapped_column(ForeignKey("ab_user.id"))

    @declared_attr
    def changed_by_id(cls) -> Mapped[int | None]:
        return mapped_column(ForeignKey("ab_user.id"))

    @declared_attr
    def created_by(cls) -> Mapped[Any]:
        return relationship("User", foreign_keys=f"{cls.__name__}.created_by_id")

    @declared_attr
    def changed_by(cls) -> Mapped[Any]:
        return relationship("User", foreign_keys=f"{cls.__name__}.changed_by_id")

    @declared_attr.directive
    def __tablename__(cls) -> str:
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.__table__.c.version} if hasattr(cls, "__table__") else {}

    def __repr__(self) -> str:
        return str(getattr(self, self.label_column, None) or f"{type(self).__name__} {self.id}")
