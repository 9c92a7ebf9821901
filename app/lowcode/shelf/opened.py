"""Records a person opened or keeps: noted once the answer is out, named inside their own reach."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Response, after_this_request, current_app
from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.entities.system.views import RecentlyViewed
from app.entities.types import now_utc
from app.extensions import db
from app.lowcode.fields import field_of
from app.lowcode.principal import current
from app.lowcode.shelf.held import my_shelf

log = logging.getLogger(__name__)

#: records remembered per person
MOST = 30
#: of each group in the palette
PALETTE_ROWS = 10
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
def note_opened(entity: str, key: int) -> None:
    """The acting person opened a record: remembered when the answer is out, so that nobody waits
    for it and no transaction that only reads has to write."""
    user_id = current().user_id
    if user_id is None:
        return

    @after_this_request
    def remember(response: Response) -> Response:
        if response.status_code < 400:
            response.call_on_close(partial(_write, db.engine, user_id, entity, key))
        return response


def _write(engine: Any, user_id: int, entity: str, key: int) -> None:
    table: Any = RecentlyViewed.__table__
    row = {"user_id": user_id, "entity": entity, "entity_id": key}
    mine = RecentlyViewed.user_id == user_id
    last = (
        select(RecentlyViewed.id)
        .where(mine)
        .order_by(RecentlyViewed.seen_on.desc(), RecentlyViewed.id.desc())
    )
    try:
        with Session(engine) as session:
            now = now_utc()
            insert: Any = _INSERTS[engine.dialect.name](table).values(**row, seen_on=now)
            session.execute(
                insert.on_conflict_do_update(index_elements=list(row), set_={"seen_on": now})
            )
            kept = select(last.limit(MOST).subquery().c.id)
            session.execute(
                delete(RecentlyViewed).where(mine, RecentlyViewed.id.not_in(kept)),
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


def last_opened(limit: int = MOST) -> list[Record]:
    """(entity, key) of what the acting person opened, the latest first."""
    query = (
        select(RecentlyViewed.entity, RecentlyViewed.entity_id)
        .where(RecentlyViewed.user_id == current().user_id)
        .order_by(RecentlyViewed.seen_on.desc(), RecentlyViewed.id.desc())
        .limit(limit)
    )
    return [(entity, key) for entity, key in db.session.execute(query)]


def named(records: Iterable[Record]) -> list[Kept]:
    """The records under their present names, in the given order, one statement per entity.

    What the acting person may no longer open, and what is gone, is left out.
    """
    records = list(records)
    screens = {
        view.model.__name__: view for view in current_app.extensions["kehu_screens"].values()
    }
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
