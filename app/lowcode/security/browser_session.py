"""The session of a browser: a row in the database that its cookie points to.

Flask's signed cookie carries the number, the token against forgery and messages for the next
page. Without the row it is worth nothing, so a session ends where the row says so: at once, in
every process, whatever copy of the cookie somebody kept.
"""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

from flask import current_app, g, request, session
from sqlalchemy import ColumnElement, Select, and_, bindparam, event, inspect, select, update
from sqlalchemy.orm import Session

from app.entities.system.session import UserSession
from app.entities.system.user import Role, User
from app.entities.types import UTCDateTime, now_utc
from app.extensions import db
from app.lowcode import audit
from app.lowcode.notifications import unread_of
from app.lowcode.security.identity import Identity, find_holder, holders
from app.lowcode.settings.store import note_state, state_columns
from app.rules.sessions import SessionEnd, device_of, expiry

#: the number of the session inside the cookie
_SID = "sid"
#: a write with every page would queue behind every writer
_NOTED_EVERY = timedelta(minutes=1)
_COLUMNS = (
    UserSession.id.label("session_id"),
    UserSession.created_on.label("begun_on"),
    UserSession.seen_on,
    UserSession.confirmed_on,
)


def install() -> None:
    """Attach to the product's session factory; once per process."""
    factory = db.session.session_factory
    if not event.contains(factory, "before_flush", _before_flush):
        event.listen(factory, "before_flush", _before_flush)


# one browser ------------------------------------------------------------------------
def begin(user: Any) -> None:
    """Sign in; the caller commits.

    Nothing of the session before remains, so a planted one is worth nothing.
    """
    number, now = secrets.token_urlsafe(32), now_utc()
    agent = request.user_agent.string
    db.session.add(
        UserSession(
            digest=_digest(number),
            user_id=user.id,
            created_on=now,
            seen_on=now,
            confirmed_on=now,
            expires_on=_expiry(now, now),
            address=(request.remote_addr or "")[:64],
            device=device_of(agent),
            agent=agent[:200],
        )
    )
    session.clear()
    session[_SID] = number
    session.permanent = True


def end() -> None:
    """Sign out; the caller commits."""
    if (held := current_key()) is not None:
        end_sessions(db.session(), SessionEnd.SIGN_OUT, UserSession.id == held)
    session.clear()


def find() -> Identity | None:
    """Whose session the cookie carries, while it is a good one."""
    number = session.get(_SID)
    if not isinstance(number, str):
        return None
    identity = find_holder(_holders(), digest=_digest(number), now=now_utc())
    if identity is not None:
        note_state(identity.proof)
    return identity


@cache
def _holders() -> Select[Any]:
    # The bell of every page and the settings of every request: two statements less for each.
    unread = unread_of(UserSession.user_id).label("unread")
    return holders(
        UserSession,
        (*_COLUMNS, unread, *state_columns()),
        UserSession.digest == bindparam("digest"),
        is_live(bindparam("now", type_=UTCDateTime)),
    )


def unread() -> int:
    """How many messages the person at this browser had not read when the request came."""
    identity = g.get("identity")
    return getattr(identity.proof, "unread", 0) if identity is not None else 0


def current_key() -> int | None:
    """The row of the session that this request came with; None where an API key acts."""
    identity = g.get("identity")
    return getattr(identity.proof, "session_id", None) if identity is not None else None


def prolonged(now: datetime) -> Any | None:
    """The statement that notes the use of this session; None while it was noted a moment ago."""
    row = g.identity.proof
    if now - row.seen_on < _NOTED_EVERY:
        return None
    return (
        update(UserSession)
        .where(UserSession.id == row.session_id, UserSession.ended_on.is_(None))
        .values(seen_on=now, expires_on=_expiry(row.begun_on, now))
    )


# many of them -----------------------------------------------------------------------
def is_live(now: Any) -> ColumnElement[bool]:
    """The criterion of sessions that still open something at a moment, or a parameter for one."""
    return and_(UserSession.ended_on.is_(None), UserSession.expires_on > now)


def sessions_of(user_id: int) -> Sequence[UserSession]:
    """The live sessions of a user, the one used last first."""
    query = select(UserSession).where(UserSession.user_id == user_id, is_live(now_utc()))
    return db.session.scalars(query.order_by(UserSession.seen_on.desc())).all()


def revoke(sessions: Iterable[UserSession]) -> int:
    """Sign these browsers out, with a line in the audit trail for each person; how many they were.

    The caller commits.
    """
    session, count = db.session(), 0
    by_user: dict[Any, list[int]] = {}
    for row in sessions:
        by_user.setdefault(row.user, []).append(row.id)
    for user, keys in by_user.items():
        ended = end_sessions(session, SessionEnd.REVOKED, UserSession.id.in_(keys))
        changes = {"sessions": [ended, 0]}
        audit.record(session, "sign_out", "User", user.id, user.username, changes)
        count += ended
    session.expire_all()
    return count


def end_sessions(session: Session, why: SessionEnd, *which: ColumnElement[bool]) -> int:
    """End the live ones among these sessions; how many they were."""
    now = now_utc()
    with session.no_autoflush:
        ended = session.execute(
            update(UserSession).where(is_live(now), *which).values(ended_on=now, ended_by=why),
            execution_options={"synchronize_session": False},
        )
    return int(ended.rowcount)  # type: ignore[attr-defined]


def _before_flush(session: Session, *_unused: Any) -> None:
    """Whoever has another password, other roles or no account any more signs in again."""
    for row in session.dirty:
        match row:
            case User():
                if (why := _reason(row)) is not None:
                    end_sessions(session, why, UserSession.user_id == row.id)
            case Role():
                history = inspect(row).attrs["user"].history
                keys = [user.id for user in (*history.added, *history.deleted) if user.id]
                if keys:
                    end_sessions(session, SessionEnd.ROLES, UserSession.user_id.in_(keys))


def _reason(user: Any) -> SessionEnd | None:
    history = {name: inspect(user).attrs[name].history for name in ("active", "password", "roles")}
    if history["active"].has_changes() and not user.active:
        return SessionEnd.ACCOUNT
    if history["password"].has_changes():
        return SessionEnd.PASSWORD
    return SessionEnd.ROLES if history["roles"].has_changes() else None


def _expiry(begun: datetime, seen: datetime) -> datetime:
    idle = timedelta(minutes=current_app.extensions["kehu_settings"].idle_minutes)
    return expiry(begun, seen, current_app.permanent_session_lifetime, idle)


def _digest(number: str) -> str:
    """SHA-256 is enough: 256 random bits cannot be guessed, however fast the hash."""
    return sha256(number.encode()).hexdigest()
