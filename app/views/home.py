"""The start page: what the acting person's day holds, each figure with the rows behind it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import g, redirect, render_template, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.lowcode import principal, registered
from app.lowcode.figures import Figure, ShownFigure, show_all
from app.lowcode.naming import in_sentence
from app.lowcode.screens.declare import Chart
from app.lowcode.screens.layouts import chart_title

_OPEN = {"f.stage.kind": "open"}
_MINE = {"f.owner": "me"}
_ACTIVE_TICKETS = {"f.status": "new,open,waiting"}
_SOLD = {"f.state": "confirmed,shipped,done,history"}


def _sum(label: Any, resource: str, query: Mapping[str, str], icon: str, column: str) -> Figure:
    return Figure(label, resource, query, icon, sum=column, with_count=True)


FIGURES = {
    "my_customers": Figure(_l("My customers"), "customers", _MINE, "user-heart"),
    "customers": Figure(_l("Customers"), "customers", {}, "building"),
    "new_customers": Figure(
        _l("New customers this month"), "customers", {"f.created_on": "this_month"}, "building-plus"
    ),
    "new_leads": Figure(_l("New leads"), "leads", {"f.status": "new"}, "user-search"),
    "overdue_steps": Figure(
        _l("Overdue next steps"),
        "interactions",
        {"f.next_step_date": "overdue", "f.next_step_done": "no"},
        "alarm",
    ),
    "steps_this_week": Figure(
        _l("Next steps this week"),
        "interactions",
        {"f.next_step_date": "this_week", "f.next_step_done": "no"},
        "calendar-due",
    ),
    "my_tasks": Figure(
        _l("My open tasks"), "tasks", {"f.assignee": "me", "f.status": "todo,doing"}, "checkbox"
    ),
    "my_deals": _sum(_l("My open deals"), "deals", {**_OPEN, **_MINE}, "target", "amount"),
    "open_deals": _sum(_l("Open deals"), "deals", _OPEN, "target", "amount"),
    "closing_deals": _sum(
        _l("Expected to close this month"),
        "deals",
        {**_OPEN, "f.expected_close_date": "this_month"},
        "calendar-stats",
        "amount",
    ),
    "won_deals": _sum(
        _l("Won this month"),
        "deals",
        {"f.stage.kind": "won", "f.closed_date": "this_month"},
        "trophy",
        "amount",
    ),
    "orders_this_month": _sum(
        _l("Orders this month"),
        "sales-orders",
        {**_SOLD, "f.order_date": "this_month"},
        "shopping-cart",
        "total_amount",
    ),
    "receivables": _sum(
        _l("Receivables"),
        "sales-orders",
        {"f.balance_amount": "0.01.."},
        "receipt",
        "balance_amount",
    ),
    "overdue_receivables": _sum(
        _l("Overdue receivables"),
        "sales-orders",
        {"f.balance_amount": "0.01..", "f.due_date": "overdue"},
        "alert-triangle",
        "balance_amount",
    ),
    "payments": _sum(
        _l("Payments this month"), "payments", {"f.received_date": "this_month"}, "cash", "amount"
    ),
    "open_tickets": Figure(_l("Open tickets"), "tickets", _ACTIVE_TICKETS, "headset"),
    "my_tickets": Figure(
        _l("My tickets"), "tickets", {**_ACTIVE_TICKETS, "f.assignee": "me"}, "user-question"
    ),
    "late_tickets": Figure(
        _l("Late tickets"), "tickets", {**_ACTIVE_TICKETS, "f.due_on": "overdue"}, "alarm"
    ),
    "answers": Figure(
        _l("Survey answers this month"),
        "survey-responses",
        {"f.answered_on": "this_month"},
        "mood-smile",
    ),
    "campaigns": Figure(
        _l("Active campaigns"), "campaigns", {"f.status": "active"}, "speakerphone"
    ),
    "low_stock": Figure(_l("Low stock"), "stock-levels", {"f.is_low": "yes"}, "package-off"),
    "stock_value": Figure(
        _l("Stock value"), "stock-levels", {}, "building-warehouse", sum="value_amount"
    ),
    "open_purchases": _sum(
        _l("Open purchase orders"),
        "purchase-orders",
        {"f.state": "ordered"},
        "truck",
        "total_amount",
    ),
    "products": Figure(_l("Active products"), "products", {"f.is_active": "yes"}, "package"),
    "suppliers": Figure(_l("Active suppliers"), "suppliers", {"f.is_active": "yes"}, "truck"),
}


@dataclass(frozen=True)
class Home:
    """A role's start page: names of FIGURES, (resource, chart) pairs, resources to add to."""

    figures: tuple[str, ...]
    charts: tuple[tuple[str, int], ...]
    shortcuts: tuple[str, ...]


_EVERYTHING = Home(
    (
        "open_deals", "won_deals", "orders_this_month", "receivables", "open_tickets",
        "low_stock", "overdue_steps", "customers",
    ),
    (("deals", 0), ("sales-orders", 0), ("customers", 0), ("tickets", 0)),
    ("customers", "deals", "sales-orders", "tickets"),
)  # fmt: skip
HOMES = {
    "administrator": _EVERYTHING,
    "read_only": _EVERYTHING,
    "sales_manager": Home(
        (
            "open_deals", "closing_deals", "won_deals", "orders_this_month", "new_leads",
            "new_customers", "overdue_steps", "receivables",
        ),
        (("deals", 0), ("deals", 1), ("sales-orders", 0), ("customers", 0)),
        ("customers", "deals", "sales-orders"),
    ),
    "sales": Home(
        (
            "my_deals", "closing_deals", "won_deals", "my_customers", "my_tasks",
            "overdue_steps", "steps_this_week", "new_leads",
        ),
        (("deals", 0), ("interactions", 0), ("customers", 0), ("sales-orders", 0)),
        ("customers", "interactions", "deals", "sales-orders"),
    ),
    "purchasing": Home(
        ("low_stock", "open_purchases", "suppliers", "products", "my_tasks"),
        (("stock-levels", 0), ("purchase-orders", 0), ("suppliers", 0), ("products", 0)),
        ("purchase-orders", "suppliers", "products"),
    ),
    "warehouse": Home(
        ("low_stock", "products", "my_tasks"),
        (("stock-levels", 2), ("products", 0)),
        ("tasks",),
    ),
    "marketing": Home(
        ("campaigns", "new_leads", "new_customers", "customers", "my_tasks"),
        (("campaigns", 0), ("leads", 0), ("customers", 4), ("customers", 1)),
        ("campaigns", "leads"),
    ),
    "service": Home(
        ("open_tickets", "my_tickets", "late_tickets", "answers", "my_tasks", "overdue_steps"),
        (("tickets", 0), ("tickets", 1), ("survey-responses", 0), ("interactions", 0)),
        ("tickets", "interactions", "tasks"),
    ),
    "finance": Home(
        ("receivables", "overdue_receivables", "payments", "orders_this_month", "open_purchases"),
        (("sales-orders", 0), ("payments", 0), ("purchase-orders", 0), ("customers", 3)),
        ("payments",),
    ),
}  # fmt: skip
MOST_CHARTS = 4


@dataclass
class HomePage:
    title: str
    subtitle: str
    tiles: list[ShownFigure]
    shortcuts: list[tuple[str, str, str]]
    charts: list[dict[str, str]] = field(default_factory=list)
    help_url: str | None = None


class HomeView(BaseView):
    """`/`: everybody who is signed in has one, made of what their roles have."""

    route_base = "/"
    default_view = "index"

    @expose("/")
    def index(self) -> Any:
        if not g.user.is_authenticated:
            return redirect(url_for("AuthView.login"))
        homes = [HOMES[role] for role in principal.current().roles if role in HOMES]
        homes = homes or [_EVERYTHING]  # a role of the company's own: whatever it may see
        names = _once(name for home in homes for name in home.figures)
        page = HomePage(
            title=_("Good day, %(name)s", name=g.user.name or g.user.username),
            subtitle=_("What matters today."),
            tiles=show_all(FIGURES[name] for name in names),
            shortcuts=_shortcuts(_once(name for home in homes for name in home.shortcuts)),
            charts=_charts(_once(pair for home in homes for pair in home.charts)),
        )
        return render_template("home.html", page=page)


def _once(entries: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(entries))


def _screens() -> dict[str, Any]:
    return {view.resource: view for view in registered.screens().values()}


def _shortcuts(resources: list[str]) -> list[tuple[str, str, str]]:
    screens = _screens()
    views = [screens[name] for name in resources if screens[name].may("can_add")]
    return [
        (
            _("New %(name)s", name=in_sentence(str(view.singular))),
            url_for(f"{view.endpoint}.add"),
            view.icon,
        )
        for view in views
    ]


def _charts(wanted: list[tuple[str, int]]) -> list[dict[str, str]]:
    screens = _screens()
    charts = []
    for resource, index in wanted:
        view = screens[resource]
        if not view.may("can_list"):
            continue
        declared = [layout for layout in view.layouts if isinstance(layout, Chart)][index]
        offered = view.layouts_of(Chart)
        if declared not in offered:
            continue
        index = offered.index(declared)
        address = url_for(f"{view.endpoint}.chart", chart=index)
        more = url_for(f"{view.endpoint}.list", layout="chart", chart=index)
        title = f"{view.list_title} · {chart_title(view, declared)}"
        charts.append({"title": title, "data_url": address, "more_url": more})
    return charts[:MOST_CHARTS]
