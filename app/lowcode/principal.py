"""Who acts: the person or the job behind every read and write, with rights and data scopes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from app.rules.access import Access, DataScope, RuleEffect, together
from app.rules.masking import FieldLevel

__all__ = [
    "DataScope",
    "NoPrincipal",
    "Principal",
    "RowRule",
    "acting_as",
    "current",
    "current_or_none",
    "system",
]


_EVERYTHING = frozenset({DataScope.ALL})


class NoPrincipal(RuntimeError):  # noqa: N818 - reads as what is missing
    """Code touched scoped rows without saying on whose behalf: refused, never "see all"."""


@dataclass(frozen=True, eq=False)
class RowRule:
    """A rule of the browser as it holds for one person: `clause` is SQL on the rule's entity."""

    #: None for a draft
    id: int | None
    name: str
    effect: RuleEffect
    operation: Access
    clause: Any


@dataclass(frozen=True, eq=False)
class Principal:
    """One acting person (or `system`), resolved once per request or job.

    Compared by identity: what is derived from it is cached as long as it lives.
    """

    user_id: int | None
    name: str
    #: (permission, screen) pairs such as ("can_list", "Customer"); unused for administrators.
    permissions: frozenset[tuple[str, str]] = frozenset()
    #: Entity class name → reach, or the reaches of several roles; a missing entity means none.
    scopes: Mapping[str, DataScope | frozenset[DataScope]] = field(default_factory=dict)
    team_id: int | None = None
    #: The person's team and everything below it (for `DataScope.TEAM`).
    team_ids: tuple[int, ...] = ()
    #: The person's team and everything above it: what is shared with one of them is theirs, too.
    team_line: tuple[int, ...] = ()
    #: Who reports to the person, at any depth (for `DataScope.BELOW`).
    people_ids: tuple[int, ...] = ()
    region_id: int | None = None
    #: The teams of the person's region (for `DataScope.REGION`).
    region_team_ids: tuple[int, ...] = ()
    #: Relationship of `User` → keys of the places the person works at, with those inside them.
    places: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    #: Entities of which some record is shared with the person.
    shared: frozenset[str] = frozenset()
    #: Entity → the rules that are for the person.
    rules: Mapping[str, tuple[RowRule, ...]] = field(default_factory=dict)
    #: Entity → column → how far the person may go with it; what is not named may be written.
    field_levels: Mapping[str, Mapping[str, FieldLevel]] = field(default_factory=dict)
    roles: tuple[str, ...] = ()
    #: The one role of the person that a program's key is bound to; None where all of them count.
    role_id: int | None = None
    #: Keys of the roles that the person may give to others and take from them.
    grants: frozenset[int] = frozenset()
    is_administrator: bool = False
    is_system: bool = False
    #: Network address of the request, for the audit trail.
    address: str | None = None

    @property
    def sees_all(self) -> bool:
        return self.is_administrator or self.is_system

    def can(self, permission: str, screen: str) -> bool:
        """Is `permission` ("can_list", "can_edit", an action's name) theirs on a screen?"""
        return self.sees_all or (permission, screen) in self.permissions

    def reaches(self, entity: str) -> frozenset[DataScope]:
        """Whose rows of an entity are theirs; empty for none."""
        if self.sees_all:
            return _EVERYTHING
        held = self.scopes.get(entity, DataScope.NONE)
        return together([held]) if isinstance(held, DataScope) else held


_current: ContextVar[Principal | None] = ContextVar("kehu_principal", default=None)


def current() -> Principal:
    """The acting principal; `NoPrincipal` where none was set."""
    principal = _current.get()
    if principal is None:
        raise NoPrincipal("no request, no acting_as(), no system(): on whose behalf?")
    return principal


def current_or_none() -> Principal | None:
    return _current.get()


@contextmanager
def acting_as(principal: Principal) -> Iterator[Principal]:
    """Everything inside is done on behalf of `principal`."""
    token = _current.set(principal)
    try:
        yield principal
    finally:
        _current.reset(token)


@contextmanager
def system(reason: str) -> Iterator[Principal]:
    """Everything inside sees all rows; `reason` stands in the audit trail as the actor's name."""
    with acting_as(Principal(None, reason, is_system=True)) as principal:
        yield principal
