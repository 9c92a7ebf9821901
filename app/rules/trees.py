"""Trees of rows (teams, categories, parts lists): nothing may contain itself."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from app.rules.errors import DomainError

T = TypeVar("T")


def ancestors(node: T, parent_of: Callable[[T], T | None]) -> Iterator[T]:
    """The parents of `node` from the nearest up; stops where the chain meets itself."""
    seen = [node]
    parent = parent_of(node)
    while parent is not None and not any(parent is known for known in seen):
        yield parent
        seen.append(parent)
        parent = parent_of(parent)


def descendants(node: T, children_of: Callable[[T], Iterable[T]]) -> Iterator[T]:
    """Everything below `node`, each row once however often it is reached."""
    seen = [node]
    waiting = list(children_of(node))
    while waiting:
        child = waiting.pop()
        if any(child is known for known in seen):
            continue
        yield child
        seen.append(child)
        waiting.extend(children_of(child))


def keys_above(parents: Mapping[int, int | None], key: int) -> set[int]:
    """The key and those of all its parents; `parents`: key → key of its parent."""
    found: set[int] = set()
    at: int | None = key
    while at is not None and at not in found:
        found.add(at)
        at = parents.get(at)
    return found


def keys_below(parents: Mapping[int, int | None], keys: Iterable[int]) -> set[int]:
    """The keys and those of everything below them, at any depth."""
    children: dict[int, list[int]] = {}
    for key, parent in parents.items():
        if parent is not None:
            children.setdefault(parent, []).append(key)
    found, waiting = set(), list(keys)
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting.extend(children.get(key, ()))
    return found


def check_parent(node: T, parent_of: Callable[[T], T | None], *, field: str) -> None:
    """Raises DomainError when a row stands below itself, directly or through others."""
    parent = parent_of(node)
    if parent is None:
        return
    if parent is node or any(above is node for above in ancestors(parent, parent_of)):
        raise DomainError("A row cannot stand below itself. Choose another parent.", field=field)
