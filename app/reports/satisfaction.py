"""How satisfied customers were in one month, against the target and the months before."""

from collections.abc import Sequence
from datetime import date

from flask_babel import format_date, format_decimal
from flask_babel import gettext as _

from app.entities.support import SurveyResponse
from app.extensions import db
from app.lowcode import principal
from app.lowcode.fields import field_of
from app.lowcode.fields.moments import today
from app.lowcode.settings import satisfaction_goal
from app.reports import charts, formats, parts, theme
from app.reports.grid import Column, Text
from app.reports.sheet import Sheet, joined
from app.rules.months import last_months, month_after
from app.rules.satisfaction import Tally, verdict
from app.rules.support import TicketType
from app.services import satisfaction as answers
from app.services.satisfaction import Group, Wanted

_MONTHS = 12


def satisfaction(month: date) -> bytes:
    """The month that begins on `month`, as far as the acting person sees its answers."""
    session = db.session()
    target, least = satisfaction_goal()
    months = last_months(month, _MONTHS)
    moment = field_of(SurveyResponse, "answered_on")
    borders = [moment.read(first) for first in (*months, month_after(month))]
    tallies = answers.monthly(session, Wanted(borders[0], borders[-1]), borders)
    wanted = Wanted(borders[-2], borders[-1])
    title, label = _("Satisfaction report"), f"{month:%Y-%m}"
    sheet = Sheet(title, foot=joined((title, label, parts.company_name())))
    parts.letterhead(sheet, label)
    parts.facts(sheet, _facts(tallies[-1], target, least))
    sheet.add(sheet.text(_formula(least), theme.NOTE))
    parts.heading(sheet, _("Monthly satisfaction score"))
    charts.line(
        sheet,
        [
            (format_date(first, "yy-MM"), tally.score, _number(tally.score))
            for first, tally in zip(months, tallies, strict=True)
        ],
        target,
        _("Target %(score)s", score=target),
    )
    for heading, head, groups in (
        (_("By agent"), _("Agent"), answers.by_agent(session, wanted)),
        (_("By team"), _("Team"), answers.by_team(session, wanted)),
        (_("By ticket type"), _("Type"), answers.by_ticket_type(session, wanted)),
    ):
        _division(sheet, heading, head, groups, (target, least))
    _comments(sheet, answers.worst(session, wanted))
    return sheet.document()


def _facts(tally: Tally, target: int, least: int) -> list[tuple[str, str]]:
    found = verdict(tally.score, tally.csat_count, target, least)
    return [
        (_("Satisfaction score"), _number(tally.score) or "—"),
        (_("Target"), str(target)),
        (_("Verdict"), _(found.label)),
        (_("Answers"), formats.quantity(tally.csat_count)),
        (_("Satisfied, percent"), _number(tally.satisfied_percent) or "—"),
        (_("Net promoter score (NPS)"), _number(tally.nps) or "—"),
        (_("Answers about recommendation"), formats.quantity(tally.nps_count)),
        (_("Responses"), formats.quantity(tally.responses)),
    ]


def _formula(least: int) -> str:
    return joined(
        (
            _("Score: mean of (answer - 1) / 4 x 100 over the answers from 1 to 5."),
            _("NPS: percent of answers 9 and 10 minus percent of answers 0 to 6."),
            _("No verdict with fewer than %(count)s answers.", count=least),
            _("Counts what %(name)s may see.", name=principal.current().name),
            _("Printed on %(day)s.", day=formats.day(today())),
        ),
        " ",
    )


def _division(
    sheet: Sheet, title: str, head: str, groups: Sequence[Group], goal: tuple[int, int]
) -> None:
    if not groups:
        return
    parts.heading(sheet, title)
    columns = [
        Column(head, wide=True),
        Column(_("Responses"), right=True),
        Column(_("Answers"), right=True),
        Column(_("Satisfaction score"), right=True),
        Column(_("Verdict")),
        Column(_("Satisfied, percent"), right=True),
        Column(_("NPS"), right=True),
    ]
    rows = [_row(_label(group), group.tally, goal) for group in groups]
    whole = sum((group.tally for group in groups), Tally())
    parts.lines(sheet, columns, rows, _row(_("Total"), whole, goal))


def _label(group: Group) -> str:
    if group.key is None:
        return _("Not set")
    return _(group.label) if isinstance(group.key, TicketType) else group.label


def _row(label: str, tally: Tally, goal: tuple[int, int]) -> list[str]:
    return [
        label,
        formats.quantity(tally.responses),
        formats.quantity(tally.csat_count),
        _number(tally.score),
        _(verdict(tally.score, tally.csat_count, *goal).label),
        _number(tally.satisfied_percent),
        _number(tally.nps),
    ]


def _comments(sheet: Sheet, responses: Sequence[SurveyResponse]) -> None:
    if not responses:
        return
    parts.heading(sheet, _("Comments of the least satisfied"))
    moment = field_of(SurveyResponse, "answered_on")
    columns = [
        Column(_("Answered on")),
        Column(_("Comment"), wide=True),
        Column(_("Satisfaction"), right=True),
        Column(_("Recommendation"), right=True),
    ]
    rows: list[list[Text]] = [
        [
            moment.text(response.answered_on)[:10],
            (
                response.comment or "",
                joined((response.customer.name, response.agent.name if response.agent else "")),
            ),
            formats.quantity(response.csat),
            formats.quantity(response.nps),
        ]
        for response in responses
    ]
    parts.lines(sheet, columns, rows)


def _number(value: object) -> str:
    return "" if value is None else format_decimal(value, "#,##0.0")
