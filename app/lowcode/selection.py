"""The SELECT behind a list: just the columns it shows, and the rows as values by path."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Select,
    String,
    Subquery,
    Table,
    bindparam,
    func,
    inspect,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.orm import aliased
from sqlalchemy.sql import visitors

from app.extensions import db
from app.lowcode import field_rights
from app.lowcode import principal as acting
from app.lowcode.fields import Field, ResolvedPath, resolve
from app.lowcode.fields.relations import Ref, RelationField, TagsField
from app.lowcode.joined import Joins
from app.lowcode.paging import Place, SortKey, runs
from app.lowcode.scope import narrowed, within_reach

#: path → key of a row → its tags
Tags = Mapping[str, Mapping[int, list[Ref]]]
_NO_TAGS: Tags = {}
#: keys of a statement that are sent as parameters
_MOST_BOUND = 200


@dataclass(frozen=True)
class Cut:
    """Which of the rows: at most `size` behind the first `skipped` ones, or next to a `place`
    (before it, if `turned`); with their number, counted no further than `counted`.

    `in_turn`: asked for words alone, along the order and by no index of whose rows they are."""

    size: int
    skipped: int = 0
    place: Place | None = None
    turned: bool = False
    counted: int = 0
    in_turn: bool = False


class Selection:
    """A SELECT of just the columns a list shows in some order, related labels by outer join.

    Nothing in it depends on who asks: `selection` keeps them.
    """

    def __init__(
        self, model: type[Any], paths: Sequence[str], sort: Sequence[tuple[str, bool]]
    ) -> None:
        self.model = model
        self.paths = [resolve(model, path) for path in paths]
        has_version = "version" in inspect(model).column_attrs
        self._columns: list[Any] = [model.id, model.version if has_version else model.id]
        #: path → (first column's position, 2 for a related row, 1 for a value, 0 for tags)
        self._slots: dict[str, tuple[int, int]] = {}
        self._shown = Joins(model)
        for resolved in self.paths:
            expressions = self._shown.expressions(resolved)
            self._slots[resolved.path] = (len(self._columns), len(expressions))
            self._columns += expressions
        self._sorted = Joins(model)
        self.keys = _keys(model, self._sorted, sort)
        #: does an index of the table lead along the order?
        self.is_led = _is_led(model, sort)
        self._tables = self._shown.tables | self._sorted.tables
        self._tables |= tables_in(*self._columns, *(key.expression for key in self.keys))
        ordered = _keys(model, self._shown, sort)  # may add joins
        statement = self._shown.added_to(select(*self._columns).select_from(model))
        self._first_pages: dict[Cut, Select[Any]] = {}
        #: every row in order, for who reads them all
        self.statement: Select[Any] = statement.order_by(*(key.ordering() for key in ordered))

    def page(
        self, where: ColumnElement[bool], cut: "Cut", *, is_narrowed: bool = True
    ) -> Select[Any]:
        """The rows of the cut, each followed by its own place and, where that was asked, by how
        many there are.

        Rows are found by their sort keys alone and joined with what they show only then.
        `is_narrowed`: `where` holds conditions that people chose.
        """
        if is_narrowed or cut.skipped or cut.place or not acting.current().sees_all:
            return self._page(where, cut, is_narrowed)
        # The same for everybody who sees all rows: how most lists are opened.
        if cut not in self._first_pages:
            self._first_pages[cut] = self._page(where, cut, is_narrowed)
        return self._first_pages[cut]

    def _page(self, where: ColumnElement[bool], cut: "Cut", is_narrowed: bool) -> Select[Any]:
        mine, others = within_reach(self.model, where), self._tables
        if cut.in_turn:
            mine = mine.op("IS", precedence=6, is_comparison=True)(literal_column("TRUE"))
        else:
            others = others | tables_in(where)
        found = self._found(mine, cut).subquery("page")
        keys = [_of(found, key, n) for n, key in enumerate(self.keys)]
        counted = [counting(self.model, mine, cut.counted).scalar_subquery()] if cut.counted else []
        rows = (
            select(*self._columns, *(key.expression for key in keys), *counted)
            .select_from(found)
            .join(self.model, self.model.id == keys[-1].expression)
        )
        rows = self._shown.added_to(rows).order_by(*(key.ordering() for key in keys))
        return narrowed(rows, others, planned_anew=is_narrowed)

    def _found(self, where: ColumnElement[bool], cut: "Cut") -> Select[Any]:
        """The places of the page's rows."""
        keys = [key.expression.label(f"k{n}") for n, key in enumerate(self.keys)]
        whole = self._sorted.added_to(select(*keys).select_from(self.model)).where(where)
        parts = runs(self.keys, cut.place, cut.turned)
        if len(parts) == 1:
            (run,) = parts
            # In words: a plan for any number of rows would read all of them.
            most, skipped = literal_column(str(cut.size)), cut.skipped or None
            return whole.where(run.where).order_by(*run.order).limit(most).offset(skipped)
        # Each part by its own walk; of what they find, the rows that are wanted.
        size = cut.size + cut.skipped
        members = [
            whole.where(run.where).order_by(*run.order).limit(size).subquery() for run in parts
        ]
        both = union_all(*(select(*member.c) for member in members)).subquery("found")
        order = (_of(both, key, n).ordering(cut.turned) for n, key in enumerate(self.keys))
        return select(*both.c).order_by(*order).limit(cut.size).offset(cut.skipped or None)

    def read(self, rows: Sequence[Any]) -> list["ListedRow"]:
        """Raw rows as values by path; tags of all rows in one query."""
        tags = {
            resolved.path: _tags_of(resolved.field, [row[0] for row in rows])
            for resolved in self.paths
            if isinstance(resolved.field, TagsField)
        }
        width = len(self._columns)
        place = slice(width, width + len(self.keys))
        if not tags and not field_rights.is_limited():
            return [ListedRow(row[0], row[1], row[place], row[:width], self) for row in rows]
        seen = self._seen_values if field_rights.is_limited() else self.values_of
        return [ListedRow(row[0], row[1], row[place], None, self, seen(row, tags)) for row in rows]

    def _seen_values(self, row: Any, tags: Tags) -> dict[str, Any]:
        values = self.values_of(row, tags)
        return {path: field_rights.shown(self.model, path, it) for path, it in values.items()}

    def values_of(self, row: Any, tags: Tags) -> dict[str, Any]:
        """The values of a raw row by path."""
        values: dict[str, Any] = {}
        for path, (start, width) in self._slots.items():
            if width == 0:
                values[path] = tags[path].get(row[0], [])
            elif width == 2:
                values[path] = None if row[start] is None else Ref(row[start], row[start + 1])
            else:
                values[path] = row[start]
        return values

    def values(self, rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
        """Raw rows as values in the order of the paths, for who reads very many of them."""
        if field_rights.is_limited():
            for listed in self.read(rows):
                yield [listed.values[resolved.path] for resolved in self.paths]
            return
        columns = list(zip(*rows, strict=True))
        if rows:
            yield from zip(*(self._column(r, columns) for r in self.paths), strict=True)

    def _column(self, resolved: ResolvedPath, columns: Sequence[Sequence[Any]]) -> Sequence[Any]:
        """The values of a path, out of the raw columns of some rows."""
        start, width = self._slots[resolved.path]
        if width == 0:
            tags = _tags_of(resolved.field, columns[0])
            return [tags.get(key, []) for key in columns[0]]
        if width == 2:
            # Many rows point at few others.
            pairs = set(zip(columns[start], columns[start + 1], strict=True))
            refs = {key: Ref(key, label) for key, label in pairs if key is not None}
            return [refs.get(key) for key in columns[start]]
        return columns[start]

    @property
    def fields(self) -> list[tuple[str, Field]]:
        return [(resolved.path, resolved.field) for resolved in self.paths]


@lru_cache(maxsize=500)
def selection(
    model: type[Any], paths: tuple[str, ...], sort: tuple[tuple[str, bool], ...]
) -> Selection:
    """The one `Selection` of these columns in this order."""
    return Selection(model, paths, sort)


@dataclass(slots=True)
class ListedRow:
    """A row of a list, with its values by path."""

    id: int
    version: int
    #: what it is sorted by, where a page was asked for
    place: Place
    #: what was read of it; None where its values do not follow from that alone
    read: tuple[Any, ...] | None
    _chosen: Selection
    _values: dict[str, Any] | None = None

    @property
    def values(self) -> dict[str, Any]:
        if self._values is None:
            self._values = self._chosen.values_of(self.read, _NO_TAGS)
        return self._values


def counting(model: type[Any], where: ColumnElement[bool], most: int) -> Select[Any]:
    """The SELECT of how many rows there are, which says `most` of more."""
    some = select(model.id).where(where).limit(literal_column(str(most))).subquery()
    return select(func.count()).select_from(some)


def tables_in(*elements: Any) -> set[Any]:
    """The tables that subqueries of these expressions read."""
    return {
        found
        for element in elements
        for found in visitors.iterate(element)
        if isinstance(found, Table)
    }


def _keys(model: type[Any], joins: Joins, sort: Sequence[tuple[str, bool]]) -> tuple[SortKey, ...]:
    keys = []
    for path, down in sort:
        resolved = resolve(model, path)
        expression = joins.expressions(resolved)[-1]
        # A joined row may be missing, whatever its own columns say.
        is_joined = resolved.hops or isinstance(resolved.field, RelationField)
        nullable = bool(is_joined) or getattr(expression, "nullable", True) is not False
        keys.append(SortKey(expression, down, nullable))
    # Equal rows keep one order from page to page.
    return (*keys, SortKey(model.id, bool(sort and sort[0][1]), nullable=False))


def _is_led(model: type[Any], sort: Sequence[tuple[str, bool]]) -> bool:
    attributes, table = inspect(model).column_attrs, inspect(model).local_table
    if len(sort) != 1 or sort[0][0] not in attributes:
        return not sort
    column = attributes[sort[0][0]].columns[0]
    if not isinstance(column, Column):
        return False  # computed
    if isinstance(column.type, String):
        # Words hang together with the order of texts: a quarter of a million names in Latin letters
        # may stand before the first with 公司.
        return False
    heads = (index.expressions[0] for index in table.indexes)
    return bool(column.primary_key or column.unique or any(head is column for head in heads))


def _of(rows: Subquery, key: SortKey, position: int) -> SortKey:
    """A key as a column of the rows that it was selected for."""
    return SortKey(rows.c[f"k{position}"], key.down, key.nullable)


def _tags_of(field: TagsField, keys: Sequence[int]) -> dict[int, list[Ref]]:
    found: dict[int, list[Ref]] = {}
    if not keys:
        return found
    # Thousands of parameters would take longer to bind than the rows to read.
    wanted = bindparam("keys", keys, expanding=True, literal_execute=len(keys) > _MOST_BOUND)
    statement = _selecting_tags(field).where(field.model.id.in_(wanted))
    for owner, *parts in db.session.execute(statement):
        found.setdefault(owner, []).append(Ref(*parts))
    return found


@lru_cache(maxsize=200)
def _selecting_tags(field: TagsField) -> Select[Any]:
    """(owner, key, label, colour) of all tags of all rows, by label."""
    target = aliased(field.target)  # it may be the entity itself: roles that grant roles
    label, color = getattr(target, field.target.label_column), getattr(target, "color", None)
    return (
        select(field.model.id, target.id, label, *([color] if color else []))
        .join(getattr(field.model, field.name).of_type(target))
        .order_by(label)
    )
