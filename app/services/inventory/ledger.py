"""Posting moves: every change of what is on hand is a line of the ledger with its value."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, inspect, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.entities.catalog import Product
from app.entities.inventory import Location, ReorderPoint, StockLevel, StockMove, Warehouse
from app.rules.catalog import ProductUse
from app.rules.errors import DomainError, InvalidInput
from app.rules.stock import LocationKind, cost_of, value_of
from app.services.inventory import levels


def is_stocked(product: Product) -> bool:
    """Services are sold but never stand on a shelf."""
    return product.use != ProductUse.SERVICE


def usual_warehouse(session: Session) -> Warehouse | None:
    """The first active warehouse: what new orders name until somebody chooses another."""
    return session.scalar(
        select(Warehouse)
        .where(Warehouse.is_active.is_(True))
        .order_by(Warehouse.position, Warehouse.id)
        .limit(1)
    )


def place_of(session: Session, warehouse: Warehouse) -> Location:
    """The warehouse's own location; made where there is none yet."""
    wanted = (
        select(Location)
        .where(Location.warehouse == warehouse, Location.kind == LocationKind.INTERNAL)
        .order_by(Location.id)
        .limit(1)
    )
    return session.scalar(wanted) or _make(session, wanted, own_place(warehouse))


def own_place(warehouse: Warehouse) -> Location:
    """A new location for the goods of a warehouse."""
    return Location(
        code=warehouse.code,
        name=warehouse.name,
        kind=LocationKind.INTERNAL,
        warehouse=warehouse,
    )


def outside(session: Session, kind: LocationKind) -> Location:
    """The location that stands for suppliers, customers, adjustments or opening stock."""
    wanted = select(Location).where(Location.kind == kind).order_by(Location.id).limit(1)
    made = Location(code=kind.value, name=kind.label, kind=kind)
    return session.scalar(wanted) or _make(session, wanted, made)


def _make(session: Session, wanted: Select[Location], location: Location) -> Location:
    """Somebody else may make the same one at this moment: then it is theirs."""
    try:
        with session.begin_nested():
            session.add(location)
    except IntegrityError:
        return session.scalars(wanted).one()
    return location


def post_move(session: Session, move: StockMove, now: datetime) -> StockMove:
    """Carry out a move that nobody posted yet: levels follow, and the move gets its value.

    Goods leave at moving average cost, and only such as no order holds. What comes from outside
    is worth `value_amount`; where that is None, the average so far. Raises DomainError.
    """
    _check(move, now)
    if move.product.id is None or None in (move.from_location.id, move.to_location.id):
        session.flush([move.product, move.from_location, move.to_location])
    source, target = _key(move, move.from_location), _key(move, move.to_location)
    held = levels.lock(session, {key for key in (source, target) if key})
    if source and source != target:
        before = levels.take(session, source, move.quantity)
        move.value_amount = cost_of(move.quantity, before.on_hand, before.value)
        levels.devalue(session, source, move.value_amount)
    elif source or move.value_amount is None:
        known = held.get(source or target or (0, 0), levels.Held(Decimal(0), Decimal(0)))
        price = move.product.purchase_price
        move.value_amount = value_of(move.quantity, known.on_hand, known.value, price)
    if target and source != target:
        levels.put(session, target, move.quantity, move.value_amount)
    levels.forget(session)
    session.add(move)
    session.flush()
    return move


def _check(move: StockMove, now: datetime) -> None:
    if not is_stocked(move.product):
        raise DomainError("Services are not kept in stock.", field="product")
    if move.quantity <= 0:
        raise InvalidInput("The quantity must be more than 0.", field="quantity")
    if move.value_amount is not None and move.value_amount < 0:
        raise InvalidInput("The value must not be negative.", field="value_amount")
    if move.from_location is move.to_location:
        raise DomainError("A move leads from one location to another.", field="to_location")
    if LocationKind.INTERNAL not in (move.from_location.kind, move.to_location.kind):
        raise DomainError("One of the two locations is our own stock.", field="to_location")
    move.moved_on = move.moved_on or now
    if move.moved_on > now:
        raise InvalidInput("A move cannot lie in the future.", field="moved_on")


def _key(move: StockMove, location: Location) -> levels.Key | None:
    return None if location.warehouse_id is None else (move.product.id, location.warehouse_id)


def post_opening(
    session: Session,
    product: Product,
    warehouse: Warehouse,
    quantity: Decimal,
    value: Decimal | None,
    *,
    now: datetime,
    moved_on: datetime | None = None,
    reference: str | None = None,
) -> StockMove:
    """What was there before the product kept count; `value` of all of it, None: purchase price."""
    move = StockMove(
        product=product,
        from_location=outside(session, LocationKind.OPENING),
        to_location=place_of(session, warehouse),
        quantity=quantity,
        value_amount=value,
        moved_on=moved_on or now,
        reference=reference,
    )
    return post_move(session, move, now)


def adjust_stock(
    session: Session,
    product: Product,
    warehouse: Warehouse,
    counted: Decimal,
    *,
    now: datetime,
    notes: str | None = None,
) -> StockMove | None:
    """Make what is on hand what was counted; None where it is that already.

    What is missing leaves at average cost, what is found comes in at it. Raises DomainError where
    fewer were counted than confirmed orders hold.
    """
    if counted < 0:
        raise InvalidInput("The quantity must not be negative.", field="on_hand")
    ours, adjustment = place_of(session, warehouse), outside(session, LocationKind.ADJUSTMENT)
    (held,) = levels.lock(session, [(product.id, warehouse.id)]).values()
    difference = counted - held.on_hand
    if not difference:
        return None
    source, target = (adjustment, ours) if difference > 0 else (ours, adjustment)
    move = StockMove(
        product=product,
        from_location=source,
        to_location=target,
        quantity=abs(difference),
        moved_on=now,
        notes=notes,
    )
    return post_move(session, move, now)


def transfer_stock(
    session: Session,
    product: Product,
    source: Warehouse,
    target: Warehouse,
    quantity: Decimal,
    *,
    now: datetime,
    notes: str | None = None,
) -> StockMove:
    """Carry goods from one warehouse to another; they keep their value."""
    if source is target:
        raise DomainError("A move leads from one location to another.", field="warehouse")
    move = StockMove(
        product=product,
        from_location=place_of(session, source),
        to_location=place_of(session, target),
        quantity=quantity,
        moved_on=now,
        notes=notes,
    )
    return post_move(session, move, now)


def check_location(session: Session, location: Location) -> None:
    """Own stock stands in a warehouse, everything else in none; goods are not moved by renaming."""
    if location.kind is not LocationKind.INTERNAL:
        location.warehouse = None
    elif location.warehouse is None:
        raise DomainError("Own stock needs its warehouse.", field="warehouse")
    attributes: Any = inspect(location).attrs
    moved = attributes.kind.history.deleted or attributes.warehouse.history.deleted
    if location.id is None or not moved:
        return
    used = or_(StockMove.from_location_id == location.id, StockMove.to_location_id == location.id)
    if session.scalar(select(StockMove.id).where(used).limit(1)) is not None:
        raise DomainError("Goods were moved here already: make a new location.", field="warehouse")


def check_reorder_point(session: Session, point: ReorderPoint) -> None:
    """A level to fill up to lies above the reorder level; and the shelf stands in the lists even
    while it was never filled."""
    if point.target_quantity is not None and point.target_quantity < point.min_quantity:
        raise InvalidInput("Fill up to the reorder level at least.", field="target_quantity")
    if None in (point.product, point.warehouse):
        return
    known = session.scalar(
        select(StockLevel.id).where(
            StockLevel.product == point.product, StockLevel.warehouse == point.warehouse
        )
    )
    if known is None and is_stocked(point.product):
        levels.lock(session, [(point.product.id, point.warehouse.id)])
