"""Whose rows a query is about, as tokens: one's own are found among a million with a common word.

They only narrow what the scope decides; where they cannot say all of a reach, they say nothing.
"""

from app.entities.base import SHARED
from app.lowcode import principal
from app.lowcode.principal import DataScope, Principal
from app.lowcode.search.declared import Searched
from app.rules.access import RuleEffect
from app.rules.search import AllOf, OneOf, Query, Token

#: more people and teams than this take longer to name than to look past
_MOST = 40


def narrowed(searched: Searched, query: Query) -> Query:
    """The query, for rows within the reach of the acting person as far as tokens can say it."""
    tokens = tokens_of_reach(searched, principal.current())
    return AllOf((query, OneOf(tokens))) if tokens else query


def says_all(searched: Searched) -> bool:
    """Do the tokens, or the lack of limits, say all of whose rows the acting person sees?"""
    actor = principal.current()
    name = searched.model.__name__
    if actor.sees_all:
        return True
    if any(rule.effect is RuleEffect.DENY for rule in actor.rules.get(name, ())):
        return False
    scope = getattr(searched.model, "scope", None)
    if scope is None or scope == SHARED:
        return True
    reaches_all = bool(scope.owner) and DataScope.ALL in actor.reaches(name)
    return reaches_all or bool(tokens_of_reach(searched, actor))


def decides(searched: Searched) -> bool:
    """Are the rows with these tokens just those that the acting person sees?

    Not of a region: a row may name another one than its team's.
    """
    reaches = principal.current().reaches(searched.model.__name__)
    return says_all(searched) and DataScope.REGION not in reaches


def tokens_of_reach(searched: Searched, actor: Principal) -> tuple[Token, ...]:
    """One of these is on every row that is within reach; empty where nothing can be said."""
    name = searched.model.__name__
    reaches = actor.reaches(name)
    opened = any(rule.effect is RuleEffect.ALLOW for rule in actor.rules.get(name, ()))
    if not searched.belonging or not reaches or DataScope.ALL in reaches:
        return ()
    if opened or name in actor.shared:
        return ()
    owners, teams, regions = {actor.user_id}, set(), set()
    if DataScope.BELOW in reaches:
        owners.update(actor.people_ids)
    if DataScope.TEAM_ONLY in reaches:
        teams.add(actor.team_id)
    if DataScope.TEAM in reaches:
        teams.update(actor.team_ids)
    if DataScope.REGION in reaches and actor.region_id is not None:
        regions.add(actor.region_id)
        teams.update(actor.region_team_ids)
    pairs = [("o", key) for key in owners] + [("t", key) for key in teams]
    pairs += [("r", key) for key in regions]
    found = tuple(Token(f"{letter}{key}") for letter, key in pairs if key is not None)
    return found if len(found) <= _MOST else ()
