"""The only statements that change a stock level: each one conditional, always in one order.

A condition in the UPDATE itself holds whatever other transactions do meanwhile; taking the levels
in the order of their keys keeps two documents with the same products from waiting for each other.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.entities.catalog import Product
from app.entities.inventory import StockLevel, Warehouse
from app.entities.types import Money, Quantity, now_utc
from app.rules.errors import DomainError

#: (product, warehouse): sorted, it is the order in which rows are locked
Key = tuple[int, int]

_INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_table: Any = StockLevel.__table__
_NOTHING = Decimal(0)


@dataclass(frozen=True)
class Held:
    """What a warehouse held of a product before something was taken: pieces and their value."""

    on_hand: Decimal
    value: Decimal


def reserve(session: Session, wanted: Mapping[Key, Decimal]) -> None:
    """Hold so much of what is available; DomainError where that is less."""
    for key in sorted(wanted):
        _change(session, key, reserved=wanted[key])
    forget(session)


def release(session: Session, held: Mapping[Key, Decimal]) -> None:
    """Give back what was reserved."""
    for key in sorted(held):
        _change(session, key, reserved=-held[key])
    forget(session)


def take(session: Session, key: Key, quantity: Decimal, *, reserved: bool = False) -> Held:
    """Take goods off the shelf, reserved ones or such as are available; what was there before.

    The value stays until `devalue`; the row is locked from here on.
    """
    row = _change(session, key, on_hand=-quantity, reserved=-quantity if reserved else _NOTHING)
    return Held(row.on_hand + quantity, row.value_amount)


def devalue(session: Session, key: Key, value: Decimal) -> None:
    """Take the value of goods that left; the row must be locked by `take`."""
    values = {"value_amount": _table.c.value_amount - literal(value, Money)}
    session.connection().execute(update(_table).where(_is(key)).values(values))


def put(session: Session, key: Key, quantity: Decimal, value: Decimal) -> Held:
    """Put goods worth `value` on the shelf; what is there now. The row is locked from here on."""
    connection = session.connection()
    now = now_utc()
    make: Any = _INSERTS[connection.dialect.name]
    insert = make(_table).values(
        product_id=key[0],
        warehouse_id=key[1],
        on_hand=quantity,
        reserved=_NOTHING,
        value_amount=value,
        version=1,
        created_on=now,
        changed_on=now,
    )
    row = connection.execute(
        insert.on_conflict_do_update(
            index_elements=["product_id", "warehouse_id"],
            set_={
                "on_hand": _table.c.on_hand + insert.excluded.on_hand,
                "value_amount": _table.c.value_amount + insert.excluded.value_amount,
                "version": _table.c.version + 1,
                "changed_on": insert.excluded.changed_on,
            },
        ).returning(_table.c.on_hand, _table.c.value_amount)
    ).one()
    return Held(row.on_hand, row.value_amount)


def lock(session: Session, keys: Iterable[Key]) -> dict[Key, Held]:
    """What is there of each key, which nobody else changes until the transaction ends."""
    return {key: put(session, key, _NOTHING, _NOTHING) for key in sorted(keys)}


def forget(session: Session) -> None:
    """Levels that the session has read are read again: they were changed behind its back."""
    for row in list(session.identity_map.values()):
        if isinstance(row, StockLevel):
            session.expire(row)


def _is(key: Key) -> Any:
    return and_(_table.c.product_id == key[0], _table.c.warehouse_id == key[1])


def _change(
    session: Session, key: Key, on_hand: Decimal = _NOTHING, reserved: Decimal = _NOTHING
) -> Any:
    """One conditional UPDATE of both figures; raises DomainError where it finds too little."""
    new_on_hand = _table.c.on_hand + literal(on_hand, Quantity)
    new_reserved = _table.c.reserved + literal(reserved, Quantity)
    row = (
        session.connection()
        .execute(
            update(_table)
            .where(_is(key), new_reserved >= literal(0, Quantity), new_reserved <= new_on_hand)
            .values(
                on_hand=new_on_hand,
                reserved=new_reserved,
                version=_table.c.version + 1,
                changed_on=now_utc(),
            )
            .returning(_table.c.on_hand, _table.c.value_amount)
        )
        .first()
    )
    return row if row is not None else _refuse(session, key, max(abs(on_hand), abs(reserved)))


def _refuse(session: Session, key: Key, wanted: Decimal) -> None:
    """Says what is missing where."""
    connection = session.connection()
    available = connection.scalar(select(_table.c.available).where(_is(key)))
    raise DomainError(
        "%(product)s: %(wanted)s wanted, %(available)s available in %(warehouse)s.",
        field="lines",
        product=session.get_one(Product, key[0]).name,
        warehouse=session.get_one(Warehouse, key[1]).name,
        wanted=plain(wanted),
        available=plain(available or _NOTHING),
    )


def plain(quantity: Decimal) -> str:
    """A quantity without needless zeros, for messages."""
    return f"{quantity.normalize():f}"
