"""Records of all screens that hold what was typed: few candidates of each, the closest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, inspect, literal, select, union_all

from app.entities.system.views import RecentlyViewed
from app.extensions import db
from app.lowcode import field_rights, principal
from app.lowcode.fields import field_of
from app.lowcode.fields.base import humanize
from app.lowcode.scope import within_reach
from app.lowcode.search.belonging import says_all
from app.lowcode.search.declared import Searched, searched_of
from app.lowcode.search.matching import entries, query_of
from app.lowcode.search.pinyin import readings
from app.rules.search import Kind, OneOf, Query, beginning, closeness, is_spelled, marks, words_of

#: candidates of one entity; beyond them only what begins with the words typed is looked at
MOST = 100
SHOWN = 5
#: records last opened that come before others
_RECENT = 200

Marks = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Hit:
    """One record; marks are the parts of the texts that were found."""

    key: int
    label: str
    hint: str
    label_marks: Marks
    hint_marks: Marks


@dataclass(frozen=True)
class _Asked:
    """What is asked of one screen."""

    screen: Any
    searched: Searched
    paths: tuple[str, ...]
    query: Query

    @property
    def columns(self) -> list[str]:
        """What is read of a row: what stands for it, and where else the words may stand."""
        own = self.searched.by_path
        short = [path for path in self.paths if own[path].kind is not Kind.TEXT]
        label = self.searched.model.label_column
        readable = [label] if field_rights.readable(self.searched.model, label) else []
        return list(dict.fromkeys([*readable, *short]))


def find(screens: Sequence[Any], typed: str) -> list[tuple[Any, list[Hit]]]:
    """The records of each screen that fit best, for screens with any; one slip is allowed."""
    if not all(map(is_spelled, words_of(typed))):
        return []
    asked = [found for screen in screens if (found := _asked(screen, typed)) is not None]
    keys = _candidates(asked, typed)
    recent = _recent() if any(keys) else {}
    groups = []
    for each, some in zip(asked, keys, strict=True):
        hits = _ranked(each, some, typed, recent) if some else []
        groups += [(each.screen, hits)] if hits else []
    return groups


def _asked(screen: Any, typed: str) -> _Asked | None:
    searched = searched_of(screen.model)
    if searched is None:
        return None
    declared = (screen.model.label_column, screen.model.code_column, *screen.seen.search)
    paths = tuple(
        path
        for path in dict.fromkeys(declared)
        if path in searched.by_path and field_rights.readable(screen.model, path)
    )
    query = query_of(searched, paths, typed, tolerant=True)
    return _Asked(screen, searched, paths, query) if query else None


# candidates ---------------------------------------------------------------------
def _candidates(asked: Sequence[_Asked], typed: str) -> list[list[int]]:
    """Keys of each, by one statement; a second one where a word is so common that the best may be
    missing."""
    found = _keys([(place, each.searched, each.query) for place, each in enumerate(asked)])
    crowded = [
        (place, each.searched, query)
        for place, each in enumerate(asked)
        if len(found.get(place, ())) >= MOST and (query := _best(each, typed)) is not None
    ]
    best = _keys(crowded)
    return [
        list(dict.fromkeys([*best.get(place, ()), *found.get(place, ())]))
        for place in range(len(asked))
    ]


def _best(asked: _Asked, typed: str) -> Query | None:
    name = asked.searched.name
    if name is None or name.path not in asked.paths:
        return None
    whole = beginning(name.code, typed, is_all=True)
    return OneOf((whole, beginning(name.code, typed) or whole)) if whole else None


def _keys(queries: Sequence[tuple[int, Searched, Query]]) -> dict[int, list[int]]:
    if not queries:
        return {}
    found: dict[int, list[int]] = {}
    parts = []
    for place, searched, query in queries:
        keys = _some(searched, query).subquery()
        parts.append(select(literal(place), keys.c.pk))
    for place, key in db.session.execute(union_all(*parts)):
        found.setdefault(place, []).append(key)
    return found


def _some(searched: Searched, query: Query) -> Select[Any]:
    """Where the index cannot say whose rows are whose, the rows themselves are asked."""
    if says_all(searched):
        return entries(searched, query).limit(MOST)
    model = searched.model
    found = within_reach(model, model.id.in_(entries(searched, query)))
    return select(model.id.label("pk")).where(found).limit(MOST)


# order --------------------------------------------------------------------------
def _recent() -> dict[tuple[str, int], int]:
    """When the acting person last opened records: 0 for the latest."""
    opened = (
        select(RecentlyViewed.entity, RecentlyViewed.entity_id)
        .where(RecentlyViewed.user_id == principal.current().user_id)
        .order_by(RecentlyViewed.seen_on.desc())
        .limit(_RECENT)
    )
    rows = db.session.execute(opened)
    return {(entity, key): place for place, (entity, key) in enumerate(rows)}


def _ranked(
    asked: _Asked, keys: Sequence[int], typed: str, recent: Mapping[tuple[str, int], int]
) -> list[Hit]:
    """What is called so, begins so, is one's own, was opened lately, was changed lately."""
    model = asked.searched.model
    name, me = model.__name__, principal.current().user_id

    def rank(row: Any) -> tuple[Any, ...]:
        own = row.owner is not None and row.owner == me
        opened = recent.get((name, row.id), _RECENT)
        texts = [text for text in row.texts if text]
        changed = -row.changed_on.timestamp() if row.changed_on else 0
        return closeness(texts, typed), not own, opened, changed, row.id

    rows = sorted(_rows(asked, keys), key=rank)[:SHOWN]
    return [
        _hit(asked, row.id, dict(zip(asked.columns, row.texts, strict=True)), typed) for row in rows
    ]


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    owner: int | None
    changed_on: Any
    texts: tuple[str | None, ...]


def _rows(asked: _Asked, keys: Sequence[int]) -> list[_Row]:
    """The candidates that the acting person sees."""
    model = asked.searched.model
    attributes = inspect(model).column_attrs
    owner = (
        getattr(model, model.scope.owner)
        if getattr(model, "scope", None) and model.scope.owner
        else literal(None)
    )
    changed = model.changed_on if "changed_on" in attributes else literal(None)
    columns = [getattr(model, path) for path in asked.columns]
    rows = db.session.execute(
        select(model.id, owner, changed, *columns).where(model.id.in_(keys))
    )
    return [_Row(key, held_by, moment, tuple(texts)) for key, held_by, moment, *texts in rows]


def _hit(asked: _Asked, key: int, texts: Mapping[str, str | None], typed: str) -> Hit:
    model = asked.searched.model
    label = texts.get(model.label_column) or ""
    if getattr(model, "label_is_msgid", False):
        label = _(humanize(label))
    label_marks = marks(label, typed, readings(label))
    hint, hint_marks = _hint(asked, texts, typed, is_found=bool(label_marks))
    return Hit(key, label, hint, label_marks, hint_marks)


def _hint(
    asked: _Asked, texts: Mapping[str, str | None], typed: str, *, is_found: bool
) -> tuple[str, Marks]:
    """The code or, where neither it nor the label has the words, the column that has them."""
    model = asked.searched.model
    code = texts.get(model.code_column) if model.code_column != model.label_column else None
    code_marks = marks(code or "", typed)
    if not is_found and not code_marks:
        for path, text in texts.items():
            if (
                path != model.label_column
                and text
                and (found := marks(text, typed, readings(text)))
            ):
                start = f"{field_of(model, path).label}: "
                return start + text, [(a + len(start), b + len(start)) for a, b in found]
    return code or "", code_marks
