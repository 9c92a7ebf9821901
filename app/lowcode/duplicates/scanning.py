"""Looking through all rows of an entity for such that are probably one, never each with each."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, product
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, func, insert, inspect, select
from sqlalchemy.orm import Session

from app.entities.system.duplicates import DuplicateCluster, DuplicateMember, NotDuplicate
from app.entities.types import now_utc
from app.lowcode.duplicates.finding import keys_in_store, parts
from app.lowcode.duplicates.tokens import MOST_PLACES, TokenIndex
from app.rules.errors import DomainError
from app.rules.matching import SUSPECT, Keys, similarity, tokens

JOB = "find_duplicates"
#: rows with one key in common are compared each with each up to here, beyond it with the next one
MOST_TOGETHER = 50
#: rows that one cluster holds: more cannot be looked at side by side
MOST_MEMBERS = 20
#: from this score on a pair holds together what is not all alike
SURE = 90
_MOST_PAIRS = 5_000_000
_CHUNK = 2_000

Pair = tuple[int, int]
#: gets percent and a text
Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Scanned:
    """What a scan came to: rows looked at, clusters found, and keys that too many rows share."""

    rows: int
    clusters: int
    capped: int


def scan(session: Session, model: type[Any], progress: Progress) -> Scanned:
    """Replace the clusters of an entity by what its rows say now, whoever's they are.

    Decisions stay: two rows that somebody found to be two are not put together again, unless
    others hold them together. Does not commit.
    """
    if not model.match_rules:
        raise DomainError("There are no rules by which duplicates are found here.")
    index, keys = _index(session, model, progress)
    pairs, capped = _pairs(index)
    del index
    progress(60, _("%(count)s pairs to compare", count=len(pairs)))
    alike = _compare(session, model, [(keys[one], keys[other]) for one, other in pairs], progress)
    clusters = _clusters(alike)
    _store(session, model, clusters)
    return Scanned(len(keys), len(clusters), capped)


def _index(
    session: Session, model: type[Any], progress: Progress
) -> tuple[TokenIndex, Sequence[int]]:
    """The rows by token, and the key of each place in it."""
    rules, index, keys = model.match_rules, TokenIndex(), array("q")
    table = inspect(model).local_table
    total = session.scalar(select(func.count()).select_from(table)) or 0
    if total > MOST_PLACES:
        raise DomainError("There are too many rows to compare.")
    for key, compared in keys_in_store(session, model, rules):
        for token in set(tokens(rules, compared)):
            index.add(token, len(keys))
        keys.append(key)
        if not len(keys) % _CHUNK:
            progress(50 * len(keys) / max(total, 1), _("%(count)s rows read", count=len(keys)))
    index.seal()
    return index, keys


def _pairs(index: TokenIndex) -> tuple[set[Pair], int]:
    """Places to compare, and how many keys were too common to compare each with each."""
    pairs: set[Pair] = set()
    capped = 0
    for places in index.groups():
        is_capped = len(places) > MOST_TOGETHER or len(pairs) > _MOST_PAIRS
        capped += is_capped
        pairs.update(pairwise(places) if is_capped else combinations(places, 2))
    return pairs, capped


def _compare(
    session: Session, model: type[Any], pairs: list[Pair], progress: Progress
) -> list[tuple[int, Pair]]:
    """(score, keys) of the pairs that are suspect and that nobody has decided about."""
    rules, found = model.match_rules, []
    decided = _decided(session, model)
    for number, some in enumerate(parts(sorted(pairs), _CHUNK)):
        known = _keys_of(session, model, {key for pair in some for key in pair})
        for one, other in some:
            if (one, other) in decided:
                continue
            score = similarity(rules, known[one], known[other]).score
            if score >= SUSPECT:
                found.append((score, (one, other)))
        progress(60 + 35 * number * _CHUNK / len(pairs), _("%(count)s found", count=len(found)))
    return found


def _keys_of(session: Session, model: type[Any], keys: Iterable[int]) -> dict[int, Keys]:
    known: dict[int, Keys] = {}
    for some in parts(sorted(keys)):
        known.update(keys_in_store(session, model, model.match_rules, {"id": some}))
    return known


def _decided(session: Session, model: type[Any]) -> set[Pair]:
    query = select(NotDuplicate.low_id, NotDuplicate.high_id)
    rows = session.execute(query.where(NotDuplicate.entity == model.__name__))
    return {(low, high) for low, high in rows}


@dataclass(eq=False)
class _Cluster:
    score: int
    members: list[int]


def _clusters(alike: list[tuple[int, Pair]]) -> list[_Cluster]:
    """Rows that are all alike, or held together by sure pairs; at most MOST_MEMBERS each.

    Else a chain of slight differences would put together what has nothing in common.
    """
    known = {pair for _score, pair in alike}
    cluster_of: dict[int, _Cluster] = {}
    for score, (one, other) in sorted(alike, key=lambda pair: (-pair[0], pair[1])):
        ours = cluster_of.get(one) or _Cluster(score, [one])
        theirs = cluster_of.get(other) or _Cluster(score, [other])
        if ours is theirs or len(ours.members) + len(theirs.members) > MOST_MEMBERS:
            continue
        across = product(ours.members, theirs.members)
        if score < SURE and not all((min(p), max(p)) in known for p in across):
            continue
        ours.score = max(ours.score, theirs.score)
        ours.members += theirs.members
        cluster_of.update(dict.fromkeys(ours.members, ours))
    return list(dict.fromkeys(cluster_of.values()))


def _store(session: Session, model: type[Any], clusters: list[_Cluster]) -> None:
    name, now = model.__name__, now_utc()
    own = select(DuplicateCluster.id).where(DuplicateCluster.entity == name)
    for old in (
        delete(DuplicateMember).where(DuplicateMember.cluster_id.in_(own)),
        delete(DuplicateCluster).where(DuplicateCluster.entity == name),
    ):
        session.execute(old.execution_options(synchronize_session=False))
    for some in parts(clusters, _CHUNK):
        values = [{"entity": name, "score": found.score, "found_on": now} for found in some]
        statement = insert(DuplicateCluster).returning(
            DuplicateCluster.id, sort_by_parameter_order=True
        )
        made = session.scalars(statement, values).all()
        session.execute(insert(DuplicateMember), list(_members(made, some)))


def _members(made: Iterable[int], clusters: Iterable[_Cluster]) -> Iterator[dict[str, int]]:
    for key, found in zip(made, clusters, strict=True):
        for member in sorted(found.members):
            yield {"cluster_id": key, "entity_id": member}
