"""Calendar months."""

from datetime import date

import pytest

from app.rules.errors import InvalidInput
from app.rules.months import last_day_of, last_months, month_after, month_of, parse_month


def test_a_month_is_named_by_its_first_day() -> None:
    assert month_of(date(2024, 2, 29)) == date(2024, 2, 1)
    assert last_day_of(date(2024, 2, 1)) == date(2024, 2, 29)
    assert month_after(date(2025, 12, 1)) == date(2026, 1, 1)


def test_months_in_a_row_end_with_the_one_asked_for() -> None:
    assert last_months(date(2026, 2, 1), 3) == [
        date(2025, 12, 1),
        date(2026, 1, 1),
        date(2026, 2, 1),
    ]


@pytest.mark.parametrize("text", ["2026-03", " 2026-3 "])
def test_a_month_is_read_as_the_browser_sends_it(text: str) -> None:
    assert parse_month(text) == date(2026, 3, 1)


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "2026-00", "0001-01", "2026-03-01", "-1-1", "²026-03", "x"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_month(text)
    assert refused.value.field == "month"
