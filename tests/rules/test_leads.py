"""What may be done with a lead of each status, by action and by hand."""

import pytest

from app.rules.errors import DomainError
from app.rules.leads import LEAD, LeadStatus, check_typed

NEW, WORKING, QUALIFIED = LeadStatus.NEW, LeadStatus.WORKING, LeadStatus.QUALIFIED
CONVERTED, DISQUALIFIED = LeadStatus.CONVERTED, LeadStatus.DISQUALIFIED
#: (action, status) → status after; every pair that is missing is refused
TABLE = {
    ("work", NEW): WORKING,
    ("qualify", NEW): QUALIFIED,
    ("qualify", WORKING): QUALIFIED,
    ("convert", NEW): CONVERTED,
    ("convert", WORKING): CONVERTED,
    ("convert", QUALIFIED): CONVERTED,
    ("disqualify", NEW): DISQUALIFIED,
    ("disqualify", WORKING): DISQUALIFIED,
    ("disqualify", QUALIFIED): DISQUALIFIED,
    ("reopen", DISQUALIFIED): WORKING,
}


@pytest.mark.parametrize("status", LeadStatus)
@pytest.mark.parametrize("action", ["work", "qualify", "convert", "disqualify", "reopen"])
def test_every_action_leads_on_or_is_refused(action: str, status: LeadStatus) -> None:
    after = TABLE.get((action, status))
    assert LEAD.may(action, status) is (after is not None)
    if after is None:
        with pytest.raises(DomainError):
            LEAD.after(action, status)
    else:
        assert LEAD.after(action, status) is after


def test_all_actions_stand_in_the_table_above() -> None:
    assert set(LEAD.actions) == {action for action, _status in TABLE}


@pytest.mark.parametrize("after", LeadStatus)
@pytest.mark.parametrize("before", [None, *LeadStatus])
def test_nobody_converts_or_unconverts_by_hand(
    before: LeadStatus | None, after: LeadStatus
) -> None:
    if before is not after and CONVERTED in {before, after}:
        with pytest.raises(DomainError) as refused:
            check_typed(before, after)
        assert refused.value.field == "status"
    else:
        check_typed(before, after)
