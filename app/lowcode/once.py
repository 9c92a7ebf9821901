"""Idempotency keys: a request that comes twice has its effect once and gets the same answer.

A key is claimed before the work begins and in its transaction, so the second of two requests at
the same moment waits for the first one; and whatever is refused gives its key back.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.entities.system.once import IdempotencyKey
from app.lowcode.principal import current
from app.rules.errors import DomainError, InvalidInput

#: how long a repetition is known as one
KEPT = timedelta(hours=48)
_keys: Any = IdempotencyKey.__table__
_DIALECTS: dict[str, Any] = {"sqlite": sqlite, "postgresql": postgresql}
_telling = update(_keys).where(
    _keys.c.user_id == bindparam("whose"), _keys.c.key == bindparam("which")
)
_READABLE = re.compile(r"[\x21-\x7e]{1,200}")
#: what a form posts along that says nothing about what is wanted
_CARRIED = frozenset({"csrf_token", "key", "whose", "resumed"})


class KeyReused(DomainError):  # noqa: N818 - reads as what happened
    """The key stands for another request of the same person; `answer` is what that one got."""

    def __init__(self, text: str, answer: "Answer") -> None:
        super().__init__(text)
        self.answer = answer


@dataclass(frozen=True)
class Answer:
    """What is told again: HTTP status, address to go to, and a body as JSON."""

    status: int
    location: str | None = None
    body: Any = None


class Claim:
    """A key in use by this transaction; `answer` is set once the work was done."""

    def __init__(
        self, held: tuple[Session, int, str] | None = None, answer: Answer | None = None
    ) -> None:
        """`held`: the session, and whose key it is; None where nothing is remembered."""
        self._held = held
        self.answer = answer

    def keep(self, answer: Answer) -> None:
        """Before the commit: what a repetition will be told."""
        self.answer = answer
        if self._held is not None:
            session, user_id, key = self._held
            told = {"whose": user_id, "which": key, **vars(answer)}
            session.connection().execute(_telling, told)


def claim(session: Session, key: str | None, *request: Any) -> Claim:
    """Take `key` for `request` (JSON values that say what is wanted) and the acting person.

    Without a key nothing is remembered. KeyReused where it stands for another request,
    InvalidInput where it is none.
    """
    if not key:
        return Claim()
    if not _READABLE.fullmatch(key):
        raise InvalidInput("An idempotency key is 1 to 200 visible ASCII characters.")
    user_id, digest = current().user_id, digest_of(request)
    connection = session.connection()
    row = {"user_id": user_id, "key": key, "digest": digest}
    if connection.scalar(_claiming(connection.dialect.name), row) is not None:
        return Claim((session, user_id, key))
    known = session.get_one(IdempotencyKey, (user_id, key))
    answer = Answer(known.status or 200, known.location, known.body)
    if known.digest != digest:
        raise KeyReused("This key was already used for another request.", answer)
    return Claim(answer=answer)


@cache
def _claiming(dialect: str) -> Any:
    """The statement that tells the key where it was free."""
    insert = _DIALECTS[dialect].insert(_keys).on_conflict_do_nothing()
    return insert.returning(_keys.c.key)


def claim_form(session: Session, path: str, posted: Mapping[str, Any]) -> Claim:
    """`claim` for a posted form (a MultiDict), whose key counts for its own address."""
    key = posted.get("key")
    fields = sorted(
        (name, posted.getlist(name))  # type: ignore[attr-defined]
        for name in posted
        if name not in _CARRIED
    )
    return claim(session, f"{path}#{key}" if key else None, fields)


def claim_content(session: Session, path: str, key: str | None, *content: str) -> Claim:
    """`claim` where other content under one key is another request, and the same is none: notes
    and files that follow each other on one page."""
    own = f"{path}#{key}#{digest_of(content)[:32]}" if key else None
    return claim(session, own, content)


def new_key() -> str:
    return secrets.token_urlsafe(16)


def digest_of(request: Any) -> str:
    """SHA-256 of JSON values; the order of an object's members does not count."""
    text = json.dumps(request, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
