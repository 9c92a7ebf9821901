"""Satisfaction in figures: the score, the net promoter score, and when they mean something."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal

from app.rules.choices import Choice
from app.rules.errors import InvalidInput

#: the answers that a question about satisfaction, and one about recommendation, may have
CSAT_STEPS, NPS_STEPS = range(1, 6), range(11)
#: answers from which somebody counts as satisfied, as a promoter, or still as a detractor
SATISFIED, PROMOTER, DETRACTOR = 4, 9, 6
#: months in a row at or above the target after which a higher one is suggested
STEADY_MONTHS, STEP = 3, 2


class SurveyKind(Choice):
    """What a survey asks: how satisfied somebody is, whether they would recommend us, or both."""

    CSAT = "csat", "Satisfaction (1 to 5)", "teal"
    NPS = "nps", "Recommendation (0 to 10)", "indigo"
    BOTH = "both", "Satisfaction and recommendation", "blue"


class AnswerMode(Choice):
    """The way an answer reached us."""

    WEB = "web", "Web", "azure"
    PHONE = "phone", "Phone", "blue"
    PAPER = "paper", "Paper", "gray"


class Verdict(Choice):
    """Does a score reach the target, where enough people answered to say so?"""

    REACHED = "reached", "Target reached", "green"
    MISSED = "missed", "Below target", "red"
    TOO_FEW = "too_few", "Too few answers", "gray"


@dataclass(frozen=True)
class Tally:
    """Answers counted: all that the figures are made of. Tallies add up."""

    #: responses, whatever they answer
    responses: int = 0
    #: answers from 1 to 5, their sum, and how many of them are 4 or 5
    csat_count: int = 0
    csat_sum: int = 0
    satisfied: int = 0
    #: answers from 0 to 10, how many of them are 9 or 10, and how many 0 to 6
    nps_count: int = 0
    promoters: int = 0
    detractors: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Tally)))

    @property
    def score(self) -> Decimal | None:
        """Mean of (answer - 1) / 4 x 100: from 0 to 100, one decimal; None without answers."""
        if not self.csat_count:
            return None
        return _tenth(Decimal(self.csat_sum - self.csat_count) * 25 / self.csat_count)

    @property
    def satisfied_percent(self) -> Decimal | None:
        """The share of answers 4 and 5, in percent with one decimal."""
        return _tenth(Decimal(100 * self.satisfied) / self.csat_count) if self.csat_count else None

    @property
    def nps(self) -> Decimal | None:
        """Percent of 9 and 10 minus percent of 0 to 6: from -100 to 100, one decimal."""
        if not self.nps_count:
            return None
        return _tenth(Decimal(100 * (self.promoters - self.detractors)) / self.nps_count)


def tally(answers: Sequence[tuple[int | None, int | None]]) -> Tally:
    """The tally of (satisfaction or None, recommendation or None) pairs."""
    csat = [answer for answer, _nps in answers if answer is not None]
    nps = [answer for _csat, answer in answers if answer is not None]
    return Tally(
        responses=len(answers),
        csat_count=len(csat),
        csat_sum=sum(csat),
        satisfied=sum(answer >= SATISFIED for answer in csat),
        nps_count=len(nps),
        promoters=sum(answer >= PROMOTER for answer in nps),
        detractors=sum(answer <= DETRACTOR for answer in nps),
    )


def verdict(score: Decimal | None, count: int, target: int, least: int) -> Verdict:
    """What a score of `count` answers says; with fewer than `least` nothing is said.

    The score is compared as it is shown, so that nobody reads "80.0" and "below 80".
    """
    if score is None or count < least:
        return Verdict.TOO_FEW
    return Verdict.REACHED if score >= target else Verdict.MISSED


def suggested_target(verdicts: Sequence[Verdict], target: int) -> int | None:
    """A higher target once the last three complete months reached the present one, else None.

    `verdicts` are those of complete months, the oldest first.
    """
    last = verdicts[-STEADY_MONTHS:]
    is_steady = len(last) == STEADY_MONTHS and set(last) == {Verdict.REACHED}
    return min(target + STEP, 100) if is_steady and target < 100 else None


def check_answers(kind: SurveyKind, csat: int | None, nps: int | None) -> None:
    """A response answers what its survey asks, within the scales; InvalidInput otherwise."""
    if csat is None and nps is None:
        field = "nps" if kind is SurveyKind.NPS else "csat"
        raise InvalidInput("A response answers at least one question.", field=field)
    if csat is not None:
        if kind is SurveyKind.NPS:
            raise InvalidInput("This survey does not ask for satisfaction.", field="csat")
        if csat not in CSAT_STEPS:
            raise InvalidInput("Satisfaction is a whole number from 1 to 5.", field="csat")
    if nps is not None:
        if kind is SurveyKind.CSAT:
            raise InvalidInput("This survey does not ask for a recommendation.", field="nps")
        if nps not in NPS_STEPS:
            raise InvalidInput("A recommendation is a whole number from 0 to 10.", field="nps")


def _tenth(number: Decimal) -> Decimal:
    return number.quantize(Decimal("0.1"), ROUND_HALF_UP)
