"""What resolving and rating a ticket need."""

import pytest

from app.rules.errors import InvalidInput
from app.rules.support import check_rating, check_solution


@pytest.mark.parametrize("nothing", [None, "", "  \n "])
def test_a_solution_says_something(nothing: str | None) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_solution(nothing)
    assert refused.value.field == "solution"


def test_a_solution_is_kept_without_blanks_around_it() -> None:
    assert check_solution("  已更换电源。\n") == "已更换电源。"


@pytest.mark.parametrize(("rating", "accepted"), [(0, 0), (1, 1), (5, 1), (6, 0), (-1, 0)])
def test_ratings_are_from_1_to_5(rating: int, accepted: int) -> None:
    if accepted:
        assert check_rating(rating) == rating
    else:
        with pytest.raises(InvalidInput):
            check_rating(rating)
