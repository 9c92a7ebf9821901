"""The words every company starts with, and deals that belong to somebody."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.entities.sales.deal import Deal
from app.entities.sales.pipeline import Pipeline
from app.services.sales.deals import check_deal
from seed import reference
from tests.callers import inside


@pytest.fixture
def stages(app: Flask) -> dict[str, int]:
    """The keys of the stages of the default pipeline by code."""
    with inside(app) as session:
        reference.seed(session)
        pipeline = session.scalars(select(Pipeline)).one()
        return {stage.code: stage.id for stage in pipeline.stages}


@pytest.fixture
def new_deal(app: Flask, stages: dict[str, int]) -> Callable[..., int]:
    """The key of a deal of `owner_id`, in its first stage unless `stage_id` says otherwise."""

    def make(owner_id: int | None, **values: Any) -> int:
        with inside(app) as session:
            stage = values.pop("stage", None)
            deal = Deal(**{"title": "示例商机", "owner_id": owner_id, **values})
            if stage:
                pipeline = session.scalars(select(Pipeline)).one()
                deal.stage = next(s for s in pipeline.stages if s.code == stage)
            check_deal(session, deal, is_new=True, by_id=None, now=datetime.now(UTC))
            session.add(deal)
            session.flush()
            return deal.id

    return make
