"""Everybody who may sign in, as the permission engine sees them: for whoever asks about others."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.entities.system.user import User
from app.lowcode.principal import Principal, system
from app.lowcode.security.identity import Identity, find_identities, principal_of


@dataclass(frozen=True)
class Person:
    """An active account and the Principal it acts with."""

    identity: Identity
    principal: Principal

    @property
    def id(self) -> int:
        key: int = self.identity.user.id
        return key

    @property
    def name(self) -> str:
        return self.principal.name


def active_people(*conditions: Any) -> Iterator[Person]:
    """Active accounts in the order of their names; one statement for all that are known."""
    with system("access"):
        for identity in find_identities(User.active, *conditions):
            yield Person(identity, principal_of(identity))


def person(user_id: int) -> Person | None:
    """An active account by its key; None where there is none (any more)."""
    return next(active_people(User.id == user_id), None)
