"""Values as shown, and tables of them."""

from dataclasses import dataclass
from typing import Any

_PLAIN_KINDS = frozenset({"text", "date", "moment", "link"})
_WIDE_KINDS = frozenset({"tags", "long", "email", "url"})
#: bytes of a text that fits into half a card
_NARROW = 20


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

    @property
    def is_blank(self) -> bool:
        return not self.text and not self.items and self.flag is None

    @property
    def is_plain(self) -> bool:
        """Is it shown as nothing but its text?"""
        return bool(self.text) and self.url is None and self.kind in _PLAIN_KINDS


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
    #: pixels; for all columns of a table or for none
    width: int | None = None
    #: may cells be changed in their place?
    is_editable: bool = False


@dataclass(slots=True)
class Row:
    id: int
    url: str
    cells: list[Cell]
    version: int = 0


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


def cells_shown(sheet: Any, row: Row) -> list[tuple[str, Cell]]:
    """For templates: (classes, cell) of one row of a `Sheet` or `ListPage`."""
    shown = []
    is_first = True
    for column, cell in zip(sheet.columns, row.cells, strict=True):
        classes = ["number"] if column.align == "right" else []
        if is_first:
            classes.append("title")
        elif cell.is_blank:
            classes.append("blank")
        if cell.kind in _WIDE_KINDS or len((cell.text or "").encode()) > _NARROW:
            classes.append("wide")
        shown.append((" ".join(classes), cell))
        is_first = False
    return shown
