"""The age of a person on a day."""

from datetime import date

import pytest

from app.rules.customers import age_on


@pytest.mark.parametrize(
    ("born", "today", "age"),
    [
        (date(1990, 5, 1), date(2026, 4, 30), 35),
        (date(1990, 5, 1), date(2026, 5, 1), 36),
        (date(2000, 2, 29), date(2026, 2, 28), 25),
        (date(2000, 2, 29), date(2026, 3, 1), 26),
        (date(2026, 3, 5), date(2026, 3, 5), 0),
    ],
)
def test_a_year_is_full_on_the_birthday(born: date, today: date, age: int) -> None:
    assert age_on(born, today) == age
