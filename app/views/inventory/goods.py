"""Goods in and out: what the warehouse has to send and to take in, without prices."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import format_decimal, lazy_gettext
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from app.entities.purchasing import PurchaseOrder, PurchaseOrderLine
from app.entities.sales.order import SalesOrder, SalesOrderLine
from app.extensions import db
from app.lowcode import registered
from app.lowcode.fields.relations import key_of
from app.lowcode.principal import current
from app.rules.orders import OrderState
from app.rules.purchasing import PurchaseState
from app.services import purchasing
from app.services.inventory.ledger import is_stocked
from app.services.sales import fulfilment
from app.views import clock

MOST = 50


@dataclass(frozen=True)
class Parcel:
    """One order to send or to take in, with what is in it as (product, code, quantity)."""

    key: int
    code: str
    #: whom it goes to or comes from
    who: str
    where: str
    warehouse: str
    carrier: str
    day: date | None
    is_late: bool
    lines: list[tuple[str, str, str]]
    paper_url: str | None = None


@dataclass
class GoodsPart:
    name: str
    title: str
    icon: str
    count: int
    parcels: list[Parcel]
    #: where the button posts to, and what it says and asks; None for who only reads
    action: tuple[str, str, str] | None


@dataclass
class GoodsPage:
    """The context of `goods.html`."""

    title: str
    help_url: str = "/help/inventory"
    parts: list[GoodsPart] = field(default_factory=list)


class GoodsView(BaseView):
    """`can_show` reads, `can_edit` sends and takes in."""

    route_base = "/goods"
    default_view = "show"
    class_permission_name = "Goods"
    icon = "forklift"
    list_title = lazy_gettext("Goods in and out")
    menu_right = "can_show"

    @expose("/")
    @has_access
    @permission_name("show")
    def show(self) -> Any:
        may = current().can("can_edit", self.class_permission_name)
        today = clock.now().date()
        parts = [_to_ship(today), _to_receive(today)]
        for part in parts:
            part.action = part.action if may else None
        page = GoodsPage(str(self.list_title), parts=parts)
        return render_template("goods.html", page=page)

    @expose("/ship", methods=["POST"])
    @has_access
    @permission_name("edit")
    def ship(self) -> Any:
        code = _settle(SalesOrder, fulfilment.ship_orders)
        flash(_("%(order)s was shipped.", order=code), "success")
        return redirect(url_for("GoodsView.show"))

    @expose("/receive", methods=["POST"])
    @has_access
    @permission_name("edit")
    def receive(self) -> Any:
        code = _settle(PurchaseOrder, purchasing.receive_purchases)
        flash(_("%(order)s was received.", order=code), "success")
        return redirect(url_for("GoodsView.show"))


def _settle(entity: type[Any], act: Callable[..., object]) -> str:
    """Do it with the posted order and commit; its number. 404 outside the own scope."""
    key = key_of(request.form.get("rowid", "")) or abort(400)
    order = db.session.scalar(select(entity).where(entity.id == key)) or abort(404)
    now = clock.now()
    act(db.session, [order], now=now, today=now.date())
    db.session.commit()
    return str(order.code)


def _to_ship(today: date) -> GoodsPart:
    due = SalesOrder.state == OrderState.CONFIRMED
    orders = _most_urgent(SalesOrder, SalesOrderLine, due, SalesOrder.required_date)
    action = (url_for("GoodsView.ship"), _("Ship"), _("Do the goods leave the warehouse now?"))
    parcels = [_parcel_out(order, today) for order in orders]
    title = _("Confirmed orders to ship")
    return GoodsPart("out", title, "truck-delivery", _count(due), parcels, action)


def _to_receive(today: date) -> GoodsPart:
    due = PurchaseOrder.state == PurchaseState.ORDERED
    orders = _most_urgent(PurchaseOrder, PurchaseOrderLine, due, PurchaseOrder.expected_date)
    action = (url_for("GoodsView.receive"), _("Receive"), _("Has everything come?"))
    parcels = [_parcel_in(order, today) for order in orders]
    title = _("Ordered goods to receive")
    return GoodsPart("in", title, "package-import", _count(due), parcels, action)


def _most_urgent(entity: type[Any], line: type[Any], due: Any, day: Any) -> Iterable[Any]:
    """The first of the orders that are `due`, with the products of their lines."""
    return db.session.scalars(
        select(entity)
        .where(due)
        .options(selectinload(entity.lines).selectinload(line.product))
        .order_by(day.nulls_last(), entity.id)
        .limit(MOST)
    )


def _count(due: Any) -> int:
    return db.session.scalar(select(func.count()).where(due)) or 0


def _parcel_out(order: SalesOrder, today: date) -> Parcel:
    screen = registered.screens()[SalesOrder]
    papers = screen.document_links(order)
    place = (order.ship_region, order.ship_city, order.ship_address, order.ship_postal_code)
    return Parcel(
        key=order.id,
        code=order.code,
        who=order.ship_name or "",
        where=" ".join(part for part in place if part),
        warehouse=order.warehouse.name if order.warehouse else "",
        carrier=order.carrier.name if order.carrier else "",
        day=order.required_date,
        is_late=order.required_date is not None and order.required_date < today,
        lines=_lines([line for line in order.lines if is_stocked(line.product)]),
        paper_url=next((url for _label, url in papers if "delivery_note" in url), None),
    )


def _parcel_in(order: PurchaseOrder, today: date) -> Parcel:
    return Parcel(
        key=order.id,
        code=order.code,
        who=order.supplier.name,
        where="",
        warehouse=order.warehouse.name,
        carrier="",
        day=order.expected_date,
        is_late=order.expected_date is not None and order.expected_date < today,
        lines=_lines(order.lines),
    )


def _lines(lines: Sequence[SalesOrderLine | PurchaseOrderLine]) -> list[tuple[str, str, str]]:
    return [
        (
            line.product.name,
            line.product.code,
            str(format_decimal(line.quantity.normalize(), "#,##0.####")),
        )
        for line in lines
    ]
