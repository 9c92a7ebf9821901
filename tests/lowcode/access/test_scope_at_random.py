"""For people, roles, shares and rules at random: what SQL leaves is what plain Python says."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.entities.customers import Contact, Customer
from app.entities.system.access import RoleScope
from app.entities.system.organization import Region, Team
from app.entities.system.row_access import AccessRule, AccessRuleSubject, RecordShare
from app.entities.system.user import Role, User
from app.lowcode.access.criteria import criterion
from app.lowcode.principal import DataScope, acting_as
from app.lowcode.security.identity import forget_rights, principal_for
from app.rules.access import Access, RuleEffect
from app.rules.customers import Tier

pytestmark = pytest.mark.usefixtures("database")

PEOPLE, TEAMS, REGIONS = 6, 4, 2
TIERS = list(Tier)[:2]
maybe_team = st.none() | st.integers(0, TEAMS - 1)
maybe_region = st.none() | st.integers(0, REGIONS - 1)


@dataclass(frozen=True)
class Someone:
    team: int | None
    region: int | None
    #: only people before this one in the list: no rings
    boss: int | None
    reaches: tuple[DataScope, ...]


@dataclass(frozen=True)
class Record:
    owner: int | None
    team: int | None
    region: int | None
    tier: int


@dataclass(frozen=True)
class Shared:
    record: int
    person: int | None
    team: int | None
    access: Access


@dataclass(frozen=True)
class Rule:
    effect: RuleEffect
    operation: Access
    tier: int
    team: int | None
    excepted: int | None


@dataclass(frozen=True)
class World:
    """Everything by its place in its list; `parents` and `regions` are of the teams."""

    parents: tuple[int | None, ...]
    regions: tuple[int | None, ...]
    people: tuple[Someone, ...]
    records: tuple[Record, ...]
    shares: tuple[Shared, ...]
    rules: tuple[Rule, ...]

    # the same said in plain Python ------------------------------------------------
    def teams_above(self, team: int | None) -> set[int]:
        found: set[int] = set()
        while team is not None:
            found.add(team)
            team = self.parents[team]
        return found

    def is_below(self, person: int, boss: int) -> bool:
        at = self.people[person].boss
        while at is not None:
            if at == boss:
                return True
            at = self.people[at].boss
        return False

    def record(self, key: int) -> Record:
        """As it is kept: without a team of its own it gets that of its owner."""
        record = self.records[key]
        if record.team is None and record.owner is not None:
            return replace(record, team=self.people[record.owner].team)
        return record

    def reached(self, me: int, record: Record) -> bool:
        return any(self.in_reach(me, record, reach) for reach in self.people[me].reaches)

    def in_reach(self, me: int, record: Record, reach: DataScope) -> bool:
        who, owner, team = self.people[me], record.owner, record.team
        if reach is DataScope.NONE:
            return False
        if reach is DataScope.ALL or owner == me:
            return True
        match reach:
            case DataScope.BELOW:
                return owner is not None and self.is_below(owner, me)
            case DataScope.TEAM_ONLY:
                return team is not None and team == who.team
            case DataScope.TEAM:
                return who.team is not None and who.team in self.teams_above(team)
            case DataScope.REGION:
                region = record.region
                if region is None and team is not None:
                    region = self.regions[team]
                return region is not None and region == who.region
        return False

    def may(self, me: int, key: int, access: Access) -> bool:
        record, line = self.record(key), self.teams_above(self.people[me].team)
        rules = [
            rule
            for rule in self.rules
            if rule.tier == record.tier
            and (rule.team is None or rule.team in line)
            and rule.excepted != me
        ]
        for rule in rules:
            is_about = rule.operation is Access.READ or access is Access.WRITE
            if rule.effect is RuleEffect.DENY and is_about:
                return False
        allowed = any(
            rule.effect is RuleEffect.ALLOW
            and (rule.operation is Access.WRITE or access is Access.READ)
            for rule in rules
        )
        shared = any(
            share.record == key
            and (share.person == me or share.team in line)
            and (share.access is Access.WRITE or access is Access.READ)
            for share in self.shares
        )
        return self.reached(me, record) or allowed or shared


@st.composite
def worlds(draw: Any) -> World:
    parents = [draw(st.none() | st.integers(0, n - 1)) if n else None for n in range(TEAMS)]
    people = [
        Someone(
            draw(maybe_team),
            draw(maybe_region),
            draw(st.none() | st.integers(0, n - 1)) if n else None,
            tuple(draw(st.lists(st.sampled_from(list(DataScope)), max_size=2, unique=True))),
        )
        for n in range(PEOPLE)
    ]
    person = st.integers(0, PEOPLE - 1)
    record = st.builds(
        Record, st.none() | person, maybe_team, maybe_region, st.integers(0, len(TIERS) - 1)
    )
    records = draw(st.lists(record, min_size=2, max_size=6))
    key = st.integers(0, len(records) - 1)
    access = st.sampled_from(list(Access))
    with_person = st.builds(Shared, key, person, st.none(), access)
    with_team = st.builds(Shared, key, st.none(), st.integers(0, TEAMS - 1), access)
    shares = draw(
        st.lists(
            with_person | with_team, max_size=3, unique_by=lambda s: (s.record, s.person, s.team)
        )
    )
    rule = st.builds(
        Rule,
        st.sampled_from(list(RuleEffect)),
        access,
        st.integers(0, len(TIERS) - 1),
        maybe_team,
        st.none() | person,
    )
    return World(
        tuple(parents),
        tuple(draw(maybe_region) for _ in range(TEAMS)),
        tuple(people),
        tuple(records),
        tuple(shares),
        tuple(draw(st.lists(rule, max_size=2))),
    )


class Made:
    """A world in the database, never committed."""

    def __init__(self, session: Session, world: World) -> None:
        self.session, self.world = session, world
        self.regions = [Region(code=f"r{n}", name=f"r{n}") for n in range(REGIONS)]
        self.teams: list[Team] = []
        for place, parent in enumerate(world.parents):
            region = _pick(self.regions, world.regions[place])
            name = f"t{place}"
            self.teams.append(
                Team(code=name, name=name, parent=_pick(self.teams, parent), region=region)
            )
        session.add_all([*self.regions, *self.teams])
        session.flush()
        self.users: list[User] = []
        for place, who in enumerate(world.people):
            self.users.append(self._user(place, who))
        self.customers = [self._customer(record) for record in world.records]
        session.add_all(self.customers)
        session.flush()
        session.add_all(self._shares())
        session.add_all(self._rule(place, rule) for place, rule in enumerate(world.rules))
        session.flush()

    def _user(self, place: int, who: Someone) -> User:
        roles = []
        for reach in who.reaches:
            role = Role(name=f"{place} {reach.value}")
            role.scopes = [RoleScope(entity="Customer", reach=reach)]
            roles.append(role)
        team, region = _pick(self.teams, who.team), _pick(self.regions, who.region)
        user = User(username=f"p{place}", name=f"p{place}", email=f"p{place}@x", active=True)
        user.team, user.region, user.roles = team, region, roles
        user.reports_to = _pick(self.users, who.boss)
        self.session.add(user)
        self.session.flush()
        return user

    def _customer(self, record: Record) -> Customer:
        customer = Customer(
            name="客户",
            owner_id=getattr(_pick(self.users, record.owner), "id", None),
            team_id=getattr(_pick(self.teams, record.team), "id", None),
            region_id=getattr(_pick(self.regions, record.region), "id", None),
            tier=TIERS[record.tier],
        )
        customer.contacts.append(Contact(name="contact"))
        return customer

    def _shares(self) -> Iterator[RecordShare]:
        for share in self.world.shares:
            yield RecordShare(
                entity="Customer",
                entity_id=self.customers[share.record].id,
                user=_pick(self.users, share.person),
                team=_pick(self.teams, share.team),
                access=share.access,
            )

    def _rule(self, place: int, rule: Rule) -> AccessRule:
        condition = {"field": "tier", "op": "in", "value": [TIERS[rule.tier].value]}
        made = AccessRule(name=f"rule {place}", entity="Customer", effect=rule.effect)
        made.operation, made.condition = rule.operation, condition
        if rule.team is not None:
            made.subjects.append(AccessRuleSubject(team=self.teams[rule.team]))
        if rule.excepted is not None:
            excepted = AccessRuleSubject(user=self.users[rule.excepted], is_exception=True)
            made.subjects.append(excepted)
        return made

    def check(self, me: int) -> None:
        principal = principal_for(self.users[me].id)
        mine = {
            access: {
                row.id for key, row in enumerate(self.customers) if self.world.may(me, key, access)
            }
            for access in Access
        }
        readable = mine[Access.READ]
        session = self.session
        with acting_as(principal):
            assert set(session.scalars(select(Customer.id))) == readable
            assert set(session.scalars(select(Contact.customer_id))) == readable
            assert session.scalar(select(func.count(Customer.id))) == len(readable)
            clause = _all_or(criterion(Customer, principal, Access.WRITE))
            assert set(session.scalars(select(Customer.id).where(*clause))) == mine[Access.WRITE]


def _all_or(clause: Any) -> list[Any]:
    return [] if clause is None else [clause]


def _pick(rows: list[Any], place: int | None) -> Any:
    return None if place is None else rows[place]


@settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.reuse, Phase.generate],  # a smaller world would take minutes to find
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(world=worlds())
def test_what_a_person_reads_and_may_change_is_what_plain_python_says(
    session: Session, world: World
) -> None:
    forget_rights()  # keys are given again after a rollback
    made = Made(session, world)
    try:
        for me in range(PEOPLE):
            made.check(me)
    finally:
        session.rollback()
