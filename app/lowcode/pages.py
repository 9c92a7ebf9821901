"""What templates get: plain values, already labelled, translated and permission-checked."""

from dataclasses import dataclass, field
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


@dataclass(slots=True)
class Choice:
    value: str
    label: str
    color: str | None = None
    selected: bool = False


@dataclass(slots=True)
class FilterSpec:
    """One filter a user may add. The URL parameter is `f.<name>=<value>`.

    Values: choices and relations `a,b` (codes or keys); numbers, money, dates `low..high` (either
    side may be empty); dates also a preset's code (`this_month`); flags `yes` / `no`; text any
    (contains); `-` means empty, `*` means not empty; people also `me`.
    """

    name: str
    label: str
    #: choice, relation, number, money, date, flag, text, tags
    kind: str
    choices: list[Choice] = field(default_factory=list)
    picker_url: str | None = None


@dataclass(slots=True)
class Chip:
    name: str
    label: str
    text: str
    remove_url: str
    value: str
    #: has it a form to be changed with?
    is_filter: bool = True


@dataclass(slots=True)
class FilterPage:
    """The forms of all filters of a list, on a page of their own or in its menu."""

    title: str
    list_url: str
    filters: list[FilterSpec]
    #: a form without scripts is sent there
    narrow_url: str
    carried: list[tuple[str, str]]
    help_url: str | None


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
    layout: str
    layouts: list[Layout]
    columns: list[Column]
    rows: list[Row]
    count: int
    first: int
    last: int
    size: int
    sizes: list[tuple[int, str]]
    prev_url: str | None
    next_url: str | None
    q: str
    search_label: str
    chips: list[Chip]
    filters: list[FilterSpec]
    #: state that the search box and filter form must carry on: (name, value) pairs
    carried: list[tuple[str, str]]
    new_url: str | None
    import_url: str | None
    #: (format, label, url)
    exports: list[tuple[str, str, str]]
    bulk_actions: list[Action]
    clear_url: str | None
    help_url: str | None
    #: the forms of the filters, loaded when their menu is opened
    filters_url: str | None = None
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
    """A related list, loaded by GET `url` (an HTML part) when the tab is opened."""

    name: str
    title: str
    count: int
    url: str
    new_url: str | None


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
    events: list[Event]
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
    #: `figures.ShownFigure` each
    figures: list[Any] = field(default_factory=list)
    #: PDFs: (label, address)
    documents: list[tuple[str, str]] = field(default_factory=list)
    #: posted along by actions, notes and files: what was seen, and that it is meant once
    version: int | None = None
    key: str | None = None
    #: part with every change, loaded by its tab
    history_url: str | None = None
    #: part with whom it is shared, loaded on its own; None where it cannot be
    shares_url: str | None = None
    #: page that explains who sees it, for those who may ask
    access_url: str | None = None


@dataclass(slots=True)
class FormSection:
    title: str
    #: bound WTForms fields
    fields: list[Any]
    #: shown only while these fields hold one of these values: {"kind": ["company"]}
    when: dict[str, list[str]] = field(default_factory=dict)
    visible: bool = True


@dataclass(slots=True)
class FormLines:
    """Inline rows. Field names are `<name>-<index>-<column>`; `blank` has the index `__index__`."""

    name: str
    title: str
    columns: list[Column]
    #: each row: bound WTForms fields in column order (a hidden `id` field first)
    rows: list[Any]
    blank: Any
    #: POST the whole form here to get {"lines": [{column: text}], "totals": [[label, text]]}
    totals_url: str | None
    totals: list[tuple[str, str]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@dataclass(slots=True)
class FormPage:
    title: str
    resource: str
    action_url: str
    cancel_url: str
    form: Any
    #: FormSection and FormLines in order
    parts: list[Any]
    #: errors that belong to no field
    errors: list[str]
    #: "add" or "edit"
    mode: str
    help_url: str | None
    #: duplicate warnings and the like: shown with a "save anyway" box when `confirm` is set
    warnings: list[tuple[str, str | None]] = field(default_factory=list)
    confirm: bool = False
    #: posted back: record version (edit) and idempotency key (add)
    version: int | None = None
    key: str | None = None
    #: does it hold what was typed and is not saved?
    unsaved: bool = False
    #: what the button that sends it says, default "Save"
    save_label: str = ""
    save_icon: str = "device-floppy"
    #: (name, value) pairs to post along
    hidden: list[tuple[str, str]] = field(default_factory=list)
    #: POST the form here for a part that tells what saving it would change
    preview_url: str | None = None
    #: address to go back to after saving inside a dialog ("create new" of a picker)
    is_dialog: bool = False


def is_lines(part: Any) -> bool:
    """For templates: is this part of a form a table of inline rows?"""
    return isinstance(part, FormLines)
