"""The timeline of a record: its changes, notes and related rows, newest first."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from flask_babel import format_date, format_datetime, format_timedelta
from flask_babel import gettext as _
from sqlalchemy import select

from app.entities.system.audit import AuditEntry
from app.entities.system.record import Note
from app.entities.system.user import User
from app.extensions import db
from app.lowcode import field_rights, listing
from app.lowcode.fields import resolve
from app.lowcode.list_state import ListState
from app.lowcode.ownership import Held, history_of, holder_of
from app.lowcode.pages import Event
from app.lowcode.screens.changes import Told, entries_of, in_words, told
from app.rules.audit import AuditAction

NEWEST = 50
#: a row and the change it came with are a few statements apart
AT_ONCE = timedelta(seconds=2)
#: a change and the trail's word of it, which bears the moment of the commit
ONE_COMMIT = timedelta(minutes=1)
_ICONS = {
    "create": "plus",
    "update": "pencil",
    "delete": "trash",
    "note": "note",
    "attach": "paperclip",
    "detach": "paperclip",
    "restore": "arrow-back-up",
    "print": "printer",
    "transfer": "arrows-exchange",
    "share": "share",
    "unshare": "share-off",
}


def timeline_of(view: Any, item: Any) -> list[Event]:
    """The newest changes, notes and related rows, newest first."""
    changes = _changes(view, item)
    found = [*changes, *_notes(view, item)]
    for screen in view.screens_named(view.timeline):
        related = _related_events(view, item, screen)
        found += related if _is_audited(screen) else _without_echoes(related, changes)
    found.sort(key=lambda pair: pair[0], reverse=True)
    return [event for _moment, event in found[:NEWEST]]


def _is_audited(screen: Any) -> bool:
    return getattr(screen.model, "is_audited", True)


def _without_echoes(
    related: list[tuple[datetime, Event]], changes: list[tuple[datetime, Event]]
) -> list[tuple[datetime, Event]]:
    """Rows that keep a trail themselves, such as a deal's steps, less those that tell again what
    the change of the record beside them has told."""
    moments = [moment for moment, _event in changes]
    return [
        pair for pair in related if not any(abs(pair[0] - moment) < AT_ONCE for moment in moments)
    ]


def _event(kind: str, who: str, moment: datetime, text: str, **more: Any) -> tuple[datetime, Event]:
    ago = format_timedelta(moment - datetime.now(UTC), add_direction=True)
    exact = format_datetime(moment, "yyyy-MM-dd HH:mm")
    icon = more.pop("icon", _ICONS.get(kind, "point"))
    return moment, Event(kind, icon, who, ago, exact, text, **more)


def _changes(view: Any, item: Any) -> list[tuple[datetime, Event]]:
    """What was done to the record; a change of hands tells besides who held it, and why it went."""
    entries = entries_of(view.model, item.id).where(AuditEntry.action != AuditAction.VIEW)
    hands, link = _hands(view, item), holder_of(view.model)
    events = []
    for change in told(db.session.execute(entries.limit(NEWEST))):
        others = dict(change.changes)
        holder = others.pop(link.key, None) if link is not None else None
        held = _taken(hands, change.moment, holder[1]) if holder is not None else None
        if held is None:
            kind, text, shown = str(change.action), _(change.action.label), change
        else:
            kind, text, shown = "transfer", _held(item, held), replace(change, changes=others)
        texts = _texts(view.model, shown)
        events.append(_event(kind, change.who, change.moment, text, changes=texts))
    return events + [_event("transfer", h.by, h.moment, _held(item, h)) for h in hands]


def _texts(model: type[Any], change: Told) -> list[tuple[str, str, str]]:
    """(label, old, new); a new row says everything by itself."""
    if change.action is AuditAction.CREATE:
        return []
    return [
        (word.label, word.old, word.new) for word in in_words(model, change.changes, change.action)
    ]


def _hands(view: Any, item: Any) -> list[Held]:
    """The changes of who is responsible, newest first, as far as the reader may know who is."""
    link = holder_of(view.model)
    if link is None or not field_rights.readable(view.model, link.name):
        return []
    return history_of(db.session(), view.model, item.id, NEWEST)


def _taken(hands: list[Held], moment: datetime, new: int | None) -> Held | None:
    """The change of hands that the trail's entry is about, taken out of those still to tell."""
    for held in hands:
        if held.new_id == new and timedelta(0) <= moment - held.moment < ONE_COMMIT:
            hands.remove(held)
            return held
    return None


def _held(item: Any, held: Held) -> str:
    """Who held the record from when to when, and why it changed hands."""
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
    return f"{text}: {held.reason}" if held.reason else text


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
