"""Records a person opened or keeps: noted once the answer is out, named inside their own reach."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from flask import Response, after_this_request, g
from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.entities.system.views import RecentlyViewed
from app.entities.types import now_utc
from app.extensions import db
from app.lowcode import registered
from app.lowcode.fields import field_of
from app.lowcode.principal import current
from app.lowcode.shelf.held import my_shelf

log = logging.getLogger(__name__)

#: records remembered per person
MOST = 30
#: of each group in the palette
PALETTE_ROWS = 10
#: a write with every record would queue behind every writer
_WRITTEN_EVERY = timedelta(seconds=2)
_MOST_SESSIONS = 1000
_LATEST_FIRST = (RecentlyViewed.seen_on.desc(), RecentlyViewed.id.desc())
_INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}

Record = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Kept:
    """A record as links call it."""

    entity: str
    key: int
    label: str
    #: what kind of record it is
    hint: str
    url: str
    icon: str


# writing ------------------------------------------------------------------------
@dataclass(slots=True)
class _Opened:
    """What one session opened since it was written down last, the latest at the end."""

    written_on: datetime | None = None
    records: dict[Record, datetime] = field(default_factory=dict)


_sessions: dict[tuple[Any, ...], _Opened] = {}


def note_opened(entity: str, key: int) -> None:
    """The acting person opened a record: written down when the answer is out, so that nobody waits
    for it and no transaction that only reads has to write."""
    opened, now, user_id = _of_this_session(), now_utc(), current().user_id
    if opened is None or user_id is None:
        return
    opened.records.pop((entity, key), None)
    opened.records[entity, key] = now
    if opened.written_on is not None and now - opened.written_on < _WRITTEN_EVERY:
        return  # goes with the next one

    @after_this_request
    def remember(response: Response) -> Response:
        records, opened.records, opened.written_on = opened.records, {}, now
        if records:  # else a request at the same time has taken them along
            response.call_on_close(partial(_write, db.engine, user_id, records))
        return response


def _of_this_session() -> _Opened | None:
    """None for programs, which open nothing."""
    proof = getattr(g.get("identity"), "proof", None)
    number = getattr(proof, "session_id", None)
    if number is None:
        return None
    key = (current().user_id, number, proof.begun_on)  # type: ignore[union-attr]
    if key not in _sessions and len(_sessions) >= _MOST_SESSIONS:
        _sessions.clear()
    return _sessions.setdefault(key, _Opened())


def _write(engine: Any, user_id: int, records: Mapping[Record, datetime]) -> None:
    table: Any = RecentlyViewed.__table__
    rows = [
        {"user_id": user_id, "entity": entity, "entity_id": key, "seen_on": seen}
        for (entity, key), seen in records.items()
    ]
    mine = RecentlyViewed.user_id == user_id
    kept = select(RecentlyViewed.id).where(mine).order_by(*_LATEST_FIRST).limit(MOST).subquery()
    try:
        with Session(engine) as session:
            insert: Any = _INSERTS[engine.dialect.name](table)
            session.execute(
                insert.values(rows).on_conflict_do_update(
                    index_elements=["user_id", "entity", "entity_id"],
                    set_={"seen_on": insert.excluded.seen_on},
                )
            )
            session.execute(
                delete(RecentlyViewed).where(mine, RecentlyViewed.id.not_in(select(kept.c.id))),
                execution_options={"synchronize_session": False},
            )
            session.commit()
    except SQLAlchemyError:
        # The page has been served all the same.
        log.warning("what was opened could not be remembered", exc_info=True)


# reading ------------------------------------------------------------------------
def at_hand() -> list[dict[str, Any]]:
    """Favourites and what was opened last, a favourite named once, as the palette shows groups:
    `label`, and `items` with `label`, `hint`, `url` and `icon`."""
    favourites = my_shelf().favourites[:PALETTE_ROWS]
    opened = [record for record in last_opened() if record not in favourites][:PALETTE_ROWS]
    kept = named([*favourites, *opened])
    groups = ((_("Favourites"), favourites), (_("Recent"), opened))
    return [
        {
            "label": label,
            "items": [
                {"label": one.label, "hint": one.hint, "url": one.url, "icon": one.icon}
                for one in kept
                if (one.entity, one.key) in records
            ],
        }
        for label, records in groups
    ]


def last_opened() -> list[Record]:
    """(entity, key) of what the acting person opened, the latest first."""
    opened = _of_this_session()
    waiting = list(reversed(opened.records)) if opened is not None else []
    query = (
        select(RecentlyViewed.entity, RecentlyViewed.entity_id)
        .where(RecentlyViewed.user_id == current().user_id)
        .order_by(*_LATEST_FIRST)
        .limit(MOST)
    )
    written = [(entity, key) for entity, key in db.session.execute(query)]
    return list(dict.fromkeys([*waiting, *written]))[:MOST]


def named(records: Iterable[Record]) -> list[Kept]:
    """The records under their present names, in the given order, one statement per entity.

    What the acting person may no longer open, and what is gone, is left out.
    """
    records = list(records)
    screens = {view.model.__name__: view for view in registered.screens().values()}
    found: dict[Record, Kept] = {}
    for entity in dict.fromkeys(entity for entity, _key in records):
        view = screens.get(entity)
        if view is None or not view.may("can_show"):
            continue
        model, hint = view.model, str(view.singular)
        keys = sorted({key for name, key in records if name == entity})
        label, field = getattr(model, model.label_column), field_of(model, model.label_column)
        for key, value in db.session.execute(select(model.id, label).where(model.id.in_(keys))):
            name = field.text(value) or f"{hint} {key}"
            found[entity, key] = Kept(entity, key, name, hint, view.url_of(key), view.icon)
    return [found[record] for record in records if record in found]
