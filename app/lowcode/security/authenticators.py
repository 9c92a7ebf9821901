"""Ways to prove who one is. Signing in asks each in turn until one knows the person."""

from collections.abc import Sequence
from typing import Protocol

from flask import request
from sqlalchemy import func, or_, select

from app.entities.system.audit import AuditEntry
from app.entities.system.user import User
from app.entities.types import now_utc
from app.extensions import db, reading
from app.lowcode import audit
from app.lowcode.principal import Principal, acting_as
from app.lowcode.security import throttle
from app.services.system import accounts


class Authenticator(Protocol):
    """One way to check a name with a secret, such as a directory of the company.

    The throttle, the audit trail and the session are none of its business: they are the same for
    all of them.
    """

    def check(self, name: str, secret: str) -> int | None:
        """The key of the active user whose name and secret these are.

        It must take as long for nobody as for somebody.
        """


class Password:
    """The password whose hash stands in the user's own row."""

    def check(self, name: str, secret: str) -> int | None:
        user_id, stored, is_active = _stored_password(name)
        matches = accounts.password_matches(stored, secret)
        return user_id if matches and is_active else None


#: asked in this order
AUTHENTICATORS: Sequence[Authenticator] = (Password(),)


def prove(name: str, secret: str) -> int | None:
    """The key of the active user whose name (or e-mail) and secret these are.

    None for whatever other reason; TooManyAttempts where nothing is looked at any more. Every
    place that asks for a password comes through here, so that all count the same.
    """
    account = name.strip().lower()
    user_id = _stored_password(account)[0]
    address = request.remote_addr or ""
    attempt = throttle.begin_attempt(f"user:{user_id}" if user_id else account, address)
    if attempt is None:
        if _is_first_refusal(user_id, address):
            _note("sign_in_refused", user_id, account, address)
        raise throttle.TooManyAttempts
    found = [known for each in AUTHENTICATORS if (known := each.check(account, secret))]
    if not found:
        _note("sign_in_failed", user_id, account, address)
        return None
    throttle.end_attempt(attempt)
    return found[0]


def _stored_password(name: str) -> tuple[int | None, str | None, bool]:
    """(key, password hash, active) of the account with this user name or e-mail address."""
    is_username = func.lower(User.username) == name
    with reading():
        row = db.session.execute(
            select(User.id, User.password, User.active)
            .where(or_(is_username, func.lower(User.email) == name))
            .order_by(is_username.desc())
        ).first()
        # Checking a password takes a while: no transaction stays open for it.
        db.session.rollback()
    return (row[0], row[1], bool(row[2])) if row else (None, None, False)


def _is_first_refusal(user_id: int | None, address: str) -> bool:
    """One line per account and window, or per address where nobody knows the account: whoever
    goes on and on must not fill the trail.
    """
    known = (
        select(AuditEntry.id)
        .where(AuditEntry.created_on > now_utc() - throttle.WINDOW)
        .where(AuditEntry.action == "sign_in_refused")
        .where(AuditEntry.entity_id.is_not_distinct_from(user_id))
    )
    if user_id is None:
        known = known.where(AuditEntry.address == address)
    with reading():
        is_first = db.session.scalar(known.limit(1)) is None
        db.session.rollback()
    return is_first


def _note(action: str, user_id: int | None, name: str, address: str) -> None:
    # What was typed is written down only where it is a user's name: it may be a password.
    label = name if user_id else ""
    with acting_as(Principal(None, "sign-in", is_system=True, address=address)):
        audit.record(db.session(), action, "User", user_id, label)
        db.session.commit()
