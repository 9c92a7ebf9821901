"""The door for programs: an API key in the Authorization header."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from flask import g
from sqlalchemy import Select, bindparam, or_, update

from app.entities.system.user import ApiKey
from app.entities.types import UTCDateTime, now_utc
from app.extensions import db, writing
from app.lowcode import audit
from app.lowcode.security import throttle
from app.lowcode.security.identity import Identity, find_holder, holders
from app.services.system.accounts import api_key_digest, create_api_key, revoke_api_key

#: the last use of a key is exact to the hour: a write per call would queue behind every writer
_NOTED_EVERY = timedelta(hours=1)
_COLUMNS = (
    ApiKey.id.label("key_id"),
    ApiKey.role_id.label("key_role_id"),
    ApiKey.last_used_on,
    ApiKey.last_address,
)


@cache
def _holders() -> Select[Any]:
    now = bindparam("now", type_=UTCDateTime)
    return holders(
        ApiKey,
        _COLUMNS,
        ApiKey.lookup_hash == bindparam("digest"),
        ApiKey.active,
        ApiKey.revoked_on.is_(None),
        or_(ApiKey.expires_on.is_(None), ApiKey.expires_on > now),
    )


def find(key: str, address: str) -> Identity | None:
    """Who acts with this key, in its one role; None where it is no good one (any more).

    TooManyAttempts where too many wrong ones came from this address.
    """
    identity = find_holder(_holders(), digest=api_key_digest(key), now=now_utc())
    limited = identity.limited_to(identity.proof.key_role_id) if identity else None
    if limited is not None and limited.user.active:
        return limited
    # The transaction that looked may only read; the try is written down in one of its own.
    db.session.rollback()
    with writing():
        attempt = throttle.begin_attempt(f"key:{api_key_digest(key)}", address)
    if attempt is None:
        raise throttle.TooManyAttempts
    return None


def issue(user: Any, name: str, role: Any | None, expires_on: datetime | None) -> str:
    """A new key, to be shown once; with a line in the audit trail. The caller commits."""
    session = db.session()
    key = create_api_key(session, user, name, role, expires_on)
    _record(user, None, name.strip())
    return key


def revoke(key: Any) -> None:
    """End a key, with a line in the audit trail; the caller commits."""
    revoke_api_key(key)
    _record(key.user, key.name, None)


def _record(user: Any, before: str | None, after: str | None) -> None:
    changes = {"key": [before, after]}
    audit.record(db.session(), "api_key", "User", user.id, user.username, changes)


def noted(now: datetime, address: str) -> Any | None:
    """The statement that notes the use of this key; None while it was noted lately."""
    row = g.identity.proof
    if (
        row.last_used_on is not None
        and now - row.last_used_on < _NOTED_EVERY
        and row.last_address == address
    ):
        return None
    return (
        update(ApiKey)
        .where(ApiKey.id == row.key_id)
        .values(last_used_on=now, last_address=address[:64])
    )
