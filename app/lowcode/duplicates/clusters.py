"""What the last scan found, as far as the acting person sees it, and what they decide about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.orm import Session

from app.entities.system.duplicates import DuplicateCluster, DuplicateMember, NotDuplicate
from app.entities.system.job import Job
from app.lowcode import principal
from app.lowcode.duplicates.finding import rules_of
from app.lowcode.duplicates.scanning import JOB
from app.lowcode.duplicates.sound import sound
from app.lowcode.jobs import enqueue
from app.rules.matching import MatchReason, keys_of, similarity

PAGE = 20


@dataclass
class Cluster:
    """Rows that are probably one; score and reasons are those of what they hold now."""

    key: int
    rows: list[Any]
    score: int
    reasons: list[MatchReason]


def count(session: Session, model: type[Any]) -> int:
    """How many clusters hold at least two rows that the acting person sees."""
    return session.scalar(select(func.count()).select_from(_seen(model).subquery())) or 0


def page_of(session: Session, model: type[Any], page: int) -> list[Cluster]:
    """PAGE of them, the surest first; `page` from 1 on."""
    keys = session.scalars(
        select(DuplicateCluster.id)
        .where(DuplicateCluster.id.in_(_seen(model)))
        .order_by(DuplicateCluster.score.desc(), DuplicateCluster.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    rows: dict[int, list[Any]] = {}
    for key, row in session.execute(_members(model, DuplicateMember.cluster_id.in_(keys))):
        rows.setdefault(key, []).append(row)
    return [_cluster(key, rows[key]) for key in keys]


def rows_of(session: Session, model: type[Any], key: int) -> list[Any]:
    """The rows of one cluster that the acting person sees; [] where there is no such cluster."""
    found = session.execute(_members(model, DuplicateMember.cluster_id == key))
    return [row for _key, row in found]


def dismiss(session: Session, model: type[Any], key: int, rows: Sequence[Any]) -> None:
    """Remember that these rows of a cluster are no duplicates; the cluster goes."""
    name, actor = model.__name__, principal.current()
    for low, high in combinations(sorted(row.id for row in rows), 2):
        pair = {"entity": name, "low_id": low, "high_id": high}
        if session.get(NotDuplicate, pair) is None:
            session.add(NotDuplicate(**pair, decided_by_id=actor.user_id))
    forget(session, model, key)


def forget(session: Session, model: type[Any], key: int) -> None:
    own = (DuplicateCluster.id == key, DuplicateCluster.entity == model.__name__)
    for row in session.scalars(select(DuplicateCluster).where(*own)):
        gone = delete(DuplicateMember).where(DuplicateMember.cluster_id == row.id)
        session.execute(gone.execution_options(synchronize_session=False))
        session.delete(row)


def start_scan(session: Session, model: type[Any]) -> Job:
    """Look through all rows again, in the background; the one that runs where one does."""
    name = model.__name__
    job: Job = enqueue(session, JOB, {"entity": name}, unique_key=f"{JOB}-{name}")
    return job


def last_scan(session: Session, model: type[Any]) -> Job | None:
    """The newest scan of the entity, waiting, running or ended."""
    jobs = session.scalars(select(Job).where(Job.kind == JOB).order_by(Job.id.desc()).limit(100))
    return next((job for job in jobs if job.arguments.get("entity") == model.__name__), None)


def _seen(model: type[Any]) -> Select[tuple[int]]:
    return (
        select(DuplicateMember.cluster_id)
        .join(DuplicateCluster, DuplicateCluster.id == DuplicateMember.cluster_id)
        .join(model, model.id == DuplicateMember.entity_id)
        .where(DuplicateCluster.entity == model.__name__)
        .group_by(DuplicateMember.cluster_id)
        .having(func.count() > 1)
    )


def _members(model: type[Any], condition: ColumnElement[bool]) -> Select[Any]:
    return (
        select(DuplicateMember.cluster_id, model)
        .join(DuplicateCluster, DuplicateCluster.id == DuplicateMember.cluster_id)
        .join(model, model.id == DuplicateMember.entity_id)
        .where(DuplicateCluster.entity == model.__name__, condition)
        .order_by(DuplicateMember.cluster_id, model.id)
    )


def _cluster(key: int, rows: list[Any]) -> Cluster:
    score, reasons = compared(rows)
    return Cluster(key, rows, score, reasons)


def compared(rows: Sequence[Any]) -> tuple[int, list[MatchReason]]:
    """(score of the surest pair, what speaks for and against any of them being one)."""
    rules = rules_of(type(rows[0]))
    names = {name for rule in rules for name in (*rule.reads, *rule.stored) if name}
    keys = [
        keys_of(rules, {name: getattr(row, name) for name in names}, sound, stored=True)
        for row in rows
    ]
    pairs = [similarity(rules, one, other) for one, other in combinations(keys, 2)]
    pairs.sort(key=lambda pair: -pair.score)
    reasons = dict.fromkeys(reason for pair in pairs for reason in pair.reasons)
    return (pairs[0].score if pairs else 0), list(reasons)
