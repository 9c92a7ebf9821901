"""Words of access: whose rows a role reaches, what rules and shares give, who may do all."""

from collections.abc import Iterable

from app.rules.choices import Choice

#: The role that may do everything; it has no row of rights, so nothing can be taken from it.
ADMINISTRATOR = "administrator"


class DataScope(Choice):
    """Which rows of an entity a role reaches.

    No order of size: a region and a team may each hold rows that the other does not. Somebody
    with several roles reaches what any of them reaches.
    """

    NONE = "none", "None", "gray"
    OWN = "own", "Own", "blue"
    BELOW = "below", "Own and below", "azure"
    TEAM_ONLY = "team_only", "Team", "purple"
    TEAM = "team", "Team and below", "indigo"
    REGION = "region", "Region", "teal"
    ALL = "all", "All", "green"


#: What a role may be given over rows that stand at a place (a warehouse, a category).
PLACE_SCOPES = (DataScope.NONE, DataScope.OWN, DataScope.ALL)


class Access(Choice):
    """What a share or a rule is about; whoever may change a row may read it, too."""

    READ = "read", "Read", "blue"
    WRITE = "write", "Read and change", "orange"


class RuleEffect(Choice):
    """A rule gives rows beyond the data scopes, or takes them away from everybody it is for."""

    ALLOW = "allow", "Allow", "green"
    DENY = "deny", "Deny", "red"


class Cause(Choice):
    """Why somebody sees a record, or does not."""

    ADMINISTRATOR = "administrator", "Administrator", "purple"
    ROLE = "role", "Role", "blue"
    SHARE = "share", "Shared", "teal"
    RULE = "rule", "Allowed by a rule", "green"
    DENIED = "denied", "Denied by a rule", "red"


def together(scopes: Iterable[DataScope]) -> frozenset[DataScope]:
    """The reach of several roles as one; what a wider one holds anyway is left out."""
    reaches = frozenset(scopes) - {DataScope.NONE}
    if DataScope.ALL in reaches:
        return frozenset({DataScope.ALL})
    if len(reaches) > 1:
        reaches -= {DataScope.OWN}
    return reaches - {DataScope.TEAM_ONLY} if DataScope.TEAM in reaches else reaches
