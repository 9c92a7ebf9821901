"""How far roles reach together."""

import pytest

from app.rules.access import DataScope, widest


@pytest.mark.parametrize(
    ("scopes", "together"),
    [
        ([], DataScope.NONE),
        ([DataScope.OWN], DataScope.OWN),
        ([DataScope.OWN, DataScope.TEAM, DataScope.NONE], DataScope.TEAM),
        ([DataScope.ALL, DataScope.OWN], DataScope.ALL),
    ],
)
def test_several_roles_reach_as_far_as_the_farthest(
    scopes: list[DataScope], together: DataScope
) -> None:
    assert widest(scopes) is together
