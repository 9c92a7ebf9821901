"""Access rules of the browser: which entities they may be about, and their conditions as SQL."""

import logging
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import false, true

from app.entities.base import Entity
from app.entities.system.row_access import AccessRule
from app.lowcode import conditions
from app.lowcode.principal import Principal, RowRule, acting_as
from app.rules.access import Access, RuleEffect
from app.rules.errors import DomainError, InvalidInput

_log = logging.getLogger(__name__)


def ruled_models() -> dict[str, type[Any]]:
    """Class name → entity of the business: what the product keeps about itself has no rules."""
    return {
        mapper.class_.__name__: mapper.class_
        for mapper in Model.registry.mappers
        if issubclass(mapper.class_, Entity)
        and not mapper.class_.__module__.startswith("app.entities.system.")
    }


def check_rule(rule: AccessRule) -> None:
    """Raises DomainError for a rule that no statement could follow."""
    model = ruled_models().get(rule.entity)
    if model is None:
        raise InvalidInput("There are no access rules for %(name)s.", field="entity",
                           name=str(rule.entity))  # fmt: skip
    try:
        _clause(model, rule.condition, None, ())
    except DomainError as error:
        error.field = "condition"
        raise


def compiled(rule: AccessRule, user_id: int | None, team_ids: tuple[int, ...] = ()) -> RowRule:
    """The rule as it holds for a person ("me" and "my team" in its condition).

    A condition that cannot be read any more (a column is gone) denies everything or gives nothing.
    """
    model = ruled_models().get(rule.entity)
    # A draft that nobody flushed has not got its defaults yet.
    effect, operation = rule.effect or RuleEffect.DENY, rule.operation or Access.READ
    try:
        if model is None:
            raise InvalidInput("There are no access rules for %(name)s.", name=rule.entity)
        clause = _clause(model, rule.condition, user_id, team_ids)
    except DomainError:
        _log.exception("access rule %s cannot be read", rule.id)
        clause = true() if effect is RuleEffect.DENY else false()
    return RowRule(rule.id, rule.name, effect, operation, clause)


def _clause(
    model: type[Any], condition: Any, user_id: int | None, team_ids: tuple[int, ...]
) -> Any:
    """Compiled on behalf of the product: what a rule says does not depend on what the person sees
    of related rows."""
    person = Principal(user_id, "access rule", team_ids=team_ids, is_system=True)
    with acting_as(person):
        return conditions.to_sql(model, condition or {})
