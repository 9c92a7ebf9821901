"""What was changed at once, kept so that it can be undone: sets, and blocks of old values."""

from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import JSON, ForeignKey, String, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.entities.base import SHARED, Entity
from app.entities.types import ChoiceType, UTCDateTime, now_utc
from app.rules.changes import ChangeKind, ChangeState


class ChangeSet(Entity):
    """All that one import, one bulk edit or one merge has changed; it belongs to `created_by`."""

    # Always read through app.lowcode.changesets, which asks for the person.
    scope = SHARED
    is_binned = False
    is_undoable = False
    label_column = "label"
    # The rows it is about are audited one by one, and so is that it was undone.
    is_audited = False

    kind: Mapped[ChangeKind] = mapped_column(ChoiceType(ChangeKind))
    #: of the screen it was made on, such as "customers"
    resource: Mapped[str] = mapped_column(String(64), index=True)
    label: Mapped[str] = mapped_column(String(200))
    state: Mapped[ChangeState] = mapped_column(ChoiceType(ChangeState), default=ChangeState.MADE)
    #: records, without their lines; one that was changed twice counts twice
    created: Mapped[int] = mapped_column(default=0, server_default="0")
    changed: Mapped[int] = mapped_column(default=0, server_default="0")
    deleted: Mapped[int] = mapped_column(default=0, server_default="0")
    undone_on: Mapped[datetime | None] = mapped_column(UTCDateTime)
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id", ondelete="SET NULL"))

    undone_by: Mapped[User | None] = relationship(foreign_keys=[undone_by_id])


class ChangeBlock(Model):
    """What one flush has changed; as `app.lowcode.changesets.recording` writes it."""

    scope = SHARED
    __tablename__ = "change_block"

    id: Mapped[int] = mapped_column(primary_key=True)
    change_set_id: Mapped[int] = mapped_column(
        ForeignKey("change_set.id", ondelete="CASCADE"), index=True
    )
    created_on: Mapped[datetime] = mapped_column(UTCDateTime, default=now_utc, index=True)
    is_undone: Mapped[bool] = mapped_column(default=False, server_default=false())
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
