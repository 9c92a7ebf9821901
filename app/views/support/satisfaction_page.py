"""What the satisfaction page shows: figures as text, each with the address of its answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import format_datetime, format_decimal
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.support import Survey, SurveyResponse
from app.lowcode import registered
from app.lowcode.fields import field_of
from app.lowcode.fields.moments import today
from app.lowcode.fields.relations import key_of
from app.lowcode.list_state import ListState
from app.lowcode.pages import Cell, Choice
from app.rules.months import last_day_of, last_months, month_after, month_of
from app.rules.satisfaction import Tally, Verdict, verdict
from app.rules.support import TicketType
from app.services import satisfaction
from app.services.satisfaction import Group, Wanted

#: how many months the page looks back, the present one included
SPANS = (12, 6, 24)
Filter = tuple[str, str]


@dataclass(frozen=True)
class Scale:
    """The target, and how many answers a verdict needs."""

    target: int
    least: int

    def verdict(self, tally: Tally) -> Verdict:
        return verdict(tally.score, tally.csat_count, self.target, self.least)

    def cell(self, tally: Tally) -> Cell:
        found = self.verdict(tally)
        return Cell("badge", _(found.label), color=found.color)

    def cell_of_line(self, tally: Tally) -> Cell:
        """As `cell`, but empty where too few answered: a table would say so again and again."""
        if self.verdict(tally) is Verdict.TOO_FEW:
            return Cell("badge", "")
        return self.cell(tally)


@dataclass(frozen=True)
class Span:
    """The months looked at and what narrows the answers, as the address says."""

    months: tuple[date, ...]
    survey_id: int | None = None
    agent_id: int | None = None
    team_id: int | None = None
    ticket_type: TicketType | None = None

    def borders(self) -> list[Any]:
        """Midnights in the reader's zone between the months, as the list's filters have them."""
        moment = field_of(SurveyResponse, "answered_on")
        return [moment.read(day) for day in (*self.months, month_after(self.months[-1]))]

    def wanted(self) -> Wanted:
        borders = self.borders()
        return Wanted(
            borders[0], borders[-1], self.survey_id, self.agent_id, self.team_id, self.ticket_type
        )

    def filters(self) -> dict[str, str]:
        """The narrowing as filters of the list of responses."""
        kept = {
            "survey": self.survey_id,
            "agent": self.agent_id,
            "team": self.team_id,
            "ticket.type": self.ticket_type and str(self.ticket_type.value),
        }
        return {name: str(value) for name, value in kept.items() if value is not None}

    def arguments(self) -> dict[str, str]:
        """The narrowing as arguments of this page."""
        kept = {name.replace("ticket.", ""): value for name, value in self.filters().items()}
        return {"months": str(len(self.months)), **kept}

    def month_filter(self, month: date) -> Filter:
        last = last_day_of(month)
        return "answered_on", f"{month.isoformat()}..{last.isoformat()}"

    def rows(self, *more: Filter) -> str | None:
        """The list of the answers behind a figure, for who may open it."""
        view = registered.screens()[SurveyResponse]
        if not view.may("can_list"):
            return None
        last = last_day_of(self.months[-1])
        whole = {"answered_on": f"{self.months[0].isoformat()}..{last.isoformat()}"}
        filters = tuple({**whole, **self.filters(), **dict(more)}.items())
        return str(view.list_url(ListState(filters=filters)))


@dataclass(frozen=True)
class Figure:
    text: str
    url: str | None = None


@dataclass(frozen=True)
class Line:
    """One month, agent, team or type."""

    label: Figure
    responses: Figure
    score: Figure
    answers: Figure
    verdict: Cell
    satisfied: Figure
    nps: Figure
    nps_answers: Figure


@dataclass(frozen=True)
class Comment:
    text: str
    csat: str
    nps: str
    customer: str
    agent: str
    when: str
    url: str | None


@dataclass(frozen=True)
class Choices:
    """The lists of the page's own filters."""

    months: list[Choice]
    surveys: list[Choice]
    agents: list[Choice]
    teams: list[Choice]
    types: list[Choice]

    @classmethod
    def of(cls, session: Session, span: Span) -> "Choices":
        wanted = span.wanted()
        agents = satisfaction.by_agent(session, replace(wanted, agent_id=None))
        teams = satisfaction.by_team(session, replace(wanted, team_id=None))
        surveys = session.execute(select(Survey.id, Survey.name).order_by(Survey.name)).all()
        chosen = span.ticket_type
        return cls(
            [
                Choice(str(n), _("Last %(count)s months", count=n), selected=n == len(span.months))
                for n in sorted(SPANS)
            ],
            [Choice(str(k), name, selected=k == span.survey_id) for k, name in surveys],
            [Choice(str(g.key), g.label, selected=g.key == span.agent_id) for g in agents if g.key],
            [Choice(str(g.key), g.label, selected=g.key == span.team_id) for g in teams if g.key],
            [Choice(str(t.value), _(t.label), selected=t is chosen) for t in TicketType],
        )


@dataclass
class SatisfactionPage:
    title: str
    scale: Scale
    choices: Choices
    #: (label, figure, what it says, its badge or None)
    tiles: list[tuple[str, Figure, str, Cell | None]]
    chart_url: str
    months: list[Line]
    groups: list[tuple[str, str, list[Line]]]
    comments: list[Comment]
    suggestion: int | None
    help_url: str


def read_span(args: Mapping[str, Any]) -> Span:
    """What the address asks for; what cannot be read narrows nothing."""
    wanted = key_of(str(args.get("months", "")))
    count = wanted if wanted in SPANS else SPANS[0]
    keys = {f"{name}_id": key_of(str(args.get(name, ""))) for name in ("survey", "agent", "team")}
    code = str(args.get("type", ""))
    kind = TicketType(code) if code in set(TicketType) else None
    return Span(tuple(last_months(month_of(today()), count)), **keys, ticket_type=kind)


def figure(value: Decimal | int | None, url: str | None) -> Figure:
    """A number as people read it; nothing to open where there is none."""
    if value is None:
        return Figure("")
    return Figure(format_decimal(value, "#,##0.0" if isinstance(value, Decimal) else "#,##0"), url)


def tiles_of(span: Span, scale: Scale, monthly: Sequence[Tally]) -> list[Any]:
    """The present month against the target, and the whole span."""
    now, whole = monthly[-1], sum(monthly, Tally())
    this_month = span.month_filter(span.months[-1])
    n = _("%(count)s answers", count=format_decimal(now.csat_count))
    n_csat = _("%(count)s answers", count=format_decimal(whole.csat_count))
    n_nps = _("%(count)s answers", count=format_decimal(whole.nps_count))
    csat, nps = span.rows(("csat", "*")), span.rows(("nps", "*"))
    score = figure(now.score, span.rows(this_month, ("csat", "*")))
    satisfied = figure(whole.satisfied_percent, span.rows(("csat", "4..5")))
    return [
        (_("Score this month"), score, n, scale.cell(now)),
        (_("Score of the period"), figure(whole.score, csat), n_csat, scale.cell(whole)),
        (_("Satisfied, percent"), satisfied, n_csat, None),
        (_("Net promoter score (NPS)"), figure(whole.nps, nps), n_nps, None),
        (_("Responses"), figure(whole.responses, span.rows()), "", None),
    ]


def month_line(span: Span, scale: Scale, month: date, tally: Tally) -> Line:
    return _line(span, scale, f"{month:%Y-%m}", (span.month_filter(month),), tally)


def lines_of(span: Span, scale: Scale, path: str, groups: Sequence[Group]) -> list[Line]:
    """The lines of one division; the answers about nobody last."""
    return [
        _line(span, scale, _group_label(group), (_group_filter(path, group.key),), group.tally)
        for group in groups
    ]


def _group_label(group: Group) -> str:
    if group.key is None:
        return _("Not set")
    return _(group.label) if isinstance(group.key, TicketType) else group.label


def _group_filter(path: str, key: Any) -> Filter:
    if key is None:
        return path.partition(".")[0], "-"
    return path, str(getattr(key, "value", key))


def _line(span: Span, scale: Scale, label: str, mine: tuple[Filter, ...], tally: Tally) -> Line:
    csat, nps = span.rows(*mine, ("csat", "*")), span.rows(*mine, ("nps", "*"))
    return Line(
        label=Figure(label),
        responses=figure(tally.responses, span.rows(*mine)),
        score=figure(tally.score, csat),
        answers=figure(tally.csat_count, csat),
        verdict=scale.cell_of_line(tally),
        satisfied=figure(tally.satisfied_percent, span.rows(*mine, ("csat", "4..5"))),
        nps=figure(tally.nps, nps),
        nps_answers=figure(tally.nps_count, nps),
    )


def comments_of(responses: Sequence[SurveyResponse]) -> list[Comment]:
    """The worst words with who said them about whom."""
    view = registered.screens()[SurveyResponse]
    is_open = view.may("can_show")
    return [
        Comment(
            text=response.comment or "",
            csat="" if response.csat is None else str(response.csat),
            nps="" if response.nps is None else str(response.nps),
            customer=response.customer.name,
            agent=response.agent.name if response.agent else "",
            when=format_datetime(response.answered_on, "yyyy-MM-dd"),
            url=view.url_of(response.id) if is_open else None,
        )
        for response in responses
    ]
