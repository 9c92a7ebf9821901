"""The start page: what the acting person's day holds, each figure with the rows behind it."""

from dataclasses import dataclass, field
from typing import Any

from flask import current_app, g, redirect, render_template, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.entities.catalog import Product
from app.entities.customers import Contact, Customer, Interaction
from app.entities.purchasing import Supplier
from app.lowcode.figures import Figure, ShownFigure, show
from app.lowcode.screens.declare import Chart
from app.lowcode.screens.charts import chart_title

TILES = (
    Figure(_l("My customers"), "customers", {"f.owner": "me"}, "user-heart"),
    Figure(
        _l("New customers this month"), "customers", {"f.created_on": "this_month"}, "building-plus"
    ),
    Figure(
        _l("Overdue next steps"),
        "interactions",
        {"f.next_step_date": "overdue", "f.next_step_done": "no"},
        "alarm",
    ),
    Figure(
        _l("Next steps this week"),
        "interactions",
        {"f.next_step_date": "this_week", "f.next_step_done": "no"},
        "calendar-due",
    ),
    Figure(
        _l("Conversations this week"), "interactions", {"f.happened_on": "this_week"}, "messages"
    ),
    Figure(_l("Contacts"), "contacts", {}, "address-book"),
    Figure(_l("Active products"), "products", {"f.is_active": "yes"}, "package"),
    Figure(_l("Active suppliers"), "suppliers", {"f.is_active": "yes"}, "truck"),
)
#: (entity, index of the chart among the screen's declared ones)
CHARTS = ((Customer, 0), (Customer, 1), (Interaction, 1), (Product, 0), (Supplier, 0))


@dataclass
class HomePage:
    title: str
    subtitle: str
    tiles: list[ShownFigure]
    shortcuts: list[tuple[str, str, str]]
    charts: list[dict[str, str]] = field(default_factory=list)
    help_url: str | None = None


class HomeView(BaseView):
    """`/`: everybody who is signed in has one."""

    route_base = "/"
    default_view = "index"

    @expose("/")
    def index(self) -> Any:
        if not g.user.is_authenticated:
            return redirect(url_for("AuthView.login"))
        screens = current_app.extensions["kehu_screens"]
        page = HomePage(
            title=_("Good day, %(name)s", name=g.user.name or g.user.username),
            subtitle=_("What matters today."),
            tiles=[shown for figure in TILES if (shown := show(figure)) is not None],
            shortcuts=[
                (_("New %(name)s", name=view.singular), url_for(f"{view.endpoint}.add"), view.icon)
                for entity in (Customer, Contact, Interaction, Product, Supplier)
                if (view := screens.get(entity)) is not None and view.may("can_add")
            ],
            charts=_charts(screens),
        )
        return render_template("home.html", page=page)


def _charts(screens: dict[type[Any], Any]) -> list[dict[str, str]]:
    charts = []
    for entity, index in CHARTS:
        view = screens.get(entity)
        if view is None or not view.may("can_list"):
            continue
        declared = view.layouts_of(Chart)[index]
        address = url_for(f"{view.endpoint}.chart", chart=index)
        more = url_for(f"{view.endpoint}.list", layout="chart", chart=index)
        title = f"{view.list_title} · {chart_title(view, declared)}"
        charts.append({"title": title, "data_url": address, "more_url": more})
    return charts[:4]
