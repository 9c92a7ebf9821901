"""What must hold between a pipeline and its stages, and where new deals start."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from app.entities.sales.deal import Deal
from app.entities.sales.pipeline import Pipeline, Stage
from app.rules.customers import TagColor
from app.rules.errors import DomainError
from app.rules.pipeline import StageKind, check_probability, fixed_probability

#: Deals go through the open stages; the two that end them stand last.
_ORDER = [StageKind.OPEN, StageKind.WON, StageKind.LOST]
_COLORS = {
    StageKind.OPEN: TagColor.BLUE,
    StageKind.WON: TagColor.GREEN,
    StageKind.LOST: TagColor.RED,
}
_LAST = 10**9
_deals = Deal.__table__


def default_pipeline(session: Session) -> Pipeline:
    """Where a deal starts that names no pipeline; DomainError while there is none."""
    found: Pipeline | None = session.scalar(
        select(Pipeline)
        .where(Pipeline.is_active.is_(True))
        .order_by(Pipeline.is_default.desc(), Pipeline.position, Pipeline.id)
        .limit(1)
    )
    if found is None:
        raise DomainError("There is no pipeline yet. Make one first.", field="pipeline")
    return found


def stages_of(pipeline: Pipeline, kind: StageKind | None = None) -> list[Stage]:
    """The stages in their order, all of them or those of one kind."""
    wanted = [stage for stage in pipeline.stages if kind is None or stage.kind is kind]
    return sorted(wanted, key=lambda stage: (_ORDER.index(stage.kind), stage.position or _LAST))


def stage_of_kind(pipeline: Pipeline, kind: StageKind) -> Stage:
    """The first stage of a kind; DomainError where the pipeline lacks it."""
    stages = stages_of(pipeline, kind)
    if not stages:
        raise DomainError(
            "The pipeline %(name)s lacks stages: it needs open ones, one for won deals and one "
            "for lost ones.",
            field="stage",
            name=pipeline.name,
        )
    return stages[0]


def check_pipeline(session: Session, pipeline: Pipeline) -> None:
    """Puts the stages in order and gives closed ones their probability.

    Raises DomainError where a deal could not be won or lost, or would change its state unasked.
    """
    with session.no_autoflush:
        _check_stages(session, pipeline)
        for place, stage in enumerate(stages_of(pipeline), start=1):
            stage.position = 10 * place
            stage.color = stage.color or _COLORS[stage.kind]
            stage.probability = fixed_probability(
                stage.kind, check_probability(stage.probability or 0)
            )
        _check_default(session, pipeline)


def _check_stages(session: Session, pipeline: Pipeline) -> None:
    kinds = Counter(stage.kind for stage in pipeline.stages)
    if not kinds[StageKind.OPEN] or kinds[StageKind.WON] != 1 or kinds[StageKind.LOST] != 1:
        raise DomainError(
            "A pipeline has open stages, one stage for won deals and one for lost ones.",
            field="stages",
        )
    if len({stage.code for stage in pipeline.stages}) < len(pipeline.stages):
        raise DomainError("Every stage of a pipeline has its own code.", field="stages")
    for stage in pipeline.stages:
        before: Sequence[StageKind] = inspect(stage).attrs.kind.history.deleted
        if stage.id is not None and before and before[0] is not stage.kind:
            _refuse_if_used(session, stage)
    for stage in inspect(pipeline).attrs.stages.history.deleted:
        _refuse_if_used(session, stage)


def _refuse_if_used(session: Session, stage: Stage) -> None:
    # The table, not the entity: deals out of the acting person's reach count as well.
    if session.scalar(select(_deals.c.id).where(_deals.c.stage_id == stage.id).limit(1)):
        raise DomainError(
            "There are deals in the stage %(name)s. Move them first.",
            field="stages",
            name=stage.name,
        )


def _check_default(session: Session, pipeline: Pipeline) -> None:
    """One pipeline is the default: a new one takes the place of the old one."""
    if not pipeline.is_default:
        return
    if pipeline.is_active is False:
        raise DomainError("The default pipeline must be active.", field="is_active")
    for other in session.scalars(select(Pipeline).where(Pipeline.is_default.is_(True))):
        if other is not pipeline:
            other.is_default = False
