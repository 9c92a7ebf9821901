"""The timeline of a record: its changes, notes and related rows, newest first."""

from datetime import UTC, datetime
from typing import Any

from flask_babel import format_date, format_datetime, format_timedelta
from flask_babel import gettext as _
from sqlalchemy import func, inspect, select

from app.entities.system.audit import AuditEntry
from app.entities.system.record import Note
from app.entities.system.user import User
from app.extensions import db
from app.lowcode import field_rights, listing
from app.lowcode.fields import field_of, resolve
from app.lowcode.fields.base import humanize
from app.lowcode.fields.relations import RelationField
from app.lowcode.listing import ListState
from app.lowcode.ownership import history_of, holder_of
from app.lowcode.pages import Event
from app.rules.errors import DomainError
from app.rules.masking import Masked

NEWEST = 50
_ICONS = {
    "create": "plus",
    "update": "pencil",
    "delete": "trash",
    "note": "note",
    "attach": "paperclip",
    "detach": "paperclip",
    "transfer": "arrows-exchange",
}


def timeline_of(view: Any, item: Any) -> list[Event]:
    """The newest changes, notes and related rows, newest first."""
    found = [*_changes(view, item), *_hands(view, item), *_notes(view, item)]
    for screen in view.screens_named(view.timeline):
        found += _related_events(view, item, screen)
    found.sort(key=lambda pair: pair[0], reverse=True)
    return [event for _moment, event in found[:NEWEST]]


def _event(kind: str, who: str, moment: datetime, text: str, **more: Any) -> tuple[datetime, Event]:
    ago = format_timedelta(moment - datetime.now(UTC), add_direction=True)
    exact = format_datetime(moment, "yyyy-MM-dd HH:mm")
    icon = more.pop("icon", _ICONS.get(kind, "point"))
    return moment, Event(kind, icon, who, ago, exact, text, **more)


def _changes(view: Any, item: Any) -> list[tuple[datetime, Event]]:
    of_row = (AuditEntry.entity == view.model.__name__, AuditEntry.entity_id == item.id)
    # Earlier versions gave a freed key again: what was before the row was made is another record's.
    made = select(func.max(AuditEntry.id)).where(*of_row, AuditEntry.action == "create")
    rows = db.session.execute(
        select(AuditEntry, User.name)
        .outerjoin(User, AuditEntry.user_id == User.id)
        .where(*of_row, AuditEntry.id >= func.coalesce(made.scalar_subquery(), 0))
        .order_by(AuditEntry.id.desc())
        .limit(NEWEST)
    )
    return [
        _event(
            entry.action,
            who or entry.actor,
            entry.created_on,
            _(humanize(entry.action)),
            changes=_texts(view.model, entry.changes) if entry.action != "create" else [],
        )
        for entry, who in rows
    ]


def _texts(model: type[Any], changes: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(label, old, new) of an audit row's changes in the reader's language."""
    texts = []
    for name, (old, new) in field_rights.shown_changes(model, changes).items():
        try:
            field = field_of(model, _relation_behind(model, name))
        except LookupError:
            texts.append((_(humanize(name)), str(old or ""), str(new or "")))
            continue
        texts.append((str(field.label), _stored_text(field, old), _stored_text(field, new)))
    return texts


def _relation_behind(model: type[Any], name: str) -> str:
    """`owner_id` → `owner`, where there is such a relationship."""
    bare = name.removesuffix("_id")
    return bare if bare in inspect(model).relationships else name


def _stored_text(field: Any, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Masked):
        return value
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(field, RelationField):
        row = db.session.get(field.target, value)
        return field.label_of(row) if row is not None else f"#{value}"
    try:
        return field.text(field.read(value))
    except (DomainError, LookupError, TypeError, ValueError):
        return str(value)  # no longer a valid value; it is still history


def _hands(view: Any, item: Any) -> list[tuple[datetime, Event]]:
    """Who held the record from when to when, and why it changed hands."""
    link = holder_of(view.model)
    if link is None or not field_rights.readable(view.model, link.name):
        return []
    events = []
    for held in history_of(db.session(), view.model, item.id, NEWEST):
        since = held.since or getattr(item, "created_on", None)
        if held.old:
            text = _(
                "Held by %(old)s from %(since)s to %(until)s, then by %(new)s",
                old=held.old,
                new=held.new or _("nobody"),
                since=format_date(since) if since else "…",
                until=format_date(held.moment),
            )
        else:
            text = _("Held by %(new)s from now on", new=held.new)
        text = f"{text}: {held.reason}" if held.reason else text
        events.append(_event("transfer", held.by, held.moment, text))
    return events


def _notes(view: Any, item: Any) -> list[tuple[datetime, Event]]:
    rows = db.session.execute(
        select(Note, User.name)
        .outerjoin(User, Note.created_by_id == User.id)
        .where(Note.entity == view.model.__name__, Note.entity_id == item.id)
        .order_by(Note.id.desc())
        .limit(NEWEST)
    )
    return [_event("note", who or "", note.created_on, note.text) for note, who in rows]


def _related_events(view: Any, item: Any, screen: Any) -> list[tuple[datetime, Event]]:
    """Rows of a related screen as lines, where the person may list them.

    They come through the list engine: only the columns shown, labels of related rows with them.
    """
    relation = screen.relation_to(view.model)
    if relation is None or not screen.may("can_list"):
        return []
    if not field_rights.readable(screen.model, relation):
        return []
    moment = getattr(screen.model, "timeline_moment", "created_on")
    columns = screen.seen.columns
    paths = [path for path in columns if path.split(".")[0] not in {relation, moment}][:3]
    source = listing.Listable(
        model=screen.model,
        columns=(moment, "created_by", *paths),
        filters=frozenset({relation}),
        order=((moment, True),),
    )
    state = ListState(filters=((relation, str(item.id)),), size=NEWEST)
    events = []
    for row in listing.fetch(source, state):
        texts = [resolve(screen.model, path).field.text(row.values[path]) for path in paths]
        author = row.values["created_by"]
        events.append(
            _event(
                screen.resource,
                author.label if author else "",
                row.values[moment],
                " · ".join(text for text in texts if text),
                icon=screen.icon,
                url=screen.url_of(row.id) if screen.may("can_show") else None,
            )
        )
    return events
