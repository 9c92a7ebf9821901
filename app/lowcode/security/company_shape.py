"""Nobody but an administrator comes to reach more by reshaping the trees they stand in.

Where a team stands decides whose records are seen, so whoever may edit teams must not hang others
below the own one, nor the own one elsewhere; the same holds for the kinds of goods somebody
works with.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from app.entities.catalog import ProductCategory
from app.entities.system.organization import Team
from app.lowcode.links import changed, key_after_flush, links_of, related
from app.lowcode.principal import Principal
from app.rules.trees import keys_above, keys_below


def widens_own_reach(session: Session, row: Any, actor: Principal) -> str | None:
    """The field of a changed team or category that would carry `actor` further; None: none does."""
    if row not in session.dirty or not inspect(row).persistent:
        return None  # what is new holds no records yet; what goes carries nobody further
    if isinstance(row, Team):
        if _is_moved(row, "parent_id") and _moves_own_team(session, row, actor):
            return "parent"
        if actor.region_id is not None and _is_moved(row, "region_id"):
            region = key_after_flush(row, links_of(Team)["region_id"])
            return "region" if region == actor.region_id else None
    if isinstance(row, ProductCategory) and _is_moved(row, "parent_id"):
        own = frozenset(actor.places.get("categories", ()))
        return "parent" if _comes_below(session, row, own) else None
    return None


def _is_moved(row: Any, key: str) -> bool:
    return changed(row, links_of(type(row))[key])


def _moves_own_team(session: Session, row: Team, actor: Principal) -> bool:
    if actor.team_id is None:
        return False
    parents = _parents(session, Team)
    # Above the own team any move counts: rules and shares for the teams there are the person's.
    return row.id in keys_above(parents, actor.team_id) or _comes_below(
        session, row, frozenset(keys_below(parents, [actor.team_id]))
    )


def _comes_below(session: Session, row: Any, own: frozenset[int]) -> bool:
    """Would `row`, so far elsewhere, hang below one of `own`?"""
    if row.id in own:
        return False
    link = links_of(type(row))["parent_id"]
    parent = key_after_flush(row, link)
    if parent is None:
        # A parent of the same moment is not known yet; whatever is above it may be of the own.
        return related(row, link) is not None
    return bool(own & keys_above(_parents(session, type(row)), parent))


def _parents(session: Session, model: type[Any]) -> Mapping[int, int | None]:
    with session.no_autoflush:
        parents: dict[int, int | None] = dict(
            session.execute(select(model.id, model.parent_id)).all()
        )
    return parents
