"""What a list shows in its layouts."""

from collections.abc import Hashable
from dataclasses import dataclass, field

from markupsafe import Markup

from app.lowcode.pages.cells import Cell, Column, Row
from app.lowcode.pages.filters import Chip
from app.lowcode.pages.views import CurrentView

#: rows that something is done to at once, all of them or none
MOST_ROWS = 1000
#: pages that buttons lead to: the next one and the one before
_NEIGHBOURS = 2


@dataclass(frozen=True, slots=True)
class DrawnParts:
    """The parts of a list that are the same on all its pages, as HTML."""

    actions: Markup
    search: Markup
    head: Markup
    sizes: Markup
    #: None where there are chips: they name records, whose names change
    tools: Markup | None


@dataclass(slots=True)
class Action:
    """A button: `url` is posted to (bulk: with `rowid`, `seen`), or opened if `method` is get."""

    name: str
    label: str
    icon: str
    url: str
    confirm: str | None = None
    method: str = "post"
    style: str = "default"
    bulk: bool = False
    #: rows it takes at once; None for any number
    most: int | None = MOST_ROWS


@dataclass(slots=True)
class Layout:
    #: list, board, calendar, chart
    kind: str
    label: str
    icon: str
    url: str
    active: bool


@dataclass(slots=True)
class BoardCard:
    id: int
    url: str
    title: str
    version: int
    cells: list[tuple[str, Cell]]


@dataclass(slots=True)
class BoardColumn:
    value: str
    label: str
    color: str | None
    count: int
    total: str | None
    cards: list[BoardCard]
    more_url: str | None = None


@dataclass(slots=True)
class ListPage:
    title: str
    resource: str
    #: address of the list without parameters; the state is the query string
    url: str
    columns: list[Column]
    rows: list[Row]
    count: int
    first: int
    last: int
    size: int
    #: are there no more than `count`?
    is_counted: bool = True
    #: where figures over all rows come from, when they take longer than the page
    summary_url: str | None = None
    #: do sums stand below some of its columns, now or later?
    has_totals: bool = False
    #: which page this is, and up to which one pages are opened by their number
    number: int = 1
    most: int = 1
    layout: str = "list"
    layouts: list[Layout] = field(default_factory=list)
    sizes: list[tuple[int, str]] = field(default_factory=list)
    prev_url: str | None = None
    next_url: str | None = None
    q: str = ""
    search_label: str = ""
    chips: list[Chip] = field(default_factory=list)
    #: state that the search box and filter form must carry on: (name, value) pairs
    carried: list[tuple[str, str]] = field(default_factory=list)
    new_url: str | None = None
    import_url: str | None = None
    #: (format, label, url)
    exports: list[tuple[str, str, str]] = field(default_factory=list)
    #: of ticked rows; None where nothing can be done with them
    bulk_buttons: Markup | None = None
    clear_url: str | None = None
    help_url: str | None = None
    #: the saved view it stands in
    view: CurrentView | None = None
    #: the chooser of columns, loaded when its menu is opened
    columns_url: str | None = None
    #: the forms of the filters, loaded when their menu is opened
    filters_url: str | None = None
    #: what the list may be grouped by, loaded when its menu is opened; what it is, in words
    grouping_url: str | None = None
    grouped_by: str | None = None
    #: the groups, loaded after the page
    groups_url: str | None = None
    #: posted along by bulk actions: what is meant once
    key: str | None = None
    #: board layout
    board: list[BoardColumn] = field(default_factory=list)
    board_field: str | None = None
    move_url: str | None = None
    #: calendar and chart layouts read JSON from here
    data_url: str | None = None
    #: chart layout: (index, label, url, active)
    charts: list[tuple[int, str, str, bool]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    drawn: DrawnParts | None = None
    #: what `drawn` depends on
    state: Hashable = None
    #: its rows and what stands below them as HTML, where they are written already
    body: Markup | None = None
    foot: Markup | None = None

    @property
    def seen(self) -> str:
        """Which rows are shown, in which versions."""
        return " ".join(f"{row.id}:{row.version}" for row in self.rows)

    @property
    def count_text(self) -> str:
        return f"{self.count:,}" + ("" if self.is_counted else "+")

    @property
    def has_more(self) -> bool:
        """Are there rows beside those that are shown?"""
        return self.count > len(self.rows)

    @property
    def can_jump(self) -> bool:
        """Are there pages that are neither the next nor the last one?"""
        return self.most > _NEIGHBOURS
