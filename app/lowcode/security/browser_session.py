"""The session of a browser: begun at sign-in, ended by time, by idling or by a new password."""

from datetime import timedelta
from typing import Any

from flask import current_app, session
from flask_login import login_user, logout_user

from app.entities.types import now_utc
from app.services.system.accounts import password_stamp

#: How often the moment of the last request is written into the cookie, in seconds.
_TOUCH = 60


def begin(user: Any) -> None:
    """Sign in: nothing of the session before remains, so a planted one is worth nothing."""
    session.clear()
    login_user(user)
    now = int(now_utc().timestamp())
    session.update(stamp=password_stamp(user), begun=now, seen=now)
    session.permanent = True


def renew(user: Any) -> None:
    """After the user's own change of the password: this session goes on, all others end."""
    session["stamp"] = password_stamp(user)


def end() -> None:
    logout_user()
    session.clear()


def holds(user: Any) -> bool:
    """Is the session young enough, in use, and begun with the present password?"""
    now = int(now_utc().timestamp())
    lifetime: timedelta = current_app.permanent_session_lifetime
    idle = 60 * current_app.extensions["kehu_settings"].idle_minutes
    if (
        session.get("stamp") != password_stamp(user)
        or now - session.get("begun", 0) > lifetime.total_seconds()
        or now - session.get("seen", 0) > idle
    ):
        return False
    if now - session["seen"] > _TOUCH:
        session["seen"] = now
    return True
