"""Guessing passwords is slow: ten tries per account in a quarter of an hour, kept in the database.

A try is written down before the password is looked at, so that many at once cannot slip through,
and it counts whichever process or path it came by: the form, a confirmation, a key of the API.
Signing in does not wipe the count: whoever owns one account must not buy tries at another.
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
    # A refused try is no try, and writes nothing: whoever goes on and on neither makes the wait
    # grow nor holds up those who work.
    if not _is_open(digest, address, PER_ACCOUNT - 1, PER_ADDRESS - 1):
        return None
    attempt = LoginAttempt(account=digest, address=address, happened_on=now)
    db.session.add(attempt)
    db.session.execute(delete(LoginAttempt).where(LoginAttempt.happened_on < now - _KEPT))
    db.session.flush()
    key = attempt.id
    db.session.commit()
    # Others may have come in between: those beyond the limit step back.
    if _is_open(digest, address, PER_ACCOUNT, PER_ADDRESS):
        return key
    end_attempt(key)
    return None


def end_attempt(key: int) -> None:
    """The try was no failure: forget it, and commit."""
    db.session.execute(delete(LoginAttempt).where(LoginAttempt.id == key))
    db.session.commit()


def forget_attempts(account: str) -> None:
    """An administrator opens an account again; committed with what goes with it."""
    db.session.execute(delete(LoginAttempt).where(LoginAttempt.account == _digest(account)))


def _is_open(digest: str, address: str, per_account: int, per_address: int) -> bool:
    """Have there been no more than so many tries at this account and from this address?"""
    recent = LoginAttempt.happened_on > now_utc() - WINDOW
    with reading():
        by_account = _count(recent, LoginAttempt.account == digest)
        by_address = _count(recent, LoginAttempt.address == address)
        db.session.rollback()
    return by_account <= per_account and by_address <= per_address


def _count(*conditions: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).select_from(LoginAttempt).where(*conditions)) or 0


def _digest(account: str) -> str:
    return sha256(account.encode()).hexdigest()
