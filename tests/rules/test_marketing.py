"""What a campaign returns on its cost, and which steps a member has taken."""

from decimal import Decimal

import pytest

from app.rules.marketing import REACHED, CampaignResults, MemberStatus, together


@pytest.mark.parametrize(
    ("revenue", "cost", "percent"),
    [
        ("1500.00", "1000.00", "50.0"),
        ("0.00", "1000.00", "-100.0"),
        ("1000.00", "1000.00", "0.0"),
        ("1000.00", "300.00", "233.3"),
        ("100.00", "0.00", None),
    ],
)
def test_return_is_what_came_beyond_the_cost(revenue: str, cost: str, percent: str | None) -> None:
    results = CampaignResults(revenue=Decimal(revenue), cost=Decimal(cost))
    assert results.roi_percent == (Decimal(percent) if percent else None)


@pytest.mark.parametrize(
    ("status", "steps"),
    [
        (MemberStatus.PLANNED, set()),
        (MemberStatus.SENT, {"sent"}),
        (MemberStatus.OPENED, {"sent", "opened"}),
        (MemberStatus.CLICKED, {"sent", "opened", "clicked"}),
        (MemberStatus.RESPONDED, {"sent", "opened", "clicked", "responded"}),
        (MemberStatus.DECLINED, {"sent"}),
    ],
)
def test_whoever_took_a_step_took_those_before_it(status: MemberStatus, steps: set[str]) -> None:
    assert {step for step, statuses in REACHED.items() if status in statuses} == steps


def test_campaigns_taken_together_are_one() -> None:
    both = together(
        [
            CampaignResults(sent=4, responded=1, revenue=Decimal("100.00"), cost=Decimal("50.00")),
            CampaignResults(sent=6, responded=3, revenue=Decimal("20.00"), cost=Decimal("50.00")),
        ]
    )
    assert (both.response_percent, both.roi_percent) == (Decimal("40.0"), Decimal("20.0"))
    assert together([]) == CampaignResults()
    assert together([]).response_percent is None
