"""Finding the rows that are probably the same customer or supplier, written twice."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, or_, select
from sqlalchemy.orm import Session

#: what two files of one organisation have in common
KEYS = ("name_key", "phone_key", "tax_number")
MOST = 20


@dataclass(frozen=True)
class Duplicates:
    """Rows like the one in hand: those the acting person may see, and how many others there are."""

    visible: tuple[Any, ...]
    hidden: int

    def __bool__(self) -> bool:
        return bool(self.visible or self.hidden)


def find_duplicates(session: Session, item: Any, keys: Collection[str] = KEYS) -> Duplicates:
    """Rows of `item`'s entity with the same normalised name, phone digits or tax number.

    `keys`: those of KEYS that count; a match tells that another row holds the same.

    Rows outside the acting person's scope are counted, never returned: a warning may say that a
    colleague has this customer, not what stands in the file.
    """
    table: Table = item.__table__
    with session.no_autoflush:
        same = [table.c[key] == value for key, value in _keys(item, keys).items()]
        if not same:
            return Duplicates((), 0)
        statement = select(table.c.id).where(or_(*same)).order_by(table.c.id).limit(MOST)
        if item.id is not None:
            statement = statement.where(table.c.id != item.id)
        # Selected from the table, not from the entity: the row scope narrows entities only.
        found = session.scalars(statement).all()
        entity = type(item)
        visible = session.scalars(
            select(entity).where(entity.id.in_(found)).order_by(entity.id)
        ).all()
    return Duplicates(tuple(visible), len(found) - len(visible))


def _keys(item: Any, keys: Collection[str]) -> dict[str, str]:
    """The keys as they will be stored: derived ones are filled only when the row is written."""
    values = {
        key: item.derived[key](item) if key in item.derived else getattr(item, key) for key in keys
    }
    return {key: value for key, value in values.items() if value}
