"""Records of all screens that hold what was typed: few candidates of each, the closest first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, literal, select

from app.entities.base import SHARED
from app.entities.system.views import RecentlyViewed
from app.extensions import db
from app.lowcode import field_rights, principal
from app.lowcode.fields import field_of
from app.lowcode.fields.base import humanize
from app.lowcode.search.candidates import MOST, Asked, Candidates, ask, candidates
from app.lowcode.search.matching import entries
from app.lowcode.search.pinyin import readings
from app.rules.search import Kind, closeness, marks, may_slip

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


def find(screens: Sequence[Any], typed: str) -> list[tuple[Any, list[Hit]]]:
    """The records of each screen that fit best, for screens with any.

    Only where nothing is written so, one slip is allowed.
    """
    found = _find(screens, typed, tolerant=False)
    return found if found or not may_slip(typed) else _find(screens, typed, tolerant=True)


def _find(screens: Sequence[Any], typed: str, *, tolerant: bool) -> list[tuple[Any, list[Hit]]]:
    pairs = [
        (screen, asked)
        for screen in screens
        if (asked := ask(screen.model, _readable(screen), typed, tolerant=tolerant)) is not None
    ]
    limits = [_limit(*pair) for pair in _with_candidates([asked for _screen, asked in pairs])]
    recent = _recent() if any(limit is not None for limit in limits) else {}
    groups = []
    for (screen, asked), limit in zip(pairs, limits, strict=True):
        hits = [] if limit is None else _ranked(asked, limit, recent)
        groups += [(screen, hits)] if hits else []
    return groups


def _readable(screen: Any) -> list[str]:
    model = screen.model
    declared = (model.label_column, model.code_column, *screen.seen.search)
    return [path for path in declared if path and field_rights.readable(model, path)]


def _with_candidates(asked: Sequence[Asked]) -> Iterator[tuple[Asked, Candidates | None]]:
    return zip(asked, candidates(asked), strict=True)


def _limit(asked: Asked, found: Candidates | None) -> ColumnElement[bool] | None:
    """None where there is nothing to look at."""
    key = asked.model.id
    if found is None:
        return key.in_(entries(asked.searched, asked.query))
    return key.in_(found.keys) if found.keys else None


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
    asked: Asked, limit: ColumnElement[bool], recent: Mapping[tuple[str, int], int]
) -> list[Hit]:
    """What is called so, begins so, is one's own, was opened lately, was changed lately."""
    model = asked.model
    name, me = model.__name__, principal.current().user_id

    def rank(row: Any) -> tuple[Any, ...]:
        own = row.owner is not None and row.owner == me
        opened = recent.get((name, row.id), _RECENT)
        texts = [text for text in row.texts.values() if text]
        changed = -row.changed_on.timestamp() if row.changed_on else 0
        return closeness(texts, asked.typed), not own, opened, changed, row.id

    return [_hit(asked, row) for row in sorted(_rows(asked, limit), key=rank)[:SHOWN]]


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    owner: int | None
    changed_on: datetime | None
    #: by path: what stands for the row first
    texts: dict[str, str | None]


def _rows(asked: Asked, limit: ColumnElement[bool]) -> list[_Row]:
    """The candidates that the acting person sees."""
    model = asked.model
    scope = getattr(model, "scope", SHARED)
    owner = getattr(model, scope.owner) if scope.owner else literal(None)
    changed = getattr(model, "changed_on", literal(None))
    own = asked.searched.by_path
    paths = [path for path in asked.paths if own[path].kind is not Kind.TEXT]
    columns = [getattr(model, path) for path in paths]
    rows = db.session.execute(
        select(model.id, owner, changed, *columns).where(limit).limit(3 * MOST)
    )
    return [
        _Row(key, held_by, moment, dict(zip(paths, texts, strict=True)))
        for key, held_by, moment, *texts in rows
    ]


def _hit(asked: Asked, row: _Row) -> Hit:
    model, texts, typed = asked.model, row.texts, asked.typed
    label = texts.get(model.label_column) or ""
    if getattr(model, "label_is_msgid", False):
        label = _(humanize(label))
    label_marks = marks(label, typed, readings(label))
    hint, hint_marks = _hint(model, texts, typed, is_found=bool(label_marks))
    return Hit(row.id, label, hint, label_marks, hint_marks)


def _hint(
    model: type[Any], texts: Mapping[str, str | None], typed: str, *, is_found: bool
) -> tuple[str, Marks]:
    """The code or, where neither it nor the label has the words, the column that has them."""
    code = texts.get(model.code_column) if model.code_column != model.label_column else None
    code_marks = marks(code or "", typed)
    if not is_found and not code_marks:
        for path, text in texts.items():
            found = marks(text or "", typed, readings(text or ""))
            if found and path != model.label_column:
                start = f"{field_of(model, path).label}: "
                return f"{start}{text}", [(a + len(start), b + len(start)) for a, b in found]
    return code or "", code_marks
