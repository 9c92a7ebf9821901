"""The reach of several roles is all that any of them reaches."""

import pytest

from app.rules.access import DataScope, together

NONE, OWN, BELOW = DataScope.NONE, DataScope.OWN, DataScope.BELOW
TEAM_ONLY, TEAM, REGION, ALL = (
    DataScope.TEAM_ONLY,
    DataScope.TEAM,
    DataScope.REGION,
    DataScope.ALL,
)


@pytest.mark.parametrize(
    ("scopes", "reaches"),
    [
        ([], set()),
        ([NONE], set()),
        ([OWN, NONE], {OWN}),
        ([OWN, TEAM], {TEAM}),
        ([TEAM_ONLY, TEAM], {TEAM}),
        ([TEAM_ONLY, BELOW, OWN], {TEAM_ONLY, BELOW}),
        ([REGION, TEAM, BELOW], {REGION, TEAM, BELOW}),
        ([REGION, ALL, OWN], {ALL}),
    ],
)
def test_roles_add_up_and_what_a_wider_reach_holds_anyway_is_left_out(
    scopes: list[DataScope], reaches: set[DataScope]
) -> None:
    assert together(scopes) == reaches
