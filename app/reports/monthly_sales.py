"""The sales of one month: what came of it, and who sold what to whom."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from flask_babel import format_date
from flask_babel import gettext as _

from app.extensions import db
from app.lowcode import principal
from app.lowcode.fields.moments import today
from app.lowcode.settings import get_setting
from app.reports import charts, formats, parts, theme
from app.reports.grid import Column
from app.reports.sheet import Sheet, joined
from app.rules.months import last_day_of, last_months, month_after
from app.services.sales.monthly import Part, Sales, net_by_span, rest_of, sales_between

#: bars of a chart, and lines of a table before all others stand in one
_BARS, _LINES = 8, 40
_MONTHS = 12


def monthly_sales(month: date) -> bytes:
    """The month that begins on `month`, as far as the acting person sees its orders."""
    session = db.session()
    sales = sales_between(session, month, last_day_of(month))
    months = last_months(month, _MONTHS)
    before = net_by_span(session, [*months, month_after(month)])
    (year_ago,) = net_by_span(session, [month.replace(year=month.year - 1), _year_ago_end(month)])
    title, label = _("Monthly sales"), f"{month:%Y-%m}"
    sheet = Sheet(title, foot=joined((title, label, parts.company_name())))
    parts.letterhead(sheet, label)
    parts.facts(sheet, _facts(sales, before[-2], year_ago))
    sheet.add(sheet.text(counted_note(), theme.NOTE))
    parts.heading(sheet, _("Net sales of the last twelve months"))
    charts.columns(
        sheet,
        [
            (format_date(first, "yy-MM"), net, formats.short(net))
            for first, net in zip(months, before, strict=True)
        ],
    )
    _division(sheet, _("By sales representative"), _("Sales representative"), sales.by_owner, sales)
    _division(sheet, _("By customer"), _("Customer"), sales.by_customer, sales)
    _division(sheet, _("By product"), _("Product"), sales.by_product, sales)
    return sheet.document()


def _year_ago_end(month: date) -> date:
    return month_after(month.replace(year=month.year - 1))


def counted_note() -> str:
    """Whose figures they are, and when they were taken."""
    return joined(
        (
            _("All orders but drafts and cancelled ones, by order date."),
            _("Counts what %(name)s may see.", name=principal.current().name),
            _("Printed on %(day)s.", day=formats.day(today())),
        ),
        " ",
    )


def _facts(sales: Sales, last_month: Decimal, year_ago: Decimal) -> list[tuple[str, str]]:
    currency = get_setting("currency")
    mean = sales.net / sales.orders if sales.orders else None
    return [
        (_("Net sales"), f"{currency} {formats.money(sales.net)}"),
        (_("Orders"), formats.quantity(sales.orders)),
        (_("Mean order"), formats.money(mean)),
        (_("Total with tax and freight"), formats.money(sales.total)),
        (_("Tax"), formats.money(sales.tax)),
        (_("Freight"), formats.money(sales.freight)),
        (_("Against last month"), _change(sales.net, last_month)),
        (_("Against last year"), _change(sales.net, year_ago)),
    ]


def _change(now: Decimal, before: Decimal) -> str:
    """ "+12.5%", or a dash where there is nothing to compare with."""
    return f"{formats.signed(100 * (now - before) / before)}%" if before else "—"


def _division(sheet: Sheet, title: str, head: str, found: Sequence[Part], sales: Sales) -> None:
    """A chart of the largest parts and the table that adds up to the month."""
    if not found:
        return
    parts.heading(sheet, title, room=charts.HEIGHT + 60)
    top, _others = rest_of(found, _BARS)
    charts.bars(sheet, [(_name(part), part.net, formats.money(part.net)) for part in top])
    sheet.space(6)
    shown, others = rest_of(found, _LINES)
    rows = [_row(_name(part), part, sales.net) for part in shown]
    if others is not None:
        label = _("%(count)s others", count=formats.quantity(len(found) - len(shown)))
        # Their orders may be the same ones: what overlaps is not added up.
        rows.append([label, "", *_row(label, others, sales.net)[2:]])
    columns = [
        Column(head, wide=True),
        Column(_("Orders"), right=True),
        Column(_("Net sales"), right=True),
        Column(_("Share"), right=True),
    ]
    total = [_("Total"), formats.quantity(sales.orders), formats.money(sales.net), ""]
    parts.lines(sheet, columns, rows, total)


def _name(part: Part) -> str:
    return part.label or _("Not set")


def _row(label: str, part: Part, net: Decimal) -> list[str]:
    share = formats.percent(part.net / net if net else None, "0.0")
    return [label, formats.quantity(part.orders), formats.money(part.net), share]
