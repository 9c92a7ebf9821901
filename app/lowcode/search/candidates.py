"""The few rows among which the best are looked for: nobody ranks all that a common word finds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from app.lowcode.search.belonging import says_all
from app.lowcode.search.declared import Searched, searched_of
from app.lowcode.search.matching import query_of
from app.lowcode.search.newest import newest_keys
from app.rules.search import Query, beginning, is_spelled, words_of

#: of one entity; beyond them only what begins with the words typed is looked at
MOST = 100


@dataclass(frozen=True, eq=False)
class Asked:
    """What is asked of one entity: the columns that the acting person may read, and the words."""

    searched: Searched
    paths: tuple[str, ...]
    query: Query
    typed: str

    @property
    def model(self) -> type[Any]:
        return self.searched.model


@dataclass(frozen=True)
class Candidates:
    """Keys to choose from, and which of them begin with what was typed, where there are many."""

    keys: Sequence[int]
    best: Sequence[int] = ()


def ask(
    model: type[Any], paths: Sequence[str], typed: str, *, tolerant: bool = False
) -> Asked | None:
    """None where the index cannot answer, or holds no row of that kind."""
    searched = searched_of(model)
    if searched is None or not all(map(is_spelled, words_of(typed))):
        return None
    own = tuple(path for path in dict.fromkeys(paths) if path in searched.by_path)
    query = query_of(searched, own, typed, tolerant=tolerant)
    return Asked(searched, own, query, typed) if query else None


def candidates(asked: Sequence[Asked]) -> list[Candidates | None]:
    """For each, by one statement; None where a word is common and the index cannot say whose rows
    are whose.

    A second statement where a word is so common that the best may be missing.
    """
    found = newest_keys([(each.searched, each.query) for each in asked], MOST)
    crowded = [each for each in asked if len(found.get(each.model, ())) >= MOST]
    unknown = [each for each in crowded if not says_all(each.searched)]
    better = [
        (each.searched, query) for each in crowded if each not in unknown for query in _better(each)
    ]
    best = newest_keys(better, MOST)
    return [
        None
        if each in unknown
        else Candidates(
            list(dict.fromkeys([*best.get(each.model, ()), *found.get(each.model, ())])),
            best.get(each.model, ()),
        )
        for each in asked
    ]


def _better(asked: Asked) -> Iterator[Query]:
    """Rows that are called what was typed, and such as begin so."""
    name = asked.searched.name
    if name is not None and name.path in asked.paths:
        for is_all in (True, False):
            query = beginning(name.code, asked.typed, is_all=is_all)
            if query is not None:
                yield query
