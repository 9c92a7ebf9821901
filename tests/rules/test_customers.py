"""The age of a person on a day, and the size of a company."""

from datetime import date

import pytest

from app.rules.customers import age_on, size_of


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


@pytest.mark.parametrize(
    ("employees", "size"),
    [
        (0, "micro"),
        (19, "micro"),
        (20, "small"),
        (100, "medium"),
        (500, "large"),
        (5000, "very_large"),
    ],
)
def test_a_number_of_employees_falls_into_one_class(employees: int, size: str) -> None:
    assert size_of(employees) == size
