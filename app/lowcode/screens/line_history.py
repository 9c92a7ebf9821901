"""The changes of a record's inline lines, as its own history tells them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, inspect, or_, select

from app.entities.system.audit import AuditEntry
from app.entities.system.user import User
from app.extensions import db
from app.lowcode import field_rights
from app.lowcode.fields.base import humanize
from app.lowcode.screens.changes import Told, in_words, pairs_of, relation_behind, told
from app.lowcode.screens.declare import Lines
from app.rules.audit import AuditAction


@dataclass(frozen=True)
class LineTold:
    """What happened to one line in one transaction."""

    part: Lines
    #: of the table of lines
    title: str
    model: type[Any]
    #: the key that leads from the line to its record
    back: str
    key: int
    #: what the line is called
    label: str
    #: is the line still there?
    is_present: bool
    told: Told


@dataclass(frozen=True)
class LineChange:
    label: str
    old: str
    new: str
    #: `<lines>.<key>.<column>` where the old value can be put back
    field: str | None


def line_parts(view: Any) -> list[Lines]:
    """The tables of lines that the acting person sees on a record."""
    return [part for part in view.seen.form if isinstance(part, Lines)]


def line_title(part: Lines) -> str:
    return _(part.title or humanize(part.name))


def line_events(view: Any, item: Any) -> list[LineTold]:
    """What happened to the lines that the record has or had, newest first for each line."""
    return [event for part in line_parts(view) for event in _events_of(view, item, part)]


def _events_of(view: Any, item: Any, part: Lines) -> Iterator[LineTold]:
    relationship = inspect(view.model).relationships[part.name]
    model = relationship.mapper.class_
    (column,) = relationship.remote_side
    back = inspect(model).get_property_by_column(column).key
    present = {line.id: line for line in getattr(item, part.name)}
    pairs = db.session.execute(_entries(model, back, item.id, list(present))).all()
    for key, entries in groupby(pairs, key=lambda pair: pair[0].entity_id):
        lives = list(_lives(list(entries)))
        for life in lives:
            is_present = key in present and life is lives[-1]
            if not (is_present or _tells_of(life, back, item.id)):
                continue
            label = repr(present[key]) if is_present else life[-1][0].label
            for event in told(reversed(life)):
                yield LineTold(part, line_title(part), model, back, key, label, is_present, event)


def _entries(model: type[Any], back: str, record: int, present: Sequence[int]) -> Select[Any]:
    """(entry, name of its user) of the lines that are there and of those that were deleted."""
    of_kind = AuditEntry.entity == model.__name__
    gone = select(AuditEntry.entity_id).where(
        of_kind,
        AuditEntry.action == AuditAction.DELETE,
        AuditEntry.changes[(back, 0)].as_integer() == record,
    )
    return (
        select(AuditEntry, User.name)
        .outerjoin(User, AuditEntry.user_id == User.id)
        .where(of_kind, or_(AuditEntry.entity_id.in_(present), AuditEntry.entity_id.in_(gone)))
        .order_by(AuditEntry.entity_id, AuditEntry.sequence)
    )


def _lives(entries: Sequence[Any]) -> Iterator[list[Any]]:
    """A key may be used again after its row is gone: each creation begins another line."""
    life: list[Any] = []
    for pair in entries:
        if life and pair[0].action is AuditAction.CREATE:
            yield life
            life = []
        life.append(pair)
    yield life


def _tells_of(life: Iterable[Any], back: str, record: int) -> bool:
    return any(record in (dict(pairs_of(entry.changes)).get(back) or ()) for entry, _name in life)


def words_of(event: LineTold, *, may_edit: bool) -> list[LineChange]:
    """In words; a line that came or went is one change."""
    own = {name: pair for name, pair in event.told.changes.items() if name != event.back}
    words = in_words(event.model, own)
    title = f"{event.title} · {event.label}"
    if event.told.action in {AuditAction.CREATE, AuditAction.DELETE}:
        old = " · ".join(f"{word.label}: {word.old}" for word in words if word.old)
        new = " · ".join(f"{word.label}: {word.new}" for word in words if word.new)
        return [LineChange(title, old, new, None)]
    may_edit = may_edit and event.is_present
    return [
        LineChange(
            f"{title} · {word.label}",
            word.old,
            word.new,
            f"{event.part.name}.{event.key}.{word.name}"
            if may_edit and is_typed(event.part, event.model, word.name)
            else None,
        )
        for word in words
    ]


def is_typed(part: Lines, model: type[Any], column: str) -> bool:
    """Is it a column of the lines that the acting person types?"""
    name = relation_behind(model, column)
    return name in part.columns and name not in part.computed and field_rights.writable(model, name)
