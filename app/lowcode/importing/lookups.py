"""Finding the rows that a file names: related rows by code or name, existing ones by match keys.

Codes and names are read once per import and kept in memory: a query per row would take longer
than everything else.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session, selectinload

from app.lowcode.fields.relations import RelatedField, RelationField
from app.lowcode.importing.targets import Target
from app.rules.errors import InvalidInput
from app.rules.identity import normalize_name
from app.rules.text import fold_width

#: several rows are called the same
_SEVERAL = -1


class Link(NamedTuple):
    """A row that the file points at."""

    model: type[Any]
    id: int


class Missing(NamedTuple):
    """A row that the file points at and that is not there (yet)."""

    field: RelatedField
    text: str
    by: str


def fold(value: Any) -> str:
    """The key under which two spellings of a code or name are the same."""
    return fold_width(str(value)).casefold()


class Names:
    """The codes and names of an entity's rows inside the acting person's scope."""

    def __init__(self, session: Session, model: type[Any]) -> None:
        self._columns = {"code": model.code_column, "name": model.label_column}
        self._keys: dict[str, dict[str, int]] = {"code": {}, "name": {}}
        columns = {by: getattr(model, name) for by, name in self._columns.items() if name}
        for key, *texts in session.execute(select(model.id, *columns.values())):
            for by, text in zip(columns, texts, strict=True):
                self._put(by, text, key)

    def add(self, row: Any) -> None:
        """A row made by this import can be named from now on."""
        for by, name in self._columns.items():
            if name:
                self._put(by, getattr(row, name), row.id)

    def _put(self, by: str, text: Any, key: int) -> None:
        if text not in (None, ""):
            known = self._keys[by].setdefault(fold(text), key)
            if known != key:
                self._keys[by][fold(text)] = _SEVERAL

    def find(self, text: str, by: str = "") -> int | None:
        """The row with this code, else with this name; InvalidInput when several are called so."""
        for way in [by] if by else ["code", "name"]:
            key = self._keys[way].get(fold(text))
            if key == _SEVERAL:
                raise InvalidInput(
                    "%(value)s is the name of several entries; use the code.", value=text
                )
            if key is not None:
                return key
        return None


class Lookups:
    """`Names` of every entity that the file points at, read when first needed."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._names: dict[type[Any], Names] = {}

    def find(self, field: RelatedField, text: str, by: str = "") -> Link | Missing:
        key = self.names_of(field.target).find(text, by)
        return Missing(field, text, by) if key is None else Link(field.target, key)

    def names_of(self, model: type[Any]) -> Names:
        if model not in self._names:
            self._names[model] = Names(self._session, model)
        return self._names[model]

    def note(self, row: Any) -> None:
        """Let rows of this import be found, where anything asks for rows of their kind."""
        if type(row) in self._names:
            self._names[type(row)].add(row)

    def forget(self) -> None:
        """After a rollback: what was made is gone."""
        self._names.clear()


class Matcher:
    """Which existing row a row of the file means, by the match keys.

    Relations among the keys narrow the search; of the others the first that the row fills
    decides. Relations alone decide together. Names are compared without blanks, width, case and
    legal form where the entity keeps such a key.
    """

    def __init__(self, session: Session, model: type[Any], keys: Sequence[Target]) -> None:
        self._session = session
        self._model = model
        self._narrowing = [k for k in keys if isinstance(k.field, RelationField)]
        self._deciding = [k for k in keys if not isinstance(k.field, RelationField)]
        if not self._deciding:
            self._deciding = [self._narrowing.pop()] if self._narrowing else []
        self._stored = {key.path: _stored(model, key.path) for key in self._deciding}
        #: keys that are compared by what the entity derives from them, and how long that may be
        self._derived = {
            path: stored.type.length
            for path, stored in self._stored.items()
            if stored.key == f"{path}_key"
        }
        self._rows: dict[str, dict[tuple[Any, ...], int]] = {}
        self._seen: dict[int, int] = {}

    def claim(self, line: int, values: dict[str, Any]) -> int | None:
        """The key of the row that `values` means, None for a new one.

        InvalidInput when several rows could be meant, or an earlier line meant the same one.
        """
        narrowed = tuple(_narrow(values.get(key.path)) for key in self._narrowing)
        filled = [key for key in self._deciding if _is_given(values.get(key.path))]
        if not filled:
            return None
        marks = {key.path: (*narrowed, self._fold(key.path, values[key.path])) for key in filled}
        decider = filled[0]
        found = self._index(decider.path).get(marks[decider.path])
        if found == _SEVERAL:
            raise InvalidInput(
                "Several entries have this %(label)s: give one that is unique.",
                field=decider.path,
                label=decider.label,
            )
        # Their hashes alone: files have hundreds of thousands of rows.
        own = [hash((path, *mark)) for path, mark in marks.items()]
        own += [hash(("id", found))] if found else []
        earlier = self._seen.get(own[0]) or (self._seen.get(own[-1]) if found else None)
        if earlier and earlier != line:
            raise InvalidInput(
                "Line %(line)s has the same %(label)s already.",
                field=decider.path,
                line=earlier,
                label=decider.label,
            )
        for mark in own:
            self._seen.setdefault(mark, line)
        return found

    def _index(self, path: str) -> dict[tuple[Any, ...], int]:
        if path not in self._rows:
            columns = [_key_column(self._model, key.path) for key in self._narrowing]
            stored = self._stored[path]
            index: dict[tuple[Any, ...], int] = {}
            for key, value, *narrow in self._session.execute(
                select(self._model.id, stored, *columns)
            ):
                if value not in (None, ""):
                    mark = (*narrow, value if path in self._derived else fold(value))
                    index[mark] = key if mark not in index else _SEVERAL
            self._rows[path] = index
        return self._rows[path]

    def _fold(self, path: str, value: Any) -> str:
        if isinstance(value, Link):
            return fold(value.id)
        if path not in self._derived:
            return fold(value)
        return normalize_name(str(value))[: self._derived[path]]


def _narrow(value: Any) -> Any:
    return value.id if isinstance(value, Link) else None


def _is_given(value: Any) -> bool:
    return value not in (None, "") and not isinstance(value, Missing)


def _stored(model: type[Any], path: str) -> Any:
    """The column that a match key is compared with."""
    if path in inspect(model).relationships:
        return _key_column(model, path)
    derived = getattr(model, "derived", {})
    return getattr(model, f"{path}_key" if f"{path}_key" in derived else path)


def _key_column(model: type[Any], path: str) -> Any:
    (local,) = inspect(model).relationships[path].local_columns
    return getattr(model, inspect(model).get_property_by_column(local).key)


def load(session: Session, links: Iterable[Link], lists: Sequence[Any] = ()) -> dict[Link, Any]:
    """The rows behind the links, one query per entity, with the given lists of theirs."""
    keys: dict[type[Any], set[int]] = {}
    for link in links:
        keys.setdefault(link.model, set()).add(link.id)
    rows = {}
    for model, wanted in keys.items():
        query = select(model).where(model.id.in_(wanted))
        query = query.options(*(selectinload(a) for a in lists if a.class_ is model))
        rows |= {Link(model, row.id): row for row in session.scalars(query)}
    return rows
