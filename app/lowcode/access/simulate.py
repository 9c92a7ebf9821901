"""What a change of access would do, before it is saved: rows gained and lost by each person."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask_appbuilder import Model

from app.entities.system.row_access import AccessRule
from app.lowcode.access.counting import Clause, count_rows, differs
from app.lowcode.access.criteria import visible
from app.lowcode.access.people import Person, active_people
from app.lowcode.access.rules import check_rule, compiled
from app.lowcode.principal import Principal, system
from app.lowcode.security.identity import make_principal
from app.lowcode.security.role_rights import RoleRights, each_of, join
from app.lowcode.security.standing import is_for, standing_of
from app.rules.access import Access, DataScope


@dataclass(frozen=True)
class RoleChange:
    """A role as it would be: its rights on screens and its reaches, all of them."""

    role_id: int
    permissions: frozenset[tuple[str, str]]
    reaches: Mapping[str, DataScope]


@dataclass(frozen=True)
class RuleChange:
    """An access rule as it would be: `draft` in the place of the stored rule `rule_id`.

    `draft`: not in the session, with its subjects by their keys; None: the rule is deleted.
    `rule_id`: None for a new rule.
    """

    draft: AccessRule | None
    rule_id: int | None = None


@dataclass(frozen=True)
class Effect:
    """Rows of one entity that a person would read (or change) from now on, and no more."""

    user_id: int
    person: str
    entity: str
    access: Access
    gained: int
    lost: int


def simulate(change: RoleChange | RuleChange) -> list[Effect]:
    """The people and entities that a change touches, by name; administrators never are.

    Counts in SQL what is different between both criteria of each active person; writes nothing.
    Raises DomainError for a rule that cannot be followed.
    """
    if isinstance(change, RuleChange) and change.draft is not None:
        check_rule(change.draft)
    with system("access"):
        questions = [
            (person, model, access, pair)
            for person in active_people()
            if not person.principal.is_administrator
            and (after := _after(person, change)) is not None
            for model, access, pair in _differences(person.principal, after)
        ]
    asked = [
        (model, clause) for _person, model, _access, (old, new) in questions
        for clause in (differs(new, old), differs(old, new))
    ]  # fmt: skip
    counts = count_rows(asked)
    effects = [
        Effect(person.id, person.name, model.__name__, access, gained, lost)
        for (person, model, access, _pair), gained, lost in zip(
            questions, counts[::2], counts[1::2], strict=True
        )
    ]
    return [effect for effect in effects if effect.gained or effect.lost]


def _after(person: Person, change: RoleChange | RuleChange) -> Principal | None:
    """The person after the change; None for who is not touched."""
    if isinstance(change, RoleChange):
        return _after_role(person, change)
    return _after_rule(person, change)


def _after_role(person: Person, change: RoleChange) -> Principal | None:
    identity = person.identity
    parts = each_of((key, version) for key, _name, version in identity.roles)
    if change.role_id not in parts:
        return None
    changed = replace(
        parts[change.role_id], permissions=change.permissions, reaches=dict(change.reaches)
    )
    rights = join([*_without(parts, change.role_id), changed])
    standing = standing_of(identity.user, parts, rights.reaches)
    return make_principal(identity, rights, standing)


def _without(parts: Mapping[int, RoleRights], role_id: int) -> Iterable[RoleRights]:
    return (rights for key, rights in parts.items() if key != role_id)


def _after_rule(person: Person, change: RuleChange) -> Principal | None:
    principal, draft = person.principal, change.draft
    kept = {
        entity: tuple(rule for rule in rules if rule.id is None or rule.id != change.rule_id)
        for entity, rules in principal.rules.items()
    }
    role_ids = frozenset(key for key, _name, _version in person.identity.roles)
    line = frozenset(principal.team_line)
    if (
        draft is not None
        and draft.is_active is not False
        and is_for(draft.subjects, person.id, role_ids, line)
    ):
        rule = compiled(draft, person.id, principal.team_ids)
        kept[draft.entity] = (*kept.get(draft.entity, ()), rule)
    if kept == dict(principal.rules):
        return None
    return replace(principal, rules=kept)


def _differences(
    before: Principal, after: Principal
) -> Iterator[tuple[type[Any], Access, tuple[Clause, Clause]]]:
    screens = {screen for _right, screen in before.permissions | after.permissions}
    for mapper in Model.registry.mappers:
        model = mapper.class_
        if model.__name__ not in screens:
            continue
        for access in Access:
            old, new = visible(model, before, access), visible(model, after, access)
            if not old.compare(new):
                yield model, access, (old, new)
