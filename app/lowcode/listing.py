"""The list engine: the state that a URL says, and the one SELECT that answers it.

List, board, calendar, chart, exports, `kehu count` and the API all start here, so that they
cannot disagree about which rows a filter means.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, Select, and_, false, func, inspect, or_, select
from sqlalchemy.orm import aliased

from app.extensions import db
from app.lowcode import conditions, field_rights
from app.lowcode.fields import Field, ResolvedPath, resolve
from app.lowcode.fields.relations import Ref, RelationField, TagsField
from app.rules.errors import DomainError, InvalidInput
from app.rules.text import storable

LARGEST_PAGE = 200


@dataclass(frozen=True)
class Listable:
    """What of an entity may be listed, searched, filtered and sorted."""

    model: type[Any]
    columns: tuple[str, ...]
    search: tuple[str, ...] = ()
    filters: frozenset[str] = frozenset()
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
    #: what was asked for and cannot be done, as untranslated errors
    problems: tuple[DomainError, ...] = field(default=(), compare=False)

    def pairs(self, **changed: Any) -> list[tuple[str, str]]:
        """The query string's pairs, defaults left out; `changed` replaces parts of the state."""
        state = replace(self, **changed)
        pairs = [(f"f.{path}", text) for path, text in state.filters]
        pairs += [("q", state.q)] if state.q else []
        pairs += [("where", state.where)] if state.where else []
        if state.sort:
            pairs.append(
                ("sort", ",".join(("-" if down else "") + path for path, down in state.sort))
            )
        pairs += [("layout", state.layout)] if state.layout != "list" else []
        pairs += [("chart", str(state.chart))] if state.chart else []
        pairs += [("size", str(state.size))] if state.size != 25 else []
        pairs += [("page", str(state.page))] if state.page > 1 else []
        return pairs

    def query(self, **changed: Any) -> str:
        pairs = self.pairs(**changed)
        return f"?{urlencode(pairs)}" if pairs else ""


def read_state(source: Listable, args: Mapping[str, Any]) -> ListState:
    """The state in a query string; nothing a user types there is an error page.

    Unknown filters and sort columns are left out and reported in `problems`.
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
    return ListState(
        q=storable(str(args.get("q", ""))).strip()[:200],
        filters=tuple(filters),
        where=str(args.get("where", "")),
        sort=tuple(sort),
        page=_whole(args.get("page"), 1, 1, 10**6),
        size=_whole(args.get("size"), source.page_size, 1, LARGEST_PAGE),
        layout=str(args.get("layout", "list")),
        chart=_whole(args.get("chart"), 0, 0, 99),
        problems=tuple(problems),
    )


def _whole(text: Any, default: int, low: int, high: int) -> int:
    digits = str(text or "")[:12]
    return min(max(int(digits), low), high) if digits.isascii() and digits.isdigit() else default


def condition(source: Listable, state: ListState) -> ColumnElement[bool]:
    """WHERE of the state; InvalidInput for a filter whose value cannot be read."""
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
        parts.append(conditions.to_sql(model, conditions.loads(state.where), source.filters))
    for word in state.q.split():
        parts.append(
            or_(*(_contains(model, path, word) for path in source.search))
            if source.search
            else false()
        )
    return and_(*parts) if parts else and_(True)


def _contains(model: type[Any], path: str, word: str) -> ColumnElement[bool]:
    resolved = resolve(model, path)
    op = "contains" if "contains" in resolved.field.operators else "eq"
    return conditions.on_path(model, resolved, op, word)


def count(source: Listable, state: ListState) -> int:
    return db.session.scalar(_counting(source, state)) or 0


def counts(wanted: Sequence[tuple[Listable, ListState]]) -> list[int]:
    """The counts of several lists in one statement."""
    if not wanted:
        return []
    columns = [_counting(source, state).scalar_subquery() for source, state in wanted]
    return list(db.session.execute(select(*columns)).one())


def _counting(source: Listable, state: ListState) -> Select[Any]:
    return select(func.count()).select_from(source.model).where(condition(source, state))


def total(source: Listable, state: ListState, path: str) -> Any:
    """The sum of a numeric column over all rows of the state; None of one that is not read."""
    if not field_rights.readable(source.model, path):
        return None
    column = getattr(source.model, path)
    return db.session.scalar(
        select(func.sum(column)).select_from(source.model).where(condition(source, state))
    )


class Selection:
    """Builds a SELECT of just the columns a list shows, related labels by outer join."""

    def __init__(self, model: type[Any], paths: Sequence[str]) -> None:
        self.model = model
        self.paths = [resolve(model, path) for path in paths]
        self._aliases: dict[tuple[str, ...], Any] = {(): model}
        self._joins: list[tuple[Any, Any]] = []
        has_version = "version" in inspect(model).column_attrs
        columns: list[Any] = [model.id, model.version if has_version else model.id]
        #: path → (first column's position, 2 for a related row, 1 for a value, 0 for tags)
        self._slots: dict[str, tuple[int, int]] = {}
        for resolved in self.paths:
            expressions = self._expressions(resolved)
            self._slots[resolved.path] = (len(columns), len(expressions))
            columns += expressions
        self._columns = columns

    def _entity(self, hops: tuple[str, ...]) -> Any:
        """The (aliased) entity at the end of some hops, joined once."""
        if hops not in self._aliases:
            parent = self._entity(hops[:-1])
            attribute = getattr(parent, hops[-1])
            alias = aliased(attribute.property.mapper.class_)
            self._joins.append((attribute.of_type(alias), alias))
            self._aliases[hops] = alias
        return self._aliases[hops]

    def _expressions(self, resolved: ResolvedPath) -> list[Any]:
        hops = tuple(hop.name for hop in resolved.hops)
        if isinstance(resolved.field, TagsField):
            return []
        if isinstance(resolved.field, RelationField):
            row = self._entity((*hops, resolved.field.name))
            return [row.id, getattr(row, resolved.field.target.label_column)]
        return [getattr(self._entity(hops), resolved.field.name)]

    def order(self, sort: Sequence[tuple[str, bool]]) -> list[Any]:
        clauses = []
        for path, down in sort:
            expression = self._expressions(resolve(self.model, path))[-1]
            nullable = not hasattr(expression, "nullable") or expression.nullable
            directed = expression.desc() if down else expression.asc()
            clauses.append(directed.nulls_last() if nullable else directed)
        # Equal rows keep one order from page to page.
        down = bool(sort and sort[0][1])
        return [*clauses, self.model.id.desc() if down else self.model.id.asc()]

    def statement(
        self, where: ColumnElement[bool], sort: Sequence[tuple[str, bool]]
    ) -> Select[Any]:
        order = self.order(sort)  # may add joins
        statement = select(*self._columns).select_from(self.model)
        for attribute, _alias in self._joins:
            statement = statement.outerjoin(attribute)
        return statement.where(where).order_by(*order)

    def read(self, rows: Sequence[Any]) -> list["ListedRow"]:
        """Raw rows as values by path; tags of all rows in one query."""
        tags = {
            resolved.path: _tags_of(resolved.field, [row[0] for row in rows])
            for resolved in self.paths
            if isinstance(resolved.field, TagsField)
        }
        return [ListedRow(row[0], row[1], self._values(row, tags)) for row in rows]

    def _values(self, row: Any, tags: dict[str, dict[int, list[Ref]]]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for path, (start, width) in self._slots.items():
            if width == 0:
                values[path] = tags[path].get(row[0], [])
            elif width == 2:
                values[path] = None if row[start] is None else Ref(row[start], row[start + 1])
            else:
                values[path] = row[start]
        if field_rights.is_limited():
            values = {p: field_rights.shown(self.model, p, v) for p, v in values.items()}
        return values

    @property
    def fields(self) -> list[tuple[str, Field]]:
        return [(resolved.path, resolved.field) for resolved in self.paths]


@dataclass(frozen=True)
class ListedRow:
    id: int
    version: int
    values: dict[str, Any]


def _tags_of(field: TagsField, keys: list[int]) -> dict[int, list[Ref]]:
    found: dict[int, list[Ref]] = {}
    if not keys:
        return found
    target = aliased(field.target)  # it may be the entity itself: roles that grant roles
    label, color = getattr(target, field.target.label_column), getattr(target, "color", None)
    statement = (
        select(field.model.id, target.id, label, *([color] if color else []))
        .join(getattr(field.model, field.name).of_type(target))
        .where(field.model.id.in_(keys))
        .order_by(label)
    )
    for owner, *parts in db.session.execute(statement):
        found.setdefault(owner, []).append(Ref(*parts))
    return found


def fetch(
    source: Listable, state: ListState, paths: Sequence[str] | None = None
) -> list[ListedRow]:
    """One page of rows with the given columns (default: the declared ones)."""
    selection = Selection(source.model, paths or source.columns)
    statement = selection.statement(condition(source, state), state.sort or source.order)
    page = statement.limit(state.size).offset((state.page - 1) * state.size)
    return selection.read(db.session.execute(page).all())


def stream(
    source: Listable, state: ListState, paths: Sequence[str] | None = None, chunk: int = 1000
) -> Any:
    """Every row of the state, chunk by chunk, for exports."""
    selection = Selection(source.model, paths or source.columns)
    statement = selection.statement(condition(source, state), state.sort or source.order)
    result = db.session.execute(statement.execution_options(yield_per=chunk))
    for rows in result.partitions(chunk):
        yield from selection.read(rows)
