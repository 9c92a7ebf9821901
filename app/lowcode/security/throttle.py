"""Guessing passwords is slow: ten tries per account in a quarter of an hour, kept in the database.

A try is written down before the password is looked at, so that many at once cannot slip through,
and it counts whichever process or path it came by. Signing in does not wipe the count: whoever
owns one account must not buy tries at another.
"""

from datetime import timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, delete, func, select

from app.entities.system.access import LoginAttempt
from app.entities.types import now_utc
from app.extensions import db, reading
from app.rules.errors import DomainError

WINDOW = timedelta(minutes=15)
PER_ACCOUNT = 10
#: A whole office may stand behind one address.
PER_ADDRESS = 50
_KEPT = timedelta(days=1)


class TooManyAttempts(DomainError):  # noqa: N818 - reads as what happened
    """The right password is not looked at either."""

    def __init__(self) -> None:
        minutes = WINDOW.seconds // 60
        super().__init__(
            "Too many failed sign-ins. Try again in %(minutes)s minutes.", minutes=minutes
        )


def begin_attempt(account: str, address: str) -> int | None:
    """Write a try down and commit it; its key, or None where there have been too many."""
    now, digest, address = now_utc(), _digest(account), address[:64]
    attempt = LoginAttempt(account=digest, address=address, happened_on=now)
    db.session.add(attempt)
    db.session.execute(delete(LoginAttempt).where(LoginAttempt.happened_on < now - _KEPT))
    db.session.flush()
    key = attempt.id
    db.session.commit()
    recent = LoginAttempt.happened_on > now - WINDOW
    with reading():
        by_account = _count(recent, LoginAttempt.account == digest)
        by_address = _count(recent, LoginAttempt.address == address)
        db.session.rollback()
    if by_account <= PER_ACCOUNT and by_address <= PER_ADDRESS:
        return key
    # A refused try is no try: the wait must not grow with every impatient click.
    end_attempt(key)
    return None


def end_attempt(key: int) -> None:
    """The try was no failure: forget it, and commit."""
    db.session.execute(delete(LoginAttempt).where(LoginAttempt.id == key))
    db.session.commit()


def forget_attempts(account: str) -> None:
    """An administrator opens an account again; committed with what goes with it."""
    db.session.execute(delete(LoginAttempt).where(LoginAttempt.account == _digest(account)))


def _count(*conditions: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).select_from(LoginAttempt).where(*conditions)) or 0


def _digest(account: str) -> str:
    return sha256(account.encode()).hexdigest()
