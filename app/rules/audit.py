"""The audit trail: what can have been done, and how each entry is chained to the one before it."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from app.rules.choices import Choice

_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
#: what the first entry follows
GENESIS = "0" * 64


class AuditAction(Choice):
    """What a line of the trail says was done."""

    CREATE = "create", "Created", "green"
    UPDATE = "update", "Changed", "blue"
    DELETE = "delete", "Deleted", "red"
    RESTORE = "restore", "Restored", "teal"
    UNDO = "undo", "Undone", "teal"
    MERGE = "merge", "Merged", "purple"
    ATTACH = "attach", "File attached", "azure"
    DETACH = "detach", "File removed", "orange"
    VIEW = "view", "Viewed", "gray"
    EXPORT = "export", "Exported", "purple"
    IMPORT = "import", "Imported", "indigo"
    PRINT = "print", "Printed", "gray"
    TRANSFER = "transfer", "Transferred", "indigo"
    SHARE = "share", "Shared", "cyan"
    UNSHARE = "unshare", "No longer shared", "orange"
    RIGHTS = "rights", "Rights changed", "purple"
    API_KEY = "api_key", "API key", "purple"
    SIGN_IN = "sign_in", "Signed in", "green"
    SIGN_IN_FAILED = "sign_in_failed", "Sign-in failed", "orange"
    SIGN_IN_REFUSED = "sign_in_refused", "Sign-in refused", "red"
    SIGN_OUT = "sign_out", "Signed out", "gray"
    SESSION_END = "session_end", "Session ended", "orange"
    DENIED = "denied", "Access denied", "red"
    CUT = "cut", "Old entries removed", "yellow"
    PURGE = "purge", "Deleted for good", "red"


def values_digest(salt: str, values: Mapping[str, Any]) -> str:
    """SHA-256 of salt ‖ canonical JSON of what an entry tells.

    The chain holds this digest, not the values: they may be taken out later, with their salt, and
    the chain stays whole.
    """
    return hashlib.sha256((salt + canonical(values)).encode()).hexdigest()


def entry_digest(
    previous: str,
    sequence: int,
    moment: datetime,
    user_id: int | None,
    row: tuple[str, int | None],
    action: str,
    values: str,
) -> str:
    """SHA-256 over the entry before it, its place, when, who, which row (entity, key) and action.

    `moment` is aware, to the microsecond; `values` is the digest of its values.
    """
    when = moment.astimezone(UTC).isoformat(timespec="microseconds")
    parts = [previous, sequence, when, user_id, *row, str(action), values]
    return hashlib.sha256(canonical(parts).encode()).hexdigest()


def seal(key: str, parts: Iterable[Any]) -> str:
    """HMAC-SHA-256: only who knows the product's secret key can make it."""
    return hmac.new(key.encode(), canonical(list(parts)).encode(), hashlib.sha256).hexdigest()


def is_sealed(found: str, keys: Iterable[str], parts: Iterable[Any]) -> bool:
    """Was the seal made with one of the keys, the present one or those before it?"""
    held = list(parts)
    return any(hmac.compare_digest(seal(key, held), found) for key in keys)


def canonical(value: Any) -> str:
    """The one way to write a JSON value, whichever database it came back from."""
    return _canonical(value)
