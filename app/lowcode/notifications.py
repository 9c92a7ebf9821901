"""Messages to people inside the application: written by any code, read by the person alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import format_datetime, format_timedelta
from flask_babel import gettext as _
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app.entities.system.notification import Notification
from app.entities.types import now_utc


@dataclass(frozen=True, slots=True)
class Shown:
    """A notification in the reader's language."""

    id: int
    kind: str
    text: str
    url: str | None
    #: "3 minutes ago", and the moment itself
    when: str
    when_exact: str
    read: bool


def msgid(text: str) -> dict[str, str]:
    """An argument of a notification that is a text to translate itself."""
    return {"msgid": text}


def notify(
    session: Session,
    user_ids: Iterable[int | None],
    text: str,
    url: str | None = None,
    *,
    kind: str = "info",
    **arguments: Any,
) -> None:
    """Tell people something, in the caller's transaction.

    `text` is an English msgid with %(name)s places for `arguments` (JSON, or `msgid(...)`), and
    `url` a path inside the product. Nobody is told twice, and None is nobody.
    """
    if url is not None and (not url.startswith("/") or url.startswith("//")):
        raise ValueError(f"a notification links inside the product, not to {url}")
    common = {"kind": kind, "text": text, "arguments": arguments, "url": url}
    rows = [
        {**common, "user_id": user_id, "created_on": now_utc()}
        for user_id in sorted({user_id for user_id in user_ids if user_id is not None})
    ]
    if rows:
        session.execute(insert(Notification), rows)


def unread_count(session: Session, user_id: int) -> int:
    """How many messages the person has not read."""
    query = select(func.count()).where(_unread_of(user_id)).select_from(Notification)
    return session.scalar(query) or 0


def unread_of(user_id: Any) -> Any:
    """The same as a column of a statement; `user_id` is one of it."""
    count = select(func.count()).select_from(Notification)
    return count.where(_unread_of(user_id)).scalar_subquery()


def newest(session: Session, user_id: int, count: int, before: int | None = None) -> list[Shown]:
    """The person's latest messages, in their language; `before` (an id) pages back."""
    query = select(Notification).where(Notification.user_id == user_id)
    if before is not None:
        query = query.where(Notification.id < before)
    rows = session.scalars(query.order_by(Notification.id.desc()).limit(count))
    return [_shown(row) for row in rows]


def find(session: Session, user_id: int, key: int) -> Shown | None:
    """One of the person's own messages."""
    query = select(Notification).where(Notification.user_id == user_id, Notification.id == key)
    row = session.scalar(query)
    return None if row is None else _shown(row)


def mark_read(session: Session, user_id: int, key: int | None = None) -> None:
    """Note that the person has read one message, or all; other people's are left alone."""
    query = update(Notification).where(_unread_of(user_id)).values(read_on=now_utc())
    if key is not None:
        query = query.where(Notification.id == key)
    session.execute(query.execution_options(synchronize_session=False))


def _unread_of(user_id: Any) -> Any:
    return (Notification.user_id == user_id) & Notification.read_on.is_(None)


def _shown(row: Notification) -> Shown:
    arguments = {name: _translated(value) for name, value in row.arguments.items()}
    age = row.created_on - now_utc()
    return Shown(
        id=row.id,
        kind=row.kind,
        text=_(row.text, **arguments),
        url=row.url,
        when=format_timedelta(age, add_direction=True),
        when_exact=format_datetime(row.created_on, "short"),
        read=row.read_on is not None,
    )


def _translated(value: Any) -> Any:
    return _(value["msgid"]) if isinstance(value, dict) and "msgid" in value else value
