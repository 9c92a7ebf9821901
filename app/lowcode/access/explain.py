"""Who can see a record and why; what somebody can see. For those who answer for access."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import or_, select

from app.entities.base import SHARED
from app.entities.system.row_access import RecordShare
from app.entities.types import now_utc
from app.extensions import db
from app.lowcode.access.chain import chain_of
from app.lowcode.access.counting import Clause, are_left, count_rows
from app.lowcode.access.criteria import criterion, decides_about, visible
from app.lowcode.access.people import Person, active_people
from app.lowcode.principal import Principal, system
from app.lowcode.security.permissions import known_pairs
from app.lowcode.security.role_rights import each_of
from app.rules.access import Access, Cause, DataScope, RuleEffect


@dataclass(frozen=True)
class Reason:
    """One reason why a person sees a record, or is kept from it (`Cause.DENIED`)."""

    user_id: int
    person: str
    cause: Cause
    #: of the role or the rule, or of the team that the record is shared with
    name: str
    #: what this reason gives; for DENIED what it takes away: READ takes both
    access: Access
    #: of the role over the entity that decides
    reach: DataScope | None = None
    #: of a share; None: for good
    until: datetime | None = None


@dataclass(frozen=True)
class Sight:
    """What a person may do with the rows of one entity, and how many they are."""

    entity: str
    #: names of rights on its screen, sorted
    rights: tuple[str, ...]
    #: empty where rows are everybody's
    reaches: frozenset[DataScope]
    #: rows
    readable: int
    changeable: int
    #: names of the rules for the person
    rules: tuple[str, ...]


def who_can_see(row: Any) -> list[Reason]:
    """Every active person who may open records of this kind, with every reason about this one.

    People come in the order of their names; who reads it is who has a reason other than DENIED
    and no DENIED of READ. Whoever lacks the right to open the screen is left out.
    """
    entity = type(row).__name__
    people = [person for person in active_people() if person.principal.can("can_show", entity)]
    found: list[Reason] = []
    for model, key in chain_of(row):
        asked = [pair for person in people for pair in _rules(model, entity, person)]
        if model is type(row):
            asked += [pair for person in people for pair in _roles(model, person)]
        left = are_left(model, key, [clause for _reason, clause in asked])
        found += [reason for (reason, _clause), is_so in zip(asked, left, strict=True) if is_so]
        found += _shares(model, key, entity, people)
    order = {person.id: place for place, person in enumerate(people)}
    causes = list(Cause)
    return sorted(found, key=lambda reason: (order[reason.user_id], causes.index(reason.cause)))


def _most(principal: Principal, entity: str) -> Access:
    return Access.WRITE if principal.can("can_edit", entity) else Access.READ


def _roles(model: type[Any], person: Person) -> Iterator[tuple[Reason, Clause | None]]:
    principal, entity = person.principal, model.__name__
    if principal.is_administrator:
        yield Reason(person.id, person.name, Cause.ADMINISTRATOR, "", Access.WRITE), None
        return
    decider = decides_about(model)
    names = {key: name for key, name, _version in person.identity.roles}
    for key, rights in each_of((k, version) for k, _, version in person.identity.roles).items():
        is_everybodys = decider.scope == SHARED
        if is_everybodys and ("can_show", entity) not in rights.permissions:
            continue
        alone = replace(principal, scopes=rights.reaches, shared=frozenset(), rules={})
        reach = None if is_everybodys else rights.reaches.get(decider.__name__)
        access = _most(principal, entity)
        reason = Reason(person.id, person.name, Cause.ROLE, names[key], access, reach)
        yield reason, criterion(model, alone)


def _rules(model: type[Any], entity: str, person: Person) -> Iterator[tuple[Reason, Clause | None]]:
    """`model`: of the rule; `entity`: whose screen the record is opened on."""
    for rule in person.principal.rules.get(model.__name__, ()):
        is_denial = rule.effect is RuleEffect.DENY
        access = rule.operation
        if not is_denial and _most(person.principal, entity) is Access.READ:
            access = Access.READ
        cause = Cause.DENIED if is_denial else Cause.RULE
        yield Reason(person.id, person.name, cause, rule.name, access), rule.clause


def _shares(model: type[Any], key: int, entity: str, people: Iterable[Person]) -> Iterator[Reason]:
    """`entity`: whose screen the record is opened on."""
    shares = select(RecordShare).where(
        RecordShare.entity == model.__name__,
        RecordShare.entity_id == key,
        or_(RecordShare.until.is_(None), RecordShare.until > now_utc()),
    )
    with system("access"):
        held = db.session.scalars(shares).all()
        for share in held:
            name = share.team.name if share.team else ""
            for person in people:
                principal = person.principal
                if share.user_id == person.id or share.team_id in principal.team_line:
                    access = min(share.access, _most(principal, entity), key=list(Access).index)
                    yield Reason(
                        person.id, person.name, Cause.SHARE, name, access, until=share.until
                    )


def what_can_see(person: Person) -> list[Sight]:
    """Every entity on whose screen the person holds some right, by name; see `people.person`."""
    principal = person.principal
    rights: dict[str, set[str]] = {}
    offered = known_pairs(db.session()) if principal.is_administrator else principal.permissions
    for permission, screen in offered:
        rights.setdefault(screen, set()).add(permission)
    models = sorted(
        (m.class_ for m in Model.registry.mappers if m.class_.__name__ in rights),
        key=lambda model: model.__name__,
    )
    counts = count_rows(
        [(model, visible(model, principal, access)) for model in models for access in Access]
    )
    return [
        Sight(
            entity=model.__name__,
            rights=tuple(sorted(rights[model.__name__])),
            reaches=_reaches(model, principal),
            readable=readable,
            changeable=changeable,
            rules=tuple(rule.name for rule in principal.rules.get(model.__name__, ())),
        )
        for model, readable, changeable in zip(models, counts[::2], counts[1::2], strict=True)
    ]


def _reaches(model: type[Any], principal: Principal) -> frozenset[DataScope]:
    decider = decides_about(model)
    return frozenset() if decider.scope == SHARED else principal.reaches(decider.__name__)
