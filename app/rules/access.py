"""Words of access: how far a role reaches into the rows of an entity, and who may do everything."""

from app.rules.choices import Choice

#: The role that may do everything; it has no row of rights, so nothing can be taken from it.
ADMINISTRATOR = "administrator"


class DataScope(Choice):
    """Which rows of an owned entity a role reaches, from least to most."""

    NONE = "none", "None", "gray"
    OWN = "own", "Own", "blue"
    TEAM = "team", "Team and below", "indigo"
    ALL = "all", "All", "green"

    @property
    def rank(self) -> int:
        return list(DataScope).index(self)


def widest(scopes: list[DataScope]) -> DataScope:
    """The reach of somebody with several roles."""
    return max(scopes, key=lambda scope: scope.rank, default=DataScope.NONE)
