"""Idempotency keys: a request that comes twice has its effect once and gets the same answer.

A key is claimed before the work begins and in its transaction, so the second of two requests at
the same moment waits for the first one; and whatever is refused gives its key back. Where all of
the work is rows, the key can be taken with the last of them: the second one is then done in vain.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from app.entities.system.once import IdempotencyKey
from app.entities.types import now_utc
from app.lowcode import audit
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


@dataclass(frozen=True)
class Key:
    """A key of one person for one request; without its text nothing is remembered."""

    session: Session
    user_id: int | None
    text: str | None
    digest: str

    def take(self) -> bool:
        """Is it the first time?"""
        if not self.text:
            return True
        connection = self.session.connection()
        return connection.execute(_taking(connection.dialect.name), self._row()).first() is not None

    def commit(self, answer: Answer, besides: Sequence[audit.Beside] = ()) -> bool:
        """Commit what the request asked for; False, and all is taken back, where it was done
        before. `answer`: what a repetition will be told; `besides`: what else is to be written."""
        if self.text:
            taking = _taking(self.session.connection().dialect.name)
            besides = [audit.Beside(taking, self._row(answer), is_new=True), *besides]
        return audit.commit_with(self.session, besides)

    def _row(self, answer: Answer | None = None) -> dict[str, Any]:
        told = vars(answer) if answer else dict.fromkeys(("status", "location", "body"))
        held = {"user_id": self.user_id, "key": self.text, "digest": self.digest}
        row = held | told | {"created_on": now_utc()}
        return {f"taken_{name}": value for name, value in row.items()}

    def earlier(self) -> Answer | None:
        """What the first request was told; KeyReused where that was another one."""
        known = self.text and self.session.get(IdempotencyKey, (self.user_id, self.text))
        if not known:
            return None
        answer = Answer(known.status or 200, known.location, known.body)
        if known.digest != self.digest:
            raise KeyReused("This key was already used for another request.", answer)
        return answer


class Claim:
    """A key in use by this transaction; `answer` is set once the work was done."""

    def __init__(self, held: Key | None = None, answer: Answer | None = None) -> None:
        """`held`: None where nothing is to be remembered."""
        self._held = held
        self.answer = answer

    def keep(self, answer: Answer) -> None:
        """Before the commit: what a repetition will be told."""
        self.answer = answer
        if self._held is not None and self._held.text:
            told = {"whose": self._held.user_id, "which": self._held.text, **vars(answer)}
            self._held.session.connection().execute(_telling, told)


def claim(session: Session, key: str | None, *request: Any) -> Claim:
    """Take `key` for `request` (JSON values that say what is wanted) and the acting person.

    Without a key nothing is remembered. KeyReused where it stands for another request,
    InvalidInput where it is none.
    """
    return _claimed(_key(session, key, *request))


def _claimed(key: Key) -> Claim:
    return Claim(key) if key.take() else Claim(answer=key.earlier())


def _key(session: Session, text: str | None, *request: Any) -> Key:
    if not text:
        return Key(session, None, None, "")
    if not _READABLE.fullmatch(text):
        raise InvalidInput("An idempotency key is 1 to 200 visible ASCII characters.")
    return Key(session, current().user_id, text, digest_of(request))


@cache
def _taking(dialect: str) -> Any:
    """The statement that tells the key where it was free."""
    row = {column.key: bindparam(f"taken_{column.key}", type_=column.type) for column in _keys.c}
    insert = _DIALECTS[dialect].insert(_keys).values(row).on_conflict_do_nothing()
    return insert.returning(_keys.c.key)


def claim_form(session: Session, path: str, posted: MultiDict[str, str]) -> Claim:
    """`claim` for a posted form, whose key counts for its own address."""
    return _claimed(key_of_form(session, path, posted))


def key_of_form(session: Session, path: str, posted: MultiDict[str, str]) -> Key:
    """The key of a posted form, to be taken with the last of its effects."""
    key = posted.get("key")
    fields = sorted([pair for pair in posted.lists() if pair[0] not in _CARRIED])
    return _key(session, f"{path}#{key}" if key else None, fields)


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
