"""How complete and how fresh the files of customers are, and which ones to look after."""

from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import format_decimal, lazy_gettext
from flask_babel import gettext as _
from sqlalchemy import func, select

from app.entities.customers import Customer
from app.extensions import db
from app.lowcode import field_rights, registered
from app.lowcode.duplicates import clusters
from app.lowcode.fields import field_of
from app.lowcode.fields.moments import today
from app.lowcode.fields.relations import key_of
from app.lowcode.pages import Cell, Choice, Column, Row, Sheet
from app.lowcode.screens.ticked import ticked_keys
from app.rules.completeness import Completeness, Gap, band_of
from app.services import quality
from app.views.quality.asked import Asked
from app.views.quality.duplicates import HELP
from app.views.quality.screens import mergeable

PAGE = 50
_ICONS = {
    Gap.NO_PHONE: "phone-off",
    Gap.NO_EMAIL: "mail-off",
    Gap.NO_ADDRESS: "map-pin-off",
    Gap.NO_CONTACT: "user-off",
    Gap.NO_INDUSTRY: "building-factory",
    Gap.NO_TAX_NUMBER: "receipt-off",
    Gap.NO_REGION: "map-off",
    Gap.NO_OWNER: "user-question",
    Gap.NOT_VERIFIED: "rosette-discount-check-off",
    Gap.SILENT: "message-off",
}
_FIELDS = ("owner", "last_verified_on", "changed_on")
_LINES = {"addresses": lazy_gettext("Addresses"), "contacts": lazy_gettext("Contacts")}


@dataclass
class QualityPage:
    """The context of `quality/overview.html`; `figures_url` gives what takes a while."""

    title: str
    #: None for who lists no customers
    figures_url: str | None
    choices: list[tuple[str, str, list[Choice]]]
    #: (label, icon, groups of duplicates, address) of every entity that the person may merge
    duplicates: list[tuple[str, str, str, str]]
    help_url: str = HELP


@dataclass
class Figure:
    label: str
    icon: str
    count: str
    #: percent of all customers
    share: int
    color: str
    url: str


@dataclass
class GapPage:
    """The context of `quality/customers.html`."""

    title: str
    sheet: Sheet
    count: int
    verify_url: str | None
    back_url: str
    carried: list[tuple[str, str]]
    help_url: str = HELP


class QualityView(BaseView):
    """`can_list`; the customers are those that the person sees in their list."""

    route_base = "/quality"
    default_view = "show"
    class_permission_name = "Quality"
    icon = "shield-check"
    list_title = lazy_gettext("Data quality")
    menu_right = "can_list"
    #: what the figures tell of
    reads = quality.READS

    @expose("/")
    @has_access
    @permission_name("list")
    def show(self) -> Any:
        field_rights.require_readable(self.reads)
        screens = mergeable()
        has_customers = _customers_are_theirs()
        asked = Asked.read() if has_customers else None
        page = QualityPage(
            title=str(self.list_title),
            figures_url=url_for(".figures", **asked.filters) if asked else None,
            choices=asked.choices() if asked else [],
            duplicates=[
                (
                    str(screen.title),
                    screen.icon,
                    format_decimal(clusters.count(db.session(), screen.model)),
                    url_for("DuplicateView.show", resource=screen.resource),
                )
                for screen in screens
            ],
        )
        return render_template("quality/overview.html", page=page)

    @expose("/figures")
    @has_access
    @permission_name("list")
    def figures(self) -> Any:
        """The part of the page that counts: it may take seconds with a million customers."""
        field_rights.require_readable(self.reads)
        asked = Asked.read()
        found = quality.overview(db.session(), asked.where(), today())
        gaps = [
            _figure(_(gap.label), _ICONS[gap], count, found.count, "orange")
            | {"url": url_for(".customers", check=str(gap.value), **asked.filters)}
            for gap, count in found.gaps.items()
        ]
        bands = [
            _figure(_(band.label), "", found.bands[band], found.count, band.color)
            | {"url": url_for(".customers", band=str(band.value), **asked.filters)}
            for band in Completeness
        ]
        return render_template(
            "quality/_figures.html",
            count=format_decimal(found.count),
            mean=found.mean,
            gaps=[Figure(**gap) for gap in gaps],
            bands=[Figure(**band) for band in bands],
        )

    @expose("/customers")
    @has_access
    @permission_name("list")
    def customers(self) -> Any:
        """The customers behind one figure, the emptiest files first."""
        field_rights.require_readable(self.reads)
        asked = Asked.read()
        title, clause = _behind()
        number = min(key_of(request.args.get("page", "1")) or 1, 10_000)
        where = asked.where() & clause
        count = db.session.scalar(select(func.count()).select_from(Customer).where(where)) or 0
        query = quality.listed(where).limit(PAGE).offset((number - 1) * PAGE)
        rows = [_row(asked.customers, *pair) for pair in db.session.execute(query)]
        may_verify = asked.customers.may_action("verify")
        page = GapPage(
            title=title,
            sheet=_paged(Sheet(_columns(), rows, count=count), number),
            count=count,
            verify_url=url_for(".verify") if may_verify else None,
            back_url=url_for(".show", **asked.filters),
            carried=[(name, text) for name, text in request.args.items() if name != "page"],
        )
        return render_template("quality/customers.html", page=page)

    @expose("/customers/verify", methods=["POST"])
    def verify(self) -> Any:
        """The files of the ticked customers were compared with them today."""
        screen = Asked.read().customers
        if not screen.may_action("verify"):
            abort(403)
        items = screen.get_items(ticked_keys())
        screen.perform("verify", items, {})
        db.session.commit()
        flash(_("%(count)s customers are verified as of today.", count=len(items)), "success")
        names = ("check", "band", "owner", "team", "kind", "tier")
        kept = {name: request.form[name] for name in names if request.form.get(name)}
        return redirect(url_for(".customers", **kept))


def _customers_are_theirs() -> bool:
    return bool(registered.screens()[Customer].may("can_list"))


def _behind() -> tuple[str, Any]:
    """(title, clause) of the figure that the address names; 404 where there is none."""
    gap = next((g for g in Gap if g.value == request.args.get("check")), None)
    if gap is not None:
        return _(gap.label), quality.GAPS[gap](today())
    band = next((b for b in Completeness if b.value == request.args.get("band")), None)
    if band is None:
        abort(404)
    return _("Completeness: %(band)s", band=_(band.label)), quality.in_band(band)


def _figure(label: str, icon: str, count: int, total: int, color: str) -> dict[str, Any]:
    return {
        "label": label,
        "icon": icon,
        "count": format_decimal(count),
        "share": round(100 * count / total) if total else 0,
        "color": color if count else "green",
    }


def _columns() -> list[Column]:
    fields = [field_of(Customer, name) for name in _FIELDS]
    return [
        Column("name", _("Customer"), "text"),
        Column("completeness", _("Completeness"), "badge"),
        Column("missing", _("Missing"), "long"),
        *(Column(one.name, str(one.label), one.kind, one.align) for one in fields),
    ]


def _row(screen: Any, customer: Customer, percent: int) -> Row:
    lacking = [
        str(_LINES.get(name) or field_of(Customer, name).label)
        for name in quality.missing(customer)
    ]
    cells = [
        Cell("text", customer.name),
        Cell("badge", f"{percent} %", color=band_of(percent).color),
        Cell("long", " · ".join(lacking)),
        *(field_of(Customer, name).cell(field_rights.value_of(customer, name)) for name in _FIELDS),
    ]
    url = screen.url_of(customer.id) if screen.may("can_show") else ""
    return Row(customer.id, url, cells, customer.version)


def _paged(sheet: Sheet, number: int) -> Sheet:
    kept = {name: text for name, text in request.args.items() if name != "page"}
    if number > 1:
        sheet.prev_url = url_for(".customers", page=number - 1, **kept)
    if number * PAGE < sheet.count:
        sheet.next_url = url_for(".customers", page=number + 1, **kept)
    sheet.first = (number - 1) * PAGE + 1 if sheet.rows else 0
    sheet.last = (number - 1) * PAGE + len(sheet.rows)
    return sheet
