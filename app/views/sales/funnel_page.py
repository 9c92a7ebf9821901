"""The page of the sales funnel: every figure with the list of the deals it counts."""

import json
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from flask import request, url_for
from flask_babel import format_decimal, format_percent
from flask_babel import gettext as _
from sqlalchemy import select

from app.entities.sales.deal import Deal
from app.entities.sales.pipeline import Pipeline
from app.extensions import db
from app.lowcode import field_rights, listing, registered
from app.lowcode.fields.inputs import translated
from app.lowcode.fields.moments import today
from app.lowcode.fields.relations import key_of
from app.lowcode.list_state import ListState, read_state
from app.lowcode.pages import Chip, Column, FilterSpec, Row
from app.lowcode.screens.list_frame import columns_of
from app.lowcode.screens.overview import Overview
from app.lowcode.screens.rows import rows_of
from app.lowcode.settings import stuck_days
from app.rules.errors import DomainError
from app.rules.funnel import last_day_stuck
from app.rules.masking import Masked
from app.services.sales.funnel import Funnel, StageFigures, funnel_of
from app.services.sales.pipelines import default_pipeline

STUCK_COLUMNS = ("title", "customer", "stage", "stage_since", "amount", "owner")
MOST_STUCK = 20


@dataclass(slots=True)
class Figure:
    """A number as shown, with the list of the deals it counts and a remark."""

    text: str
    url: str | None = None
    note: str = ""


@dataclass(slots=True)
class StageRow:
    name: str
    color: str
    count: Figure
    amount: Figure
    weighted: Figure
    reached: Figure
    conversion: Figure
    days: Figure
    stuck: Figure


@dataclass(slots=True)
class FunnelPage:
    """The context of `funnel.html`; `filters`, `chips` and `clear_url` as on every list."""

    title: str
    pipelines: list[tuple[str, str, bool]]
    chips: list[Chip]
    filters: list[FilterSpec]
    clear_url: str | None
    help_url: str
    #: (label, figure, icon)
    tiles: list[tuple[str, Figure, str]] = field(default_factory=list)
    stages: list[StageRow] = field(default_factory=list)
    lost: StageRow | None = None
    chart_url: str | None = None
    #: the deals that are stuck for longest
    columns: list[Column] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    stuck_url: str | None = None
    least_days: int = 0
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class FunnelRequest(Overview):
    """The deals asked about: the state of their list, and the pipeline that is looked at."""

    model = Deal
    endpoint = "FunnelView.show"
    filters = (
        "owner",
        "team",
        "region",
        "product",
        "customer",
        "source",
        "engaged_date",
        "expected_close_date",
        "closed_date",
    )

    pipeline: Pipeline | None
    today: date
    least_days: int

    @classmethod
    def read(cls) -> "FunnelRequest":
        deals = registered.screens()[Deal]
        state = read_state(deals.listable, request.args)
        wanted = key_of(dict(state.filters).get("pipeline", ""))
        pipeline = wanted and db.session.scalar(select(Pipeline).where(Pipeline.id == wanted))
        if not pipeline:
            try:
                pipeline = default_pipeline(db.session)
            except DomainError:
                pipeline = None
        return cls(deals, cls.narrowed(state), pipeline, today(), stuck_days())

    def funnel(self) -> Funnel:
        """The figures; DomainError for a filter that cannot be read or without any pipeline."""
        pipeline = self.pipeline or default_pipeline(db.session)
        where = listing.condition(self.screen.listable, self.state)
        return funnel_of(db.session, pipeline, where, today=self.today, least_days=self.least_days)

    # addresses --------------------------------------------------------------------
    def list_url(self, state: ListState, **changed: Any) -> str:
        """The funnel itself under another state."""
        return self.url_in(self.pipeline, replace(state, **changed))

    def url_in(self, pipeline: Pipeline | None, state: ListState, page: str = "show") -> str:
        filters = (*state.filters, *([("pipeline", str(pipeline.id))] if pipeline else []))
        return url_for(f"FunnelView.{page}") + ListState(filters=filters).query()

    def behind(self, *narrower: tuple[str, str], where: str = "") -> str | None:
        """The list of the deals that a figure counts, for who may open it."""
        if not self.screen.may("can_list") or self.pipeline is None:
            return None
        filters = (("pipeline", str(self.pipeline.id)), *self.state.filters, *narrower)
        return str(self.screen.list_url(ListState(filters=filters, where=where)))

    def stage_row(self, funnel: Funnel, row: StageFigures) -> StageRow:
        here = ("stage", str(row.stage.id))
        way = [figures.stage.id for figures in funnel.stages]
        step = row.step
        later = way[way.index(row.stage.id) :] if row.stage.id in way else []
        following = funnel.stages[len(way) - len(later) + 1] if len(later) > 1 else None
        return StageRow(
            name=row.stage.name,
            color=str(row.stage.color),
            count=Figure(_count(step.count), self.behind(here)),
            amount=_sum("amount", row.amount, self.behind(here)),
            weighted=_sum("weighted_amount", row.weighted_amount, self.behind(here)),
            reached=Figure(_count(step.reached), self._reached(later)) if later else Figure(""),
            conversion=Figure(
                _percent(step.conversion),
                self._reached(later[1:]),
                f"{_count(following.step.reached)} / {_count(step.reached)}",
            )
            if following is not None
            else Figure(""),
            days=Figure("" if step.median_days is None else format_decimal(step.median_days)),
            stuck=Figure(_count(row.stuck), self._stuck(row)) if row.stuck else Figure(""),
        )

    def _reached(self, stages: list[int]) -> str | None:
        return self.behind(("furthest_stage", ",".join(map(str, stages))))

    def _stuck(self, row: StageFigures) -> str | None:
        latest = last_day_stuck(self.today, row.step.stuck_after)
        return self.behind(("stage", str(row.stage.id)), ("stage_since", f"..{latest.isoformat()}"))

    def stuck_tree(self, funnel: Funnel) -> str:
        """Every stuck deal of the funnel as one condition of the list of deals."""
        parts = [
            {
                "all": [
                    {"field": "stage", "op": "in", "value": [row.stage.id]},
                    {
                        "field": "stage_since",
                        "op": "le",
                        "value": last_day_stuck(self.today, row.step.stuck_after).isoformat(),
                    },
                ]
            }
            for row in funnel.open
        ]
        return json.dumps({"any": parts}, separators=(",", ":"))


def funnel_page(title: str, asked: FunnelRequest) -> FunnelPage:
    """Everything `funnel.html` shows."""
    pipelines = db.session.scalars(
        select(Pipeline).where(Pipeline.is_active.is_(True)).order_by(Pipeline.position)
    )
    page = FunnelPage(
        title=title,
        pipelines=[
            (pipeline.name, asked.url_in(pipeline, asked.state), pipeline is asked.pipeline)
            for pipeline in pipelines
        ],
        chips=asked.chips,
        filters=asked.filter_forms,
        clear_url=asked.clear_url,
        help_url="/help/sales",
        least_days=asked.least_days,
        warnings=asked.problems,
    )
    try:
        funnel = asked.funnel()
    except DomainError as error:
        page.warnings.append(translated(error))
        return page
    page.stages = [asked.stage_row(funnel, row) for row in funnel.stages]
    page.lost = asked.stage_row(funnel, funnel.lost)
    page.tiles = _tiles(asked, funnel)
    page.chart_url = asked.url_in(asked.pipeline, asked.state, "chart")
    _list_stuck(page, asked, funnel)
    return page


def _tiles(asked: FunnelRequest, funnel: Funnel) -> list[tuple[str, Figure, str]]:
    open_stages = ",".join(str(row.stage.id) for row in funnel.open)
    still_open = asked.behind(("stage", open_stages))
    won, lost = funnel.won, funnel.lost
    decided = won.step.count + lost.step.count
    closed = asked.behind(("stage", f"{won.stage.id},{lost.stage.id}"))
    stuck = asked.behind(where=asked.stuck_tree(funnel))
    return [
        (
            _("Open deals"),
            Figure(_count(sum(row.step.count for row in funnel.open)), still_open),
            "briefcase",
        ),
        (
            _("Amount of open deals"),
            _sum("amount", sum(row.amount for row in funnel.open), still_open),
            "currency-yuan",
        ),
        (
            _("Weighted amount"),
            _sum("weighted_amount", sum(row.weighted_amount for row in funnel.open), still_open),
            "scale",
        ),
        (
            _("Amount of won deals"),
            _sum("amount", won.amount, asked.behind(("stage", str(won.stage.id)))),
            "trophy",
        ),
        (
            _("Won of decided"),
            Figure(
                _percent(funnel.won_share),
                closed,
                f"{_count(won.step.count)} / {_count(decided)}",
            ),
            "percentage",
        ),
        (
            _("Stuck deals"),
            Figure(_count(sum(row.stuck for row in funnel.open)), stuck),
            "hourglass-high",
        ),
    ]


def _list_stuck(page: FunnelPage, asked: FunnelRequest, funnel: Funnel) -> None:
    filters = (("pipeline", str(funnel.pipeline.id)), *asked.state.filters)
    state = ListState(
        filters=filters,
        where=asked.stuck_tree(funnel),
        sort=(("stage_since", False),),
        size=MOST_STUCK,
    )
    paths = field_rights.visible_paths(Deal, STUCK_COLUMNS)
    rows = listing.fetch(asked.screen.listable, state, paths)
    page.columns = columns_of(asked.screen, paths, None)
    page.rows = rows_of(asked.screen, rows, paths)
    page.stuck_url = asked.behind(where=state.where)


def _count(number: int) -> str:
    return str(format_decimal(number))


def _sum(column: str, amount: Any, url: str | None) -> Figure:
    """A sum of a column of the deals, as far as the person may see that column."""
    seen = field_rights.shown(Deal, column, amount)
    return Figure(seen if isinstance(seen, Masked) else _money(seen), url)


def _money(amount: Any) -> str:
    return "" if amount is None else str(format_decimal(amount, "#,##0.00"))


def _percent(part: Any) -> str:
    return "" if part is None else str(format_percent(part, "#,##0.0%"))
