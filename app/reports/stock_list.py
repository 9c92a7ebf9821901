"""What stands in each warehouse: on hand, reserved, available, and what it is worth."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby

from flask_babel import format_datetime
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from app.entities.catalog import Product
from app.entities.inventory import StockLevel, Warehouse
from app.entities.types import now_utc
from app.extensions import db
from app.lowcode import field_rights
from app.lowcode.settings import get_setting
from app.reports import formats, parts, theme
from app.reports.grid import Column
from app.reports.sheet import Sheet, joined
from app.rules.amounts import total


def stock_list(warehouse: Warehouse | None, *, with_value: bool) -> bytes:
    """One warehouse or all of them; products that are nowhere are left out.

    Without the value for who may not read it.
    """
    with_value = with_value and field_rights.readable(StockLevel, "value_amount")
    levels = _levels(warehouse)
    title = _("Stock list")
    moment = format_datetime(now_utc(), "yyyy-MM-dd HH:mm")
    sheet = Sheet(title, foot=joined((title, moment, parts.company_name())))
    parts.letterhead(sheet, moment)
    facts = [
        (_("Warehouse"), warehouse.name if warehouse else _("All warehouses")),
        (_("Products"), formats.quantity(len({level.product_id for level in levels}))),
    ]
    if with_value:
        worth = formats.money(total(level.value_amount for level in levels))
        facts.append((_("Stock value"), f"{get_setting('currency')} {worth}"))
    parts.facts(sheet, facts)
    for place, group in groupby(levels, key=lambda level: level.warehouse):
        _warehouse(sheet, place, list(group), with_value=with_value)
    if not levels:
        sheet.add(sheet.text(_("Nothing to show."), theme.NOTE))
    elif with_value:
        note = _("Valued at moving average cost.")
        sheet.space(6)
        sheet.add(sheet.text(note, theme.NOTE))
    return sheet.document()


def _levels(warehouse: Warehouse | None) -> Sequence[StockLevel]:
    statement = (
        select(StockLevel)
        .join(StockLevel.product)
        .join(StockLevel.warehouse)
        .options(
            contains_eager(StockLevel.product).options(joinedload(Product.unit)),
            contains_eager(StockLevel.warehouse),
        )
        .where(StockLevel.on_hand > 0)
        .order_by(Warehouse.position, Warehouse.name, Warehouse.id, Product.code, Product.id)
    )
    if warehouse is not None:
        statement = statement.where(StockLevel.warehouse_id == warehouse.id)
    return db.session.scalars(statement).all()


def _warehouse(
    sheet: Sheet, warehouse: Warehouse, levels: list[StockLevel], *, with_value: bool
) -> None:
    parts.heading(sheet, warehouse.name, warehouse.address or "")
    columns = [
        Column(_("Product code")),
        Column(_("Product"), wide=True),
        Column(_("Unit")),
        Column(_("On hand"), right=True),
        Column(_("Reserved"), right=True),
        Column(_("Available"), right=True),
        *([Column(_("Unit cost"), right=True), Column(_("Stock value"), right=True)] * with_value),
    ]
    rows = [_row(level, with_value=with_value) for level in levels]
    worth = total(level.value_amount for level in levels)
    sums = ["", _("Total"), "", "", "", "", *(["", formats.money(worth)] * with_value)]
    parts.lines(sheet, columns, rows, sums if with_value else ())


def _row(level: StockLevel, *, with_value: bool) -> list[str | tuple[str, str]]:
    product = level.product
    unit = product.unit.name if product.unit else ""
    name = (product.name, product.specification) if product.specification else product.name
    cost = level.value_amount / level.on_hand if level.on_hand else Decimal(0)
    return [
        product.code,
        name,
        unit,
        formats.quantity(level.on_hand),
        formats.quantity(level.reserved),
        formats.quantity(level.available),
        *([formats.money(cost), formats.money(level.value_amount)] * with_value),
    ]
