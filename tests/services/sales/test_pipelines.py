"""A pipeline in which every deal can be won and lost, and none changes its state unasked."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from app.entities.sales.deal import Deal
from app.entities.sales.pipeline import Pipeline, Stage
from app.rules.errors import DomainError
from app.rules.pipeline import StageKind
from app.services.sales import pipelines
from tests.services.sales.conftest import make_pipeline


def refused_field(session: Session, pipeline: Pipeline) -> str | None:
    with pytest.raises(DomainError) as refused:
        pipelines.check_pipeline(session, pipeline)
    return refused.value.field


def test_stages_are_put_in_order_with_the_closed_ones_last(session: Session) -> None:
    pipeline = make_pipeline()
    won, fourth = pipeline.stages[3], Stage(code="fourth", name="第四", kind=StageKind.OPEN)
    won.position, won.probability = 1, 80
    pipeline.stages.append(fourth)  # typed without a position
    session.add(pipeline)
    pipelines.check_pipeline(session, pipeline)
    session.flush()
    assert [stage.code for stage in pipelines.stages_of(pipeline)] == [
        "first",
        "second",
        "third",
        "fourth",
        "won",
        "lost",
    ]
    assert [fourth.position, won.position, won.probability] == [40, 50, 100]
    assert [fourth.color, won.color] == ["blue", "green"]


@pytest.mark.parametrize("missing", [StageKind.OPEN, StageKind.WON, StageKind.LOST])
def test_a_pipeline_needs_open_stages_and_both_ends(session: Session, missing: StageKind) -> None:
    pipeline = make_pipeline()
    pipeline.stages = [stage for stage in pipeline.stages if stage.kind is not missing]
    assert refused_field(session, pipeline) == "stages"


def test_a_second_won_stage_is_refused(session: Session) -> None:
    pipeline = make_pipeline()
    pipeline.stages.append(Stage(code="won2", name="又赢", kind=StageKind.WON))
    assert refused_field(session, pipeline) == "stages"


def test_two_stages_do_not_share_a_code(session: Session) -> None:
    pipeline = make_pipeline()
    pipeline.stages[1].code = "first"
    assert refused_field(session, pipeline) == "stages"


def test_probabilities_are_percentages(session: Session) -> None:
    pipeline = make_pipeline()
    pipeline.stages[1].probability = 101
    assert refused_field(session, pipeline) == "probability"


def test_a_stage_with_deals_keeps_its_kind_and_its_place(
    session: Session, pipeline: Pipeline, new_deal: Callable[..., Deal]
) -> None:
    new_deal(stage=pipeline.stages[1])
    pipeline.stages[1].kind = StageKind.WON
    pipeline.stages[3].kind = StageKind.OPEN
    assert refused_field(session, pipeline) == "stages"
    pipeline.stages[1].kind = StageKind.OPEN
    pipeline.stages[3].kind = StageKind.WON
    pipelines.check_pipeline(session, pipeline)
    pipeline.stages.remove(pipeline.stages[1])
    assert refused_field(session, pipeline) == "stages"


def test_a_new_default_takes_the_place_of_the_old_one(session: Session, pipeline: Pipeline) -> None:
    newer = make_pipeline("newer", is_default=True)
    session.add(newer)
    pipelines.check_pipeline(session, newer)
    session.flush()
    assert (pipeline.is_default, newer.is_default) == (False, True)
    assert pipelines.default_pipeline(session) is newer


def test_the_default_pipeline_is_in_use(session: Session, pipeline: Pipeline) -> None:
    pipeline.is_active = False
    assert refused_field(session, pipeline) == "is_active"


def test_without_a_pipeline_deals_say_what_is_missing(session: Session) -> None:
    with pytest.raises(DomainError) as refused:
        pipelines.default_pipeline(session)
    assert refused.value.field == "pipeline"
