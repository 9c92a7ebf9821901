"""Compiled statements are found by the statement itself before they are found by what it says.

SQLAlchemy keeps them by a tuple of all that a statement consists of: to hash it goes through
thousands of objects, for most pages as long as what the database does. Here statements are mostly
kept, and each has its tuple with it: the same tuple is the same statement.
"""

from collections.abc import Iterator, MutableMapping
from contextlib import suppress
from typing import Any

from sqlalchemy.util import LRUCache

#: statements by what they say: SQLAlchemy's own number
_SAID = 500
#: statements by themselves; what was made for one page alone goes as it came
_SAME = 500
#: the dialect, what the statement says, names of its parameters, and how it is executed
Key = tuple[Any, ...]


class CompiledStatements(MutableMapping[Key, Any]):
    """For `execution_options(compiled_cache=…)` of an engine; safe between threads."""

    def __init__(self) -> None:
        self._said: LRUCache[Key, Any] = LRUCache(_SAID)
        #: the identity of what it says → (the whole key, which keeps that alive; the statement)
        self._same: dict[int, tuple[Key, Any]] = {}

    def get(self, key: Key, default: Any = None) -> Any:
        held = self._same.get(id(key[1]))
        if held is not None and _is_same(held[0], key):
            return held[1]
        found = self._said.get(key)
        if found is None:
            return default
        if len(self._same) >= _SAME:
            # Another thread may be doing the same: then there is room.
            with suppress(RuntimeError, KeyError, StopIteration):
                del self._same[next(iter(self._same))]
        self._same[id(key[1])] = key, found
        return found

    def __getitem__(self, key: Key) -> Any:
        return self._said[key]

    def __setitem__(self, key: Key, compiled: Any) -> None:
        self._said[key] = compiled

    def __delitem__(self, key: Key) -> None:
        self._same.pop(id(key[1]), None)
        del self._said[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._said)

    def __len__(self) -> int:
        return len(self._said)


def _is_same(one: Key, other: Key) -> bool:
    return one[1] is other[1] and one[0] is other[0] and one[2:] == other[2:]
