"""What an import did, counted, and what was wrong, by line."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from app.rules.imports import RowOutcome


class RowError(NamedTuple):
    """One thing that is wrong: line 0 means the file as a whole, column "" the whole row."""

    line: int
    column: str
    text: str


class Correction(NamedTuple):
    """What a column says and what the mapping reads instead."""

    column: str
    said: str
    meant: str


@dataclass
class ImportResult:
    """Rows by what became of them, and the errors of those that failed."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    #: they look like entries there are already, and were to be left out then
    skipped: int = 0
    failed: int = 0
    errors: list[RowError] = field(default_factory=list)
    #: rows by the correction that was used in them
    corrected: Counter[Correction] = field(default_factory=Counter)

    @property
    def rows(self) -> int:
        return self.created + self.changed + self.unchanged + self.skipped + self.failed

    def corrections(self) -> list[list[Any]]:
        """[column, said, meant, rows] of each correction that was used, as JSON keeps it."""
        return [[*correction, rows] for correction, rows in self.corrected.items()]

    def count(self, outcome: RowOutcome) -> None:
        setattr(self, outcome.value, getattr(self, outcome.value) + 1)

    def add(self, other: "ImportResult") -> None:
        """Put the result of another file into this one."""
        for outcome in RowOutcome:
            mine, theirs = getattr(self, outcome.value), getattr(other, outcome.value)
            setattr(self, outcome.value, mine + theirs)
        self.errors += other.errors
        self.corrected += other.corrected
