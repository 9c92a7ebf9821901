"""Mapping sets: files of one origin, in the order in which they must be brought in.

A set is a JSON file under `seed/mappings`: its steps are mappings, each with the file it reads
(or rows of its own), the columns that other files of the folder add to it, and which of its rows
count in what order.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from sqlalchemy.orm import Session

from app.lowcode.importing import shaping
from app.lowcode.importing.engine import run_import
from app.lowcode.importing.mapping import Mapping
from app.lowcode.importing.reading import Table, read_table
from app.lowcode.importing.results import ImportResult
from app.rules.errors import InvalidInput

_OWN = ("file", "rows", "joins", "skip", "distinct", "sort")


@dataclass(frozen=True)
class Step:
    """One table and what it becomes."""

    file: str
    mapping: Mapping
    #: the table itself, in place of a file
    rows: tuple[dict[str, str], ...] = ()
    joins: tuple[shaping.Join, ...] = ()
    #: {column: texts with which a row is left out}
    skip: dict[str, list[str]] = field(default_factory=dict)
    #: only the first row of those that say the same in these columns
    distinct: tuple[str, ...] = ()
    #: columns by whose texts the rows are sorted
    sort: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Self:
        rest = {name: value for name, value in content.items() if name not in _OWN}
        if ("file" in content) == ("rows" in content):
            raise InvalidInput("This mapping cannot be read.")
        return cls(
            file=content.get("file", ""),
            mapping=Mapping.from_json(rest),
            rows=tuple(content.get("rows", ())),
            joins=tuple(shaping.Join(**join) for join in content.get("joins", ())),
            skip=content.get("skip", {}),
            distinct=tuple(content.get("distinct", ())),
            sort=tuple(content.get("sort", ())),
        )

    def open(self, folder: Path) -> Table:
        """The step's table as the mapping reads it."""
        table = shaping.inline_table(self.rows) if self.rows else _read(folder / self.file)
        if self.joins and self.mapping.overflow:
            table = shaping.repaired(table, self.mapping.overflow)
        for join in self.joins:
            with _read(folder / join.file) as other:
                table = shaping.joined(table, other, join)
        if self.skip:
            table = shaping.without(table, self.skip)
        if self.distinct:
            table = shaping.distinct(table, self.distinct)
        return shaping.ordered(table, self.sort) if self.sort else table


def read_set(folder: Path, name: str) -> list[Step]:
    """The steps of a named set; InvalidInput where there is none or it cannot be read."""
    path = folder / f"{name}.json"
    if not name.replace("-", "").isalnum() or not path.is_file():
        raise InvalidInput("There is no mapping %(name)s.", name=name)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return [Step.from_json(step) for step in content["steps"]]
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInput("The mapping %(name)s cannot be read.", name=name) from error


def run_set(
    session: Session,
    steps: list[Step],
    folder: Path,
    *,
    dry_run: bool = False,
    whole: bool = False,
    report: Callable[[Step, ImportResult], None],
) -> ImportResult:
    """All steps in order; `report` gets each as it ends.

    A dry run is one transaction, since later files need the rows of earlier ones; so is `whole`,
    which writes everything or, for one bad row, nothing.
    """
    total = ImportResult()
    try:
        for step in steps:
            with step.open(folder) as table:
                commit = _keep_open if dry_run or whole else None
                result = run_import(session, step.mapping, table, commit=commit)
            report(step, result)
            total.add(result)
        if whole and not dry_run and not total.failed:
            session.commit()
    finally:
        if dry_run or whole:
            session.rollback()
    return total


def _keep_open(_result: ImportResult, _line: int) -> None:
    """The transaction goes on: what becomes of it is decided at the end of the set."""


def _read(path: Path) -> Table:
    if not path.is_file():
        raise InvalidInput("The file %(name)s is missing.", name=path.name)
    return read_table(path, filename=path.name)
