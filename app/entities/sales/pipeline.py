"""How a company sells: pipelines with their stages, reasons for losing, and competitors."""

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.entities.base import SHARED, Entity, Vocabulary
from app.entities.columns import Active, Website
from app.entities.types import ChoiceType
from app.rules.customers import TagColor
from app.rules.pipeline import StageKind


class Pipeline(Entity):
    scope = SHARED
    code_column = "code"

    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    is_default: Mapped[bool] = mapped_column(
        default=False,
        server_default=false(),
        info={"label": "Default", "help": "New deals start here. One pipeline is the default."},
    )
    is_active: Mapped[Active]
    position: Mapped[int] = mapped_column(default=0, server_default="0")

    stages: Mapped[list["Stage"]] = relationship(
        back_populates="pipeline", cascade="all, delete-orphan", order_by="Stage.position"
    )


class Stage(Entity):
    """One step of a pipeline. What it means for its deals is its kind, not its name."""

    scope = SHARED
    code_column = "code"

    pipeline_id: Mapped[int] = mapped_column(ForeignKey("pipeline.id"), index=True)
    code: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(64))
    kind: Mapped[StageKind] = mapped_column(
        ChoiceType(StageKind), default=StageKind.OPEN, info={"label": "Stage kind"}
    )
    #: percent
    probability: Mapped[int] = mapped_column(
        default=0, server_default="0", info={"label": "Probability %", "optional": True}
    )
    position: Mapped[int] = mapped_column(default=0, server_default="0", info={"optional": True})
    color: Mapped[TagColor] = mapped_column(
        ChoiceType(TagColor),
        default=TagColor.BLUE,
        server_default="blue",
        info={"optional": True},
    )

    pipeline: Mapped[Pipeline] = relationship(back_populates="stages")

    __table_args__ = (
        UniqueConstraint("pipeline_id", "code"),
        CheckConstraint("probability >= 0 AND probability <= 100", name="probability_in_percent"),
    )


class LostReason(Vocabulary):
    """Why deals are lost."""

    scope = SHARED


class Competitor(Entity):
    scope = SHARED
    code_column = "name"

    name: Mapped[str] = mapped_column(String(100), unique=True)
    website: Mapped[Website | None]
    strengths: Mapped[str | None] = mapped_column(Text, info={"format": "multiline"})
    weaknesses: Mapped[str | None] = mapped_column(Text, info={"format": "multiline"})
