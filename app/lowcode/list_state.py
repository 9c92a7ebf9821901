"""What the address of a list says, and what of an entity may be asked for in it."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from app.lowcode.groups import grouping_of
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
