"""Records of all screens that hold what was typed: few candidates of each, the closest first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, inspect, literal, select

from app.entities.system.views import RecentlyViewed
from app.extensions import db
from app.lowcode import field_rights, principal
from app.lowcode.fields import field_of
from app.lowcode.fields.base import humanize
from app.lowcode.search.belonging import says_all
from app.lowcode.search.declared import Searched, searched_of
from app.lowcode.search.matching import entries, newest_keys, query_of
from app.lowcode.search.pinyin import readings
from app.rules.search import (
    Kind,
    Query,
    beginning,
    closeness,
    is_spelled,
    marks,
    may_slip,
    words_of,
)

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


@dataclass(frozen=True, eq=False)
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
    """The records of each screen that fit best, for screens with any.

    Only where nothing is written so, one slip is allowed.
    """
    if not all(map(is_spelled, words_of(typed))):
        return []
    found = _find(screens, typed, tolerant=False)
    return found if found or not may_slip(typed) else _find(screens, typed, tolerant=True)


def _find(screens: Sequence[Any], typed: str, *, tolerant: bool) -> list[tuple[Any, list[Hit]]]:
    asked = [
        found
        for screen in screens
        if (found := _asked(screen, typed, tolerant=tolerant)) is not None
    ]
    limits = {each: _limit(each, keys) for each, keys in _candidates(asked, typed)}
    recent = _recent() if limits else {}
    groups = []
    for each, limit in limits.items():
        hits = _ranked(each, limit, typed, recent)
        groups += [(each.screen, hits)] if hits else []
    return groups


def _asked(screen: Any, typed: str, *, tolerant: bool) -> _Asked | None:
    searched = searched_of(screen.model)
    if searched is None:
        return None
    declared = (screen.model.label_column, screen.model.code_column, *screen.seen.search)
    paths = tuple(
        path
        for path in dict.fromkeys(declared)
        if path in searched.by_path and field_rights.readable(screen.model, path)
    )
    query = query_of(searched, paths, typed, tolerant=tolerant)
    return _Asked(screen, searched, paths, query) if query else None


# candidates ---------------------------------------------------------------------
def _candidates(
    asked: Sequence[_Asked], typed: str
) -> Iterator[tuple[_Asked, Sequence[int] | None]]:
    """What has any, with the keys; None where the index cannot say whose rows are whose.

    One statement for all; a second one where a word is so common that the best may be missing.
    """
    by_index = [each for each in asked if says_all(each.searched)]
    found = newest_keys([(each.searched, each.query) for each in by_index], MOST)
    crowded = [each for each in by_index if len(found.get(each.searched.model, ())) >= MOST]
    better = [(each.searched, query) for each in crowded for query in _better(each, typed)]
    best = newest_keys(better, MOST)
    for each in asked:
        model = each.searched.model
        if each not in by_index:
            yield each, None
        elif model in found:
            yield each, [*best.get(model, ()), *found[model]]


def _better(asked: _Asked, typed: str) -> Iterator[Query]:
    """Rows that are called what was typed, and such as begin so."""
    name = asked.searched.name
    if name is not None and name.path in asked.paths:
        for is_all in (True, False):
            query = beginning(name.code, typed, is_all=is_all)
            if query is not None:
                yield query


def _limit(asked: _Asked, keys: Sequence[int] | None) -> ColumnElement[bool]:
    model = asked.searched.model
    return model.id.in_(entries(asked.searched, asked.query) if keys is None else keys)


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
    asked: _Asked, limit: ColumnElement[bool], typed: str, recent: Mapping[tuple[str, int], int]
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

    rows = sorted(_rows(asked, limit), key=rank)[:SHOWN]
    return [
        _hit(asked, row.id, dict(zip(asked.columns, row.texts, strict=True)), typed) for row in rows
    ]


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    owner: int | None
    changed_on: Any
    texts: tuple[str | None, ...]


def _rows(asked: _Asked, limit: ColumnElement[bool]) -> list[_Row]:
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
        select(model.id, owner, changed, *columns).where(limit).limit(3 * MOST)
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
