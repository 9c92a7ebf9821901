"""Where a person stands: the teams, people, places, shares and rules that decide about rows.

Read when a person is resolved for the first time and again when the epoch of access has moved.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from app.entities.catalog import ProductCategory
from app.entities.system.organization import Team
from app.entities.system.row_access import AccessRule, AccessRuleSubject, RecordShare
from app.entities.system.user import User, user_category, user_warehouse
from app.extensions import db
from app.lowcode.access.rules import compiled
from app.lowcode.fields.moments import today
from app.lowcode.principal import RowRule, system
from app.rules.access import DataScope
from app.rules.trees import keys_above, keys_below


@dataclass(frozen=True, eq=False)
class Standing:
    """The fields of a Principal that follow from the company's shape; see there."""

    team_ids: tuple[int, ...] = ()
    team_line: tuple[int, ...] = ()
    people_ids: tuple[int, ...] = ()
    region_team_ids: tuple[int, ...] = ()
    places: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    shared: frozenset[str] = frozenset()
    rules: Mapping[str, tuple[RowRule, ...]] = field(default_factory=dict)
    #: The day that rules compare with; None where there are no rules.
    day: date | None = None

    @property
    def holds(self) -> bool:
        return self.day is None or self.day == today()


#: of an administrator, who reaches everything from anywhere
NOWHERE = Standing()


def standing_of(user: Any, role_ids: Iterable[int], reaches: frozenset[DataScope]) -> Standing:
    """`reaches`: every reach of the person's roles, so that nothing is read for nothing."""
    with system("access"), db.session.no_autoflush:
        team_ids, team_line, region_team_ids = _teams(user)
        rules = _rules(user.id, frozenset(role_ids), team_ids, frozenset(team_line))
        return Standing(
            team_ids=team_ids,
            team_line=team_line,
            people_ids=_people_below(user.id) if DataScope.BELOW in reaches else (),
            region_team_ids=region_team_ids,
            places=_places(user.id) if DataScope.OWN in reaches else {},
            shared=_shared(user.id, team_line),
            rules=rules,
            day=today() if rules else None,
        )


def _teams(user: Any) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    if user.team_id is None and user.region_id is None:
        return (), (), ()
    rows = db.session.execute(select(Team.id, Team.parent_id, Team.region_id)).all()
    parents = {key: parent for key, parent, _region in rows}
    in_region = (key for key, _parent, region in rows if region and region == user.region_id)
    if user.team_id is None:
        return (), (), tuple(sorted(in_region))
    return (
        tuple(sorted(keys_below(parents, [user.team_id]))),
        tuple(sorted(keys_above(parents, user.team_id))),
        tuple(sorted(in_region)),
    )


def _people_below(user_id: int) -> tuple[int, ...]:
    rows = db.session.execute(select(User.id, User.reports_to_id))
    bosses: dict[int, int | None] = dict(rows.all())
    return tuple(sorted(keys_below(bosses, [user_id]) - {user_id}))


def _places(user_id: int) -> dict[str, tuple[int, ...]]:
    warehouses = select(user_warehouse.c.warehouse_id).where(user_warehouse.c.user_id == user_id)
    categories = select(user_category.c.category_id).where(user_category.c.user_id == user_id)
    places = {"warehouses": tuple(sorted(db.session.scalars(warehouses)))}
    if chosen := list(db.session.scalars(categories)):
        rows = db.session.execute(select(ProductCategory.id, ProductCategory.parent_id))
        parents: dict[int, int | None] = dict(rows.all())
        places["categories"] = tuple(sorted(keys_below(parents, chosen)))
    return places


def _shared(user_id: int, team_line: tuple[int, ...]) -> frozenset[str]:
    with_them = or_(RecordShare.user_id == user_id, RecordShare.team_id.in_(team_line))
    return frozenset(db.session.scalars(select(RecordShare.entity).where(with_them).distinct()))


def _rules(
    user_id: int,
    role_ids: frozenset[int],
    team_ids: tuple[int, ...],
    team_line: frozenset[int],
) -> dict[str, tuple[RowRule, ...]]:
    found: dict[str, list[RowRule]] = {}
    statement = (
        select(AccessRule)
        .where(AccessRule.is_active)
        .options(selectinload(AccessRule.subjects))
        .order_by(AccessRule.id)
    )
    for rule in db.session.scalars(statement):
        if is_for(rule.subjects, user_id, role_ids, team_line):
            found.setdefault(rule.entity, []).append(compiled(rule, user_id, team_ids))
    return {entity: tuple(rules) for entity, rules in found.items()}


def is_for(
    subjects: Iterable[AccessRuleSubject],
    user_id: int,
    role_ids: frozenset[int],
    team_line: frozenset[int],
) -> bool:
    """Is a rule with these subjects for the person: named or for all, and no exception?"""
    named, is_named, is_excepted = False, False, False
    for subject in subjects:
        hit = (
            subject.user_id == user_id
            or subject.role_id in role_ids
            or subject.team_id in team_line
        )
        if subject.is_exception:
            is_excepted = is_excepted or hit
        else:
            named, is_named = True, is_named or hit
    return (is_named or not named) and not is_excepted
