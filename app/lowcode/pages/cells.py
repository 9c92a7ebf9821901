"""Values as shown, and tables of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup


@dataclass(slots=True)
class Cell:
    """One value as shown. `kind`: text, long, number, money, date, moment, flag, badge, link,
    tags, email, phone, url. `text` is the formatted value ("" when empty)."""

    kind: str
    text: str
    url: str | None = None
    color: str | None = None
    #: for tags: (label, colour) pairs; for flags: the truth
    items: tuple[tuple[str, str], ...] = ()
    flag: bool | None = None
    #: as it was written first, alone and in its column: many rows share a cell
    html: Markup | None = None
    td: str | None = None


@dataclass(slots=True)
class Column:
    name: str
    label: str
    kind: str
    #: "right" for numbers and money
    align: str = "left"
    sort_url: str | None = None
    #: "asc", "desc" or None
    sorted: str | None = None
    total: str | None = None
    average: str | None = None
    #: pixels; for all columns of a table or for none
    width: int | None = None
    #: may cells be changed in their place?
    is_editable: bool = False


@dataclass(slots=True)
class Row:
    """One row as shown. Many pages may share it, and what it was written as."""

    id: int
    url: str
    cells: Sequence[Cell]
    version: int = 0
    #: as it was written first: with a box to tick or without, and how
    html: tuple[bool, str] | None = field(default=None, init=False)


@dataclass
class Sheet:
    """A table of a page's own, as `list/_grid.html` draws it."""

    columns: list[Column]
    rows: list[Row]
    count: int = 0
    first: int = 0
    last: int = 0
    sizes: tuple[Any, ...] = ()
    prev_url: str | None = None
    next_url: str | None = None

    @property
    def count_text(self) -> str:
        return f"{self.count:,}"

    @property
    def has_totals(self) -> bool:
        return any(column.total for column in self.columns)
