"""One address: what it asks of whoever knocks, and a request for it."""

from dataclasses import dataclass, field
from typing import Any

from tests.access.world import Company

#: For forms and programs that were let in but sent nothing: done, sent on, or told why not.
TRIED = frozenset({200, 302, 409, 422})
#: the same where an empty form cannot even be read
UNREAD = frozenset({400})
FOUND = frozenset({200})
ABSENT = frozenset({404})
#: the address is there for every screen, but this one has nothing behind it
CLOSED = frozenset({403, 404})


@dataclass(frozen=True)
class Door:
    """What one address asks of whoever knocks.

    `rights`: all of them are needed; a tuple inside stands for any one of several.
    """

    rights: tuple[str | tuple[str, ...], ...] = ()
    opened: frozenset[int] = FOUND
    #: answers nobody who is not signed in
    is_private: bool = True


@dataclass(frozen=True)
class Probe:
    """One request; `path` and `body` name rows as {key} and {file}."""

    method: str
    path: str
    door: Door
    body: dict[str, Any] = field(default_factory=dict)
    #: the entity whose row is meant; None: no row
    entity: str | None = None
    #: is that row somebody's, so that others do not find it?
    is_owned: bool = False

    def request(self, company: Company, side: str) -> tuple[str, str, dict[str, Any]]:
        keys = {"key": 1, "file": 1}
        if self.entity:
            keys["key"] = company.keys[self.entity][side]
            keys["file"] = company.files.get(self.entity, {}).get(side, 1)
        return self.method, _filled(self.path, keys), _filled(self.body, keys)


def _filled(value: Any, keys: dict[str, int]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(part, keys) for name, part in value.items()}
    return value.format(**keys) if isinstance(value, str) else value
