"""The list engine: the one SELECT that answers what an address says.

List, board, calendar, chart, exports, `kehu count` and the API all start here, so that they
cannot disagree about which rows a filter means.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from app.extensions import db, is_sqlite
from app.lowcode import conditions, field_rights, paging, search
from app.lowcode.few import among, keys_of_few
from app.lowcode.list_state import Listable, ListState
from app.lowcode.scope import columns_of
from app.lowcode.selection import Cut, ListedRow, Selection, selection
from app.rules.errors import DomainError, InvalidInput


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
    return chosen.read(columns_of(statement))


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
    count = None
    few = _few(source.model, where) if state.filters and not state.q else None
    if few is not None:
        where, counted, count = among(source.model, few), 0, len(few)
    in_turn = is_led and _is_asked_in_turn(source, state)
    cut = Cut(state.size + 1, skipped, place, turned, counted, in_turn)
    statement = chosen.page(where, cut, is_narrowed=state.is_narrowed)
    found = columns_of(statement)
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
    if found and counted:
        count = found[0][-1]
    return ListedPage(rows, number, problems, earlier, later, count)


def _few(model: type[Any], where: ColumnElement[bool]) -> Sequence[int] | None:
    """The rows of a list, where they are few and SQLite would go along all of them: it knows how
    many hold a value on average, and not that five hold this one."""
    return keys_of_few(model, where) if is_sqlite() else None


def _is_asked_in_turn(source: Listable, state: ListState) -> bool:
    is_alone = not (state.filters or state.where)
    words = (source.model, source.search, state.q)
    return bool(state.q) and search.keeps_to_the_order(*words, is_alone=is_alone)


def by_key(source: Listable, state: ListState, key: int, paths: Sequence[str]) -> list[ListedRow]:
    """The row with this key as a list in `state` shows it, whether it fits its filters or not;
    empty where the person does not see it."""
    chosen = selection(source.model, tuple(paths), state.sort or source.order)
    return chosen.read(columns_of(chosen.statement.where(source.model.id == key)))


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
