"""How complete a file is: points for every field that is filled, in percent of those there are;
and what files commonly lack."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.rules.choices import Choice


@dataclass(frozen=True)
class Weight:
    """`points` for a filled field or at least one line; `kinds`: of these kinds of record alone."""

    name: str
    points: int
    kinds: tuple[str, ...] = ()

    def counts_for(self, kind: str) -> bool:
        return not self.kinds or kind in self.kinds


class Gap(Choice):
    """What a customer's file lacks, or why it has gone stale."""

    NO_PHONE = "no_phone", "No phone"
    NO_EMAIL = "no_email", "No e-mail"
    NO_ADDRESS = "no_address", "No address"
    NO_CONTACT = "no_contact", "No contact"
    NO_INDUSTRY = "no_industry", "No industry"
    NO_TAX_NUMBER = "no_tax_number", "No tax number"
    NO_REGION = "no_region", "No region"
    NO_OWNER = "no_owner", "No owner"
    NOT_VERIFIED = "not_verified", "Not verified for a year"
    SILENT = "silent", "No interaction for 180 days"


class Completeness(Choice):
    """Percent in words; `low` and `high` are its borders, both included."""

    LOW = "low", "Below 40 %", "red"
    FAIR = "fair", "40 to 69 %", "orange"
    GOOD = "good", "70 to 99 %", "yellow"
    FULL = "full", "100 %", "green"

    @property
    def borders(self) -> tuple[int, int]:
        return _BORDERS[self]


_BORDERS = {
    Completeness.LOW: (0, 39),
    Completeness.FAIR: (40, 69),
    Completeness.GOOD: (70, 99),
    Completeness.FULL: (100, 100),
}


def percent_of(weights: Sequence[Weight], kind: str, is_filled: Callable[[str], bool]) -> int:
    """Whole percent, rounded down: 100 only where nothing is missing. 100 without weights."""
    counted = [weight for weight in weights if weight.counts_for(kind)]
    total = sum(weight.points for weight in counted)
    reached = sum(weight.points for weight in counted if is_filled(weight.name))
    return 100 * reached // total if total else 100


def missing_of(weights: Sequence[Weight], kind: str, is_filled: Callable[[str], bool]) -> list[str]:
    """What is not filled, the weightiest first."""
    lacking = [w for w in weights if w.counts_for(kind) and not is_filled(w.name)]
    return [weight.name for weight in sorted(lacking, key=lambda weight: -weight.points)]


def band_of(percent: int) -> Completeness:
    return next(band for band, (low, high) in _BORDERS.items() if low <= percent <= high)
