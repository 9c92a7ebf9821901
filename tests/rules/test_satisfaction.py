"""The printed formulas of satisfaction, against figures computed by hand and by brute force."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.errors import InvalidInput
from app.rules.satisfaction import (
    SurveyKind,
    Tally,
    Verdict,
    check_answers,
    suggested_target,
    tally,
    verdict,
)

Answers = list[tuple[int | None, int | None]]
ANSWERS = st.lists(
    st.tuples(
        st.none() | st.integers(min_value=1, max_value=5),
        st.none() | st.integers(min_value=0, max_value=10),
    )
)


def tenth(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(
        Decimal("0.1"), ROUND_HALF_UP
    )


@pytest.mark.parametrize(
    ("answers", "score"),
    [
        ([1], "0.0"),
        ([5], "100.0"),
        ([3], "50.0"),
        ([5, 4, 4, 3, 5], "80.0"),
        ([5, 5, 4], "91.7"),
        ([4, 4, 5, 5, 5, 3, 3, 2], "71.9"),
    ],
)
def test_the_score_is_the_mean_between_0_and_100(answers: list[int], score: str) -> None:
    assert str(tally([(answer, None) for answer in answers]).score) == score


@pytest.mark.parametrize(
    ("answers", "nps"),
    [
        ([10, 9], "100.0"),
        ([0, 6], "-100.0"),
        ([7, 8], "0.0"),
        ([10, 9, 8, 7, 6], "20.0"),
        ([9, 0, 0], "-33.3"),
    ],
)
def test_nps_is_promoters_minus_detractors(answers: list[int], nps: str) -> None:
    assert str(tally([(None, answer) for answer in answers]).nps) == nps


def test_nobody_asked_gives_no_figures() -> None:
    nothing = Tally()
    assert (nothing.score, nothing.nps, nothing.satisfied_percent) == (None, None, None)


@given(ANSWERS)
def test_figures_equal_brute_force(answers: Answers) -> None:
    found = tally(answers)
    csat = [answer for answer, _ in answers if answer is not None]
    nps = [answer for _, answer in answers if answer is not None]
    assert (found.responses, found.csat_count, found.nps_count) == (
        len(answers),
        len(csat),
        len(nps),
    )
    if csat:
        assert found.score == tenth(sum(Fraction(100 * (a - 1), 4) for a in csat) / len(csat))
        good = len([answer for answer in csat if answer in (4, 5)])
        assert found.satisfied_percent == tenth(Fraction(100 * good, len(csat)))
    if nps:
        plus = len([answer for answer in nps if answer in (9, 10)])
        minus = len([answer for answer in nps if answer in range(7)])
        assert found.nps == tenth(Fraction(100 * (plus - minus), len(nps)))


@given(ANSWERS, ANSWERS)
def test_tallies_add_up(first: Answers, second: Answers) -> None:
    assert tally(first) + tally(second) == tally(first + second)


@pytest.mark.parametrize(
    ("score", "count", "said"),
    [
        ("80.0", 5, Verdict.REACHED),
        ("79.9", 5, Verdict.MISSED),
        ("100.0", 4, Verdict.TOO_FEW),
        ("0.0", 4, Verdict.TOO_FEW),
        (None, 0, Verdict.TOO_FEW),
    ],
)
def test_a_verdict_needs_enough_answers(score: str | None, count: int, said: Verdict) -> None:
    assert verdict(Decimal(score) if score else None, count, target=80, least=5) is said


@pytest.mark.parametrize(
    ("verdicts", "target", "suggested"),
    [
        ("ooo", 80, 82),
        ("xooo", 80, 82),
        ("oxo", 80, None),
        ("oo", 80, None),
        ("oo?", 80, None),
        ("ooo", 99, 100),
        ("ooo", 100, None),
    ],
)
def test_three_months_at_the_target_suggest_a_higher_one(
    verdicts: str, target: int, suggested: int | None
) -> None:
    signs = {"o": Verdict.REACHED, "x": Verdict.MISSED, "?": Verdict.TOO_FEW}
    assert suggested_target([signs[sign] for sign in verdicts], target) == suggested


@pytest.mark.parametrize("kind", SurveyKind)
@pytest.mark.parametrize("csat", [None, 0, 1, 5, 6])
@pytest.mark.parametrize("nps", [None, -1, 0, 10, 11])
def test_a_response_answers_what_is_asked(
    kind: SurveyKind, csat: int | None, nps: int | None
) -> None:
    fits = (
        (csat is not None or nps is not None)
        and (csat is None or (kind is not SurveyKind.NPS and 1 <= csat <= 5))
        and (nps is None or (kind is not SurveyKind.CSAT and 0 <= nps <= 10))
    )
    if fits:
        check_answers(kind, csat, nps)
    else:
        with pytest.raises(InvalidInput) as refused:
            check_answers(kind, csat, nps)
        assert refused.value.field in {"csat", "nps"}
