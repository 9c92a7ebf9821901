"""A pipeline of three open stages, and deals that stand in them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.entities.sales.deal import Deal
from app.entities.sales.pipeline import Pipeline, Stage
from app.rules.pipeline import StageKind
from app.services.sales.deals import check_deal

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
STAGES = [
    ("first", StageKind.OPEN, 10),
    ("second", StageKind.OPEN, 40),
    ("third", StageKind.OPEN, 70),
    ("won", StageKind.WON, 100),
    ("lost", StageKind.LOST, 0),
]


def make_pipeline(code: str = "main", **values: Any) -> Pipeline:
    pipeline = Pipeline(code=code, name=f"流程 {code}", **values)
    for place, (name, kind, probability) in enumerate(STAGES, start=1):
        pipeline.stages.append(
            Stage(
                code=name,
                name=name,
                kind=kind,
                probability=probability,
                position=10 * place,
            )
        )
    return pipeline


@pytest.fixture
def pipeline(session: Session) -> Pipeline:
    made = make_pipeline(is_default=True)
    session.add(made)
    session.flush()
    return made


@pytest.fixture
def stage(pipeline: Pipeline) -> Callable[[str], Stage]:
    return {stage.code: stage for stage in pipeline.stages}.__getitem__


@pytest.fixture
def new_deal(session: Session, pipeline: Pipeline) -> Callable[..., Deal]:
    """A flushed deal, saved as a form saves it; at `now` unless said otherwise."""

    def make(now: datetime = NOW, **values: Any) -> Deal:
        deal = Deal(**{"title": "示例商机", **values})
        check_deal(session, deal, is_new=True, by_id=None, now=now)
        session.add(deal)
        session.flush()
        return deal

    return make
