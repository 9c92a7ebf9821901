"""What is worth keeping as long as there is room for it."""

from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

Kept = TypeVar("Kept")


class Bounded(Generic[Kept]):
    """At most so many values by key; the older half goes where another one needs room."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[Hashable, Kept] = {}

    def get(self, key: Hashable, make: Callable[..., Kept], *about: Any) -> Kept:
        """The value of the key, made of `about` where it is not kept."""
        found = self._kept.get(key)
        if found is None:
            found = make(*about)
            if len(self._kept) >= self._most:
                for oldest in list(self._kept)[: self._most // 2]:
                    self._kept.pop(oldest, None)
            self._kept[key] = found
        return found
