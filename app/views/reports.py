"""Reports that belong to no single record: chosen here, opened as PDF."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import abort, current_app, render_template, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import lazy_gettext
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from app.entities.customers import Customer
from app.entities.inventory import Warehouse
from app.entities.sales.order import SalesOrder
from app.extensions import db
from app.lowcode import audit, documents, field_rights, principal, registered
from app.lowcode.fields import field_of
from app.lowcode.fields.moments import today
from app.lowcode.fields.relations import key_of
from app.lowcode.pages import Choice
from app.lowcode.screens.documents import asked_language
from app.reports.customer_statement import statement_between
from app.reports.delivery_note import delivery_notes
from app.reports.monthly_sales import monthly_sales
from app.reports.satisfaction import satisfaction
from app.reports.stock_list import stock_list
from app.rules.errors import InvalidInput
from app.rules.months import last_months, month_of, parse_month
from app.views.papers import CHARGED, STATEMENT


@dataclass(frozen=True)
class Report:
    """One PDF of the page; `inputs`: month, days, customer, warehouse, values."""

    name: str
    label: Any
    text: Any
    icon: str
    inputs: tuple[str, ...]
    #: (right, screen) pairs without which it would tell more, or less, than the person's lists
    needs: tuple[tuple[str, str], ...]
    #: makes the PDF of what was asked for and tells it in one line for the audit trail
    draw: Callable[[MultiDict[str, str]], tuple[bytes, str]]
    #: columns ("Entity.column") it is made of
    reads: tuple[str, ...] = ()

    def may(self) -> bool:
        if not field_rights.all_readable(self.reads):
            return False
        return all(principal.current().can(right, screen) for right, screen in self.needs)


def _monthly_sales(asked: MultiDict[str, str]) -> tuple[bytes, str]:
    month = parse_month(asked.get("month", ""))
    return monthly_sales(month), f"{month:%Y-%m}"


def _satisfaction(asked: MultiDict[str, str]) -> tuple[bytes, str]:
    month = parse_month(asked.get("month", ""))
    return satisfaction(month), f"{month:%Y-%m}"


def _stock_list(asked: MultiDict[str, str]) -> tuple[bytes, str]:
    warehouse = _warehouse(asked)
    data = stock_list(warehouse, with_value="values" in asked)
    return data, warehouse.name if warehouse else ""


def _delivery_notes(asked: MultiDict[str, str]) -> tuple[bytes, str]:
    warehouse = _warehouse(asked)
    return delivery_notes(warehouse), warehouse.name if warehouse else ""


def _warehouse(asked: MultiDict[str, str]) -> Warehouse | None:
    key = asked.get("warehouse", "")
    return _row(Warehouse, key) if key else None


def _customer_statement(asked: MultiDict[str, str]) -> tuple[bytes, str]:
    if not asked.get("customer"):
        raise InvalidInput("Choose a customer first.", field="customer")
    customer = _row(Customer, asked["customer"])
    since, until = (_day(asked, name) for name in ("since", "until"))
    if since > until:
        raise InvalidInput("The first day comes after the last.", field="since")
    return statement_between(customer, since, until), f"{customer.name} {since} {until}"


def _day(asked: MultiDict[str, str], name: str) -> date:
    day = field_of(SalesOrder, "order_date").read(asked.get(name, ""))
    if day is None:
        raise InvalidInput("Please fill in this field.", field=name)
    return day


def _row(entity: type[Any], text: str) -> Any:
    """The row inside the acting person's scope; 404 otherwise."""
    row = db.session.scalar(select(entity).where(entity.id == key_of(text)))
    return row if row is not None else abort(404)


REPORTS: Sequence[Report] = (
    Report(
        "monthly-sales",
        lazy_gettext("Monthly sales"),
        lazy_gettext("Net sales of a month by sales representative, customer and product."),
        "chart-bar",
        ("month",),
        (("can_list", "SalesOrder"),),
        _monthly_sales,
        (*CHARGED, "SalesOrderLine.net_amount", "SalesOrder.customer", "SalesOrder.owner"),
    ),
    Report(
        "customer-statement",
        lazy_gettext("Customer statement"),
        lazy_gettext("Orders, payments and balance of a customer, to be agreed on."),
        "file-invoice",
        ("customer", "days"),
        (("can_print", "Customer"), ("can_list", "SalesOrder"), ("can_list", "Payment")),
        _customer_statement,
        STATEMENT,
    ),
    Report(
        "satisfaction",
        lazy_gettext("Satisfaction report"),
        lazy_gettext("The score of a month against its target, and the worst comments."),
        "mood-smile",
        ("month",),
        (("can_list", "SurveyResponse"),),
        _satisfaction,
        ("SurveyResponse.csat", "SurveyResponse.nps", "SurveyResponse.comment"),
    ),
    Report(
        "stock-list",
        lazy_gettext("Stock list"),
        lazy_gettext("What stands in a warehouse, for counting or with its value."),
        "packages",
        ("warehouse", "values"),
        (("can_list", "StockLevel"),),
        _stock_list,
        ("StockLevel.on_hand", "StockLevel.reserved"),
    ),
    Report(
        "delivery-notes",
        lazy_gettext("Delivery notes"),
        lazy_gettext("One page for each confirmed order that is waiting to be shipped."),
        "truck-delivery",
        ("warehouse",),
        (("can_print_delivery_note", "SalesOrder"),),
        _delivery_notes,
    ),
)


@dataclass
class ReportsPage:
    """The context of `reports.html`."""

    title: str
    reports: list[Report]
    month: str
    since: str
    until: str
    customer_url: str
    warehouses: list[Choice] = field(default_factory=list)
    languages: list[Choice] = field(default_factory=list)
    help_url: str = "/help/reports"


class ReportView(BaseView):
    """`can_show` opens the page; each report also asks for the lists it is made of."""

    route_base = "/reports"
    default_view = "show"
    class_permission_name = "Report"
    icon = "report"
    list_title = lazy_gettext("Reports")
    menu_right = "can_show"

    @expose("/")
    @has_access
    @permission_name("show")
    def show(self) -> Any:
        return render_template("reports.html", page=_page(str(self.list_title)))

    @expose("/<name>.pdf")
    @has_access
    @permission_name("show")
    def open(self, name: str) -> Any:
        """The PDF, shown in the browser; each opening stands in the audit trail."""
        report = next((r for r in REPORTS if r.name == name), None) or abort(404)
        if not report.may():
            abort(403)
        with asked_language():
            data, told = report.draw(request.args)
            label = f"{report.label} {told}".strip()
        audit.record_apart("print", "Report", None, label, {"document": [None, name]})
        return documents.answer(data, label)


def _page(title: str) -> ReportsPage:
    now = today()
    last = last_months(month_of(now), 2)[0]
    warehouses = db.session.scalars(select(Warehouse).order_by(Warehouse.position, Warehouse.name))
    orders = registered.screens()[SalesOrder]
    languages = current_app.config["LANGUAGES"].items()
    return ReportsPage(
        title=title,
        reports=[report for report in REPORTS if report.may()],
        month=f"{last:%Y-%m}",
        since=now.replace(month=1, day=1).isoformat(),
        until=now.isoformat(),
        customer_url=url_for(f"{orders.endpoint}.picker", path="customer"),
        warehouses=[Choice(str(warehouse.id), warehouse.name) for warehouse in warehouses],
        languages=[Choice(code, entry["name"]) for code, entry in languages],
    )
