"""Percent of a file that is filled, by weight, of what its kind has."""

import pytest

from app.rules.completeness import Completeness, Weight, band_of, missing_of, percent_of

WEIGHTS = (Weight("phone", 30), Weight("email", 10), Weight("industry", 20, ("company",)))


@pytest.mark.parametrize(
    ("kind", "filled", "percent"),
    [
        ("company", set(), 0),
        ("company", {"phone"}, 50),
        ("company", {"phone", "email", "industry"}, 100),
        ("person", {"phone"}, 75),
        ("person", {"phone", "email"}, 100),
        ("person", {"industry"}, 0),
    ],
)
def test_points_are_counted_of_what_the_kind_has(kind: str, filled: set[str], percent: int) -> None:
    assert percent_of(WEIGHTS, kind, filled.__contains__) == percent


def test_what_is_missing_is_named_by_its_weight() -> None:
    assert missing_of(WEIGHTS, "company", {"phone"}.__contains__) == ["industry", "email"]
    assert missing_of(WEIGHTS, "person", {"phone"}.__contains__) == ["email"]


def test_nothing_asked_for_is_complete() -> None:
    assert percent_of((), "company", lambda _name: False) == 100


def test_every_percent_is_in_one_band() -> None:
    bands = [band_of(percent) for percent in range(101)]
    assert bands[0] is Completeness.LOW
    assert bands[99] is Completeness.GOOD
    assert bands[100] is Completeness.FULL
    for band in Completeness:
        low, high = band.borders
        assert set(bands[low : high + 1]) == {band}
