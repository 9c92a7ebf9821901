"""Who acts: the person or the job behind every read and write, with rights and data scopes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from app.rules.access import DataScope

__all__ = [
    "DataScope",
    "NoPrincipal",
    "Principal",
    "acting_as",
    "current",
    "current_or_none",
    "system",
]


class NoPrincipal(RuntimeError):  # noqa: N818 - reads as what is missing
    """Code touched scoped rows without saying on whose behalf: refused, never "see all"."""


@dataclass(frozen=True, eq=False)
class Principal:
    """One acting person (or `system`), resolved once per request or job.

    Compared by identity: what is derived from it is cached as long as it lives.
    """

    user_id: int | None
    name: str
    #: (permission, screen) pairs such as ("can_list", "Customer"); unused for administrators.
    permissions: frozenset[tuple[str, str]] = frozenset()
    #: Entity class name → widest scope of the person's roles; a missing entity means none.
    scopes: Mapping[str, DataScope] = field(default_factory=dict)
    #: The person's team and everything below it (for `DataScope.TEAM`).
    team_ids: tuple[int, ...] = ()
    team_id: int | None = None
    roles: tuple[str, ...] = ()
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

    def scope_of(self, entity: str) -> DataScope:
        return DataScope.ALL if self.sees_all else self.scopes.get(entity, DataScope.NONE)


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
