"""The list engine: the state that a URL says, and the one SELECT that answers it.

List, board, calendar, chart, exports, `kehu count` and the API all start here, so that they
cannot disagree about which rows a filter means.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, and_, func, select

from app.extensions import db
from app.lowcode import conditions, field_rights, paging, search
from app.lowcode.groups import grouping_of
from app.lowcode.selection import Cut, ListedRow, Selection, selection
from app.rules.errors import DomainError, InvalidInput
from app.rules.text import storable
from app.rules.views import Columns, columns_text, parse_columns

LARGEST_PAGE = 200
#: `view=` of a list that is asked for as the screen declares it
PLAIN = "all"
#: characters of a `cols=`
LONGEST_COLUMNS = 2000
LONGEST_PLACE = 4000


@dataclass(frozen=True)
class Listable:
    """What of an entity may be listed, searched, filtered and sorted."""

    model: type[Any]
    columns: tuple[str, ...]
    #: what a person may choose to see instead of them
    offered: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    filters: frozenset[str] = frozenset()
    #: what a condition may name; None: the filters
    asked: Container[str] | None = field(default=None, compare=False)
    sortable: frozenset[str] = frozenset()
    #: default order: (path, descending)
    order: tuple[tuple[str, bool], ...] = ()
    page_size: int = 25


@dataclass(frozen=True)
class ListState:
    """Everything the address of a list says."""

    q: str = ""
    filters: tuple[tuple[str, str], ...] = ()
    where: str = ""
    sort: tuple[tuple[str, bool], ...] = ()
    page: int = 1
    size: int = 25
    layout: str = "list"
    chart: int = 0
    #: what the rows are gathered by, as `groups.Grouping` writes it
    group: str = ""
    #: (path, width in pixels or None) in order, where others than the declared ones were chosen
    columns: Columns = ()
    #: key of the saved view that the rest began as; "all" where none was wanted
    view: str = ""
    #: the sealed place of the row that the page begins behind, or ends before
    after: str = ""
    before: str = ""
    #: what was asked for and cannot be done, as untranslated errors
    problems: tuple[DomainError, ...] = field(default=(), compare=False)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.filters or self.where or self.q)

    def pairs(self, **changed: Any) -> list[tuple[str, str]]:
        """The query string's pairs, defaults left out; `changed` replaces parts of the state.

        A place belongs to the page it was made for: whatever is changed, it goes.
        """
        state = replace(self, **({"after": "", "before": ""} | changed)) if changed else self
        pairs = [(f"f.{path}", text) for path, text in state.filters]
        pairs += [("q", state.q)] if state.q else []
        pairs += [("where", state.where)] if state.where else []
        if state.sort:
            pairs.append(
                ("sort", ",".join(("-" if down else "") + path for path, down in state.sort))
            )
        pairs += [("cols", columns_text(state.columns))] if state.columns else []
        pairs += [("group", state.group)] if state.group else []
        pairs += [("layout", state.layout)] if state.layout != "list" else []
        pairs += [("chart", str(state.chart))] if state.chart else []
        pairs += [("size", str(state.size))] if state.size != 25 else []
        pairs += [("view", state.view)] if state.view else []
        pairs += [("page", str(state.page))] if state.page > 1 else []
        pairs += [("after", state.after)] if state.after else []
        pairs += [("before", state.before)] if state.before else []
        return pairs

    def query(self, **changed: Any) -> str:
        pairs = self.pairs(**changed)
        return f"?{'&'.join(quoted_pair(*pair) for pair in pairs)}" if pairs else ""


@lru_cache(maxsize=1024)
def quoted_pair(name: str, text: str) -> str:
    """A page names its own state in two dozen addresses."""
    return urlencode(((name, text),), safe=",")


def read_state(source: Listable, args: Mapping[str, Any]) -> ListState:
    """The state in a query string; nothing a user types there is an error page.

    Unknown filters and columns are left out and reported in `problems`.
    """
    problems: list[DomainError] = []
    pairs = (
        args.items(multi=True)
        if hasattr(args, "items") and hasattr(args, "getlist")
        else (args.items())
    )
    filters = []
    for name, text in pairs:
        value = storable(str(text)).strip()
        if not name.startswith("f.") or not value:
            continue
        if name[2:] in source.filters:
            filters.append((name[2:], value[:500]))
        else:
            problems.append(InvalidInput("There is no filter %(name)s here.", name=name[2:]))
    sort = []
    for part in str(args.get("sort", "")).split(","):
        path = part.strip().lstrip("-")
        if path in source.sortable:
            sort.append((path, part.strip().startswith("-")))
        elif path:
            problems.append(InvalidInput("This list cannot be sorted by %(name)s.", name=path))
    group = str(args.get("group", ""))
    try:
        grouping_of(source.model, source.filters, group)
    except InvalidInput as error:
        problems.append(error)
        group = ""
    columns = parse_columns(str(args.get("cols", ""))[:LONGEST_COLUMNS])
    problems += [
        InvalidInput("There is no column %(name)s here.", name=path)
        for path, _width in columns
        if path not in source.offered
    ]
    return ListState(
        q=storable(str(args.get("q", ""))).strip()[:200],
        filters=tuple(filters),
        where=str(args.get("where", "")),
        sort=tuple(sort),
        page=_whole(args.get("page"), 1, 1, 10**6),
        size=_whole(args.get("size"), source.page_size, 1, LARGEST_PAGE),
        layout=str(args.get("layout", "list")),
        chart=_whole(args.get("chart"), 0, 0, 99),
        group=group,
        after=str(args.get("after", ""))[:LONGEST_PLACE],
        before=str(args.get("before", ""))[:LONGEST_PLACE],
        columns=tuple(column for column in columns if column[0] in source.offered),
        view=_view(str(args.get("view", ""))),
        problems=tuple(problems),
    )


def _view(text: str) -> str:
    """`all`, or a key; what is neither says nothing."""
    return text if text == PLAIN or str(_whole(text, 0, 0, 10**9)) == text != "0" else ""


def _whole(text: Any, default: int, low: int, high: int) -> int:
    digits = str(text or "")[:12]
    return min(max(int(digits), low), high) if digits.isascii() and digits.isdigit() else default


def condition(source: Listable, state: ListState, *, is_led: bool = False) -> ColumnElement[bool]:
    """WHERE of the state; InvalidInput for a filter whose value cannot be read.

    `is_led`: for the first rows of an order along which an index leads.
    """
    model = source.model
    parts: list[ColumnElement[bool]] = []
    by_path: dict[str, list[str]] = {}
    for path, text in state.filters:
        by_path.setdefault(path, []).append(text)
    for path, texts in by_path.items():
        trees = [conditions.from_text(model, path, text) for text in texts]
        # The same filter twice narrows twice, as its chips say.
        parts += [conditions.to_sql(model, tree, source.filters) for tree in trees]
    if state.where:
        asked = source.filters if source.asked is None else source.asked
        parts.append(conditions.to_sql(model, conditions.loads(state.where), asked))
    if state.q:
        words, is_alone = (model, source.search, state.q), not parts
        parts.append(search.holding_in_list(*words, is_led=is_led, is_alone=is_alone))
    return and_(*parts) if parts else and_(True)


def count(source: Listable, state: ListState) -> int:
    counting = select(func.count()).select_from(source.model)
    return db.session.scalar(counting.where(condition(source, state))) or 0


def total(source: Listable, state: ListState, path: str) -> Any:
    """The sum of a numeric column over all rows of the state; None of one that is not read."""
    if not field_rights.readable(source.model, path):
        return None
    column = getattr(source.model, path)
    return db.session.scalar(
        select(func.sum(column)).select_from(source.model).where(condition(source, state))
    )


def fetch(
    source: Listable, state: ListState, paths: Sequence[str] | None = None
) -> list[ListedRow]:
    """One page of rows with the given columns (default: the declared ones)."""
    chosen = _chosen(source, state, paths)
    skipped = (state.page - 1) * state.size
    statement = chosen.page(condition(source, state), Cut(state.size, skipped))
    return chosen.read(db.session.execute(statement).all())


@dataclass(frozen=True)
class ListedPage:
    """Rows, and where the pages around them begin; None where there is none."""

    rows: list[ListedRow]
    number: int
    #: what was asked for and cannot be done
    problems: tuple[DomainError, ...] = ()
    #: the states of the pages before and behind
    earlier: ListState | None = None
    later: ListState | None = None
    #: rows of all pages, where they were counted and there are any on this one
    count: int | None = None


def page(
    source: Listable,
    state: ListState,
    paths: Sequence[str],
    most_skipped: int,
    counted: int = 0,
) -> ListedPage:
    """One page with the places of those around it, and the number of rows up to `counted`.

    Who goes from page to page is led by the index; a page opened by its number skips at most
    `most_skipped` rows, since skipping costs the more the deeper it goes.
    """
    chosen, about = _chosen(source, state, paths), (source.model.__name__, state.sort)
    problems: tuple[DomainError, ...] = ()
    place, number, turned = None, state.page, bool(state.before)
    try:
        if text := state.before or state.after:
            place = paging.read(text, chosen.keys, *about)
    except InvalidInput as error:
        number, turned, problems = 1, False, (error,)
    if place is None and (number - 1) * state.size > most_skipped:
        number = most_skipped // state.size
        problems = (InvalidInput("Pages this deep are reached from page to page only."),)
    skipped = 0 if place else (number - 1) * state.size
    is_led = chosen.is_led and not skipped
    where = condition(source, state, is_led=is_led)
    in_turn = is_led and _is_asked_in_turn(source, state)
    cut = Cut(state.size + 1, skipped, place, turned, counted, in_turn)
    statement = chosen.page(where, cut, is_narrowed=state.is_narrowed)
    found = db.session.execute(statement).all()
    is_full = len(found) > state.size
    rows = chosen.read(found[-state.size :] if turned else found[: state.size])
    first = replace(state, page=1, after="", before="")
    earlier = later = None
    if rows and number > 1:
        sealed = paging.written(rows[0].place, *about)
        goes_on = number > 2 and (is_full or not turned)
        earlier = replace(first, page=number - 1, before=sealed) if goes_on else first
    if rows and (is_full or turned):
        later = replace(first, page=number + 1, after=paging.written(rows[-1].place, *about))
    count = found[0][-1] if found and counted else None
    return ListedPage(rows, number, problems, earlier, later, count)


def _is_asked_in_turn(source: Listable, state: ListState) -> bool:
    is_alone = not (state.filters or state.where)
    words = (source.model, source.search, state.q)
    return bool(state.q) and search.keeps_to_the_order(*words, is_alone=is_alone)


def by_key(source: Listable, state: ListState, key: int, paths: Sequence[str]) -> list[ListedRow]:
    """The row with this key as a list in `state` shows it, whether it fits its filters or not;
    empty where the person does not see it."""
    chosen = selection(source.model, tuple(paths), state.sort or source.order)
    return chosen.read(db.session.execute(chosen.statement.where(source.model.id == key)).all())


def stream(
    source: Listable, state: ListState, paths: Sequence[str] | None = None, chunk: int = 1000
) -> Iterator[Sequence[Any]]:
    """Every row of the state as values in the order of the paths, read chunk by chunk.

    Rows of one group stand together.
    """
    path, _colon, _span = state.group.partition(":")
    if path:
        order = state.sort or source.order
        state = replace(state, sort=((path, False), *(o for o in order if o[0] != path)))
    chosen = _chosen(source, state, paths)
    statement = chosen.statement.where(condition(source, state))
    _expect_every_row()
    result = db.session.execute(statement.execution_options(yield_per=chunk))
    for rows in result.partitions(chunk):
        yield from chosen.values(rows)


def _expect_every_row() -> None:
    """PostgreSQL takes it that most of a cursor is left unread, and goes for its first rows: along
    the order through the whole table, where few rows fit the filter."""
    if db.session.get_bind().dialect.name == "postgresql":
        # For the connection: all that is read by cursors is read to its end.
        db.session.connection().exec_driver_sql("SET cursor_tuple_fraction = 1")


def _chosen(source: Listable, state: ListState, paths: Sequence[str] | None) -> Selection:
    return selection(source.model, tuple(paths or source.columns), state.sort or source.order)
