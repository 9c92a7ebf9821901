"""What the page of one record shows."""

from dataclasses import dataclass, field

from app.lowcode.pages.cells import Cell, Column
from app.lowcode.pages.lists import Action, ListPage
from app.lowcode.pages.views import Star


@dataclass(slots=True)
class ShownSection:
    title: str
    items: list[tuple[str, Cell]]


@dataclass(slots=True)
class LineTable:
    title: str
    columns: list[Column]
    rows: list[list[Cell]]
    totals: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Tab:
    """A related list, loaded by GET `url` (an HTML part) when the tab is opened, if not before."""

    name: str
    title: str
    #: where its rows are not at hand it comes after the page
    count: int | None
    url: str
    new_url: str | None
    #: its rows, where they come with the record
    page: ListPage | None = None


@dataclass(slots=True)
class Event:
    """One line of the timeline."""

    #: created, changed, deleted, note, attachment, or the name of a related entity
    kind: str
    icon: str
    who: str
    when: str
    #: ISO moment for a tooltip
    when_exact: str
    text: str
    #: changed fields: (label, old text, new text)
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    url: str | None = None


@dataclass(slots=True)
class FileItem:
    id: int
    name: str
    size: str
    who: str
    when: str
    url: str
    delete_url: str | None


@dataclass(slots=True)
class Step:
    """One state of the status bar: "done", "now" or "ahead"."""

    label: str
    state: str


@dataclass(frozen=True, slots=True)
class DrawnLines:
    """A table of lines as HTML; blank where it has none."""

    title: str
    count: int
    html: str


@dataclass(frozen=True, slots=True)
class DrawnRecord:
    """What is written of a record before its page, as HTML; blank where there is nothing."""

    initial: str
    warnings: str
    badges: str
    facts: str
    details: str
    lines: list[DrawnLines]
    files: str
    file_count: int


@dataclass(slots=True)
class RecordPage:
    title: str
    subtitle: str
    resource: str
    id: int
    list_url: str
    list_title: str
    badges: list[Cell]
    facts: list[tuple[str, Cell]]
    sections: list[ShownSection]
    lines: list[LineTable]
    tabs: list[Tab]
    #: part with the newest events, loaded on its own
    timeline_url: str
    files: list[FileItem]
    #: None where the person may not write one
    note_url: str | None
    upload_url: str | None
    edit_url: str | None
    delete_url: str | None
    delete_question: str
    actions: list[Action]
    help_url: str | None
    warnings: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    #: (label, icon) of the key figures; their values are a part loaded on its own
    figures: list[tuple[str, str]] = field(default_factory=list)
    figures_url: str = ""
    #: name of the tab that is open from the start
    open_tab: str = "details"
    #: PDFs: (label, address)
    documents: list[tuple[str, str]] = field(default_factory=list)
    #: posted along by actions, notes and files: what was seen, and that it is meant once
    version: int | None = None
    key: str | None = None
    #: part with every change, loaded by its tab
    history_url: str | None = None
    #: part with whom it is shared, loaded on its own; None where it cannot be
    shares_url: str | None = None
    #: None where nobody keeps favourites
    star: Star | None = None
    #: page that explains who sees it, for those who may ask
    access_url: str | None = None
