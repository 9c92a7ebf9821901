"""Accounts: passwords that are set, checked, forced and forgotten, and keys for programs."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

from app.entities.system.user import ApiKey
from app.entities.types import now_utc
from app.rules.errors import DomainError
from app.rules.passwords import check_password, normalize_password

API_KEY_PREFIX = "kehu_"
USUAL_VALIDITY = timedelta(days=365)
LONGEST_VALIDITY = timedelta(days=730)
#: letters and digits nobody mixes up when reading them out
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
#: The hash of nothing that anybody knows: an unknown account takes as long as a known one.
_NOBODY = f"scrypt${secrets.token_hex(8)}${secrets.token_hex(64)}"


def hash_password(password: str) -> str:
    """scrypt with a salt of its own, as Werkzeug writes it."""
    return generate_password_hash(normalize_password(password))


def password_matches(stored: str | None, password: str) -> bool:
    """Was this password hashed to `stored`? Takes as long for nobody as for somebody."""
    return check_password_hash(stored or _NOBODY, normalize_password(password)) and bool(stored)


def set_password(user: Any, password: str, company: str) -> None:
    """Give a user a password of their own choice; InvalidInput when it is too easy to guess.

    `company`: the company's name, which whoever guesses tries as well.
    """
    names = (user.username, *(user.email or "").split("@")[:1], company)
    user.password = hash_password(check_password(password, names=names))
    user.must_change_password = False


def change_password(user: Any, old: str, new: str, company: str) -> None:
    """The user's own change: the old password is asked for, the new one must differ."""
    if not password_matches(user.password, old):
        raise DomainError("This is not your present password.", field="old_password")
    if normalize_password(old) == normalize_password(new):
        raise DomainError("The new password must differ from the old one.", field="new_password")
    try:
        set_password(user, new, company)
    except DomainError as error:
        error.field = "new_password"
        raise


def give_one_time_password(user: Any) -> str:
    """A password that is shown once and must be changed at the next sign-in."""
    groups = ["".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4)]
    password = "-".join(groups)
    user.password = hash_password(password)
    user.must_change_password = True
    return password


def create_api_key(
    session: Session,
    user: Any,
    name: str,
    role: Any | None = None,
    expires_on: datetime | None = None,
) -> str:
    """A key with which programs act as `user` in one role; shown once, only its digest is kept.

    `role`: may be left out where the user has only one. `expires_on`: in a year by default.
    """
    name = name.strip()
    if not name:
        raise DomainError("Give the key a name.", field="name")
    if role is None and len(user.roles) == 1:
        (role,) = user.roles
    if role is None or role not in user.roles:
        raise DomainError("Choose one of the roles of this user.", field="role")
    now = now_utc()
    expires_on = expires_on or now + USUAL_VALIDITY
    if not now < expires_on <= now + LONGEST_VALIDITY:
        raise DomainError(
            "A key is valid for at most %(days)s days.", days=LONGEST_VALIDITY.days, field="days"
        )
    key = API_KEY_PREFIX + secrets.token_urlsafe(32)
    digest = api_key_digest(key)
    session.add(
        ApiKey(
            name=name[:256],
            key_hash=digest,
            lookup_hash=digest,
            key_prefix=API_KEY_PREFIX,
            user_id=user.id,
            role_id=role.id,
            expires_on=expires_on,
        )
    )
    session.flush()
    return key


def revoke_api_key(key: Any) -> None:
    """End a key at once and for good; one that was revoked before stays as it is."""
    key.revoked_on = key.revoked_on or now_utc()


def is_valid_key(key: Any, now: datetime) -> bool:
    """Does this key still open anything, if its user does?"""
    return bool(key.active and key.revoked_on is None and key.expires_on and key.expires_on > now)


def api_key_digest(key: str) -> str:
    """SHA-256 is enough: 256 random bits cannot be guessed, however fast the hash."""
    return sha256(key.encode()).hexdigest()
