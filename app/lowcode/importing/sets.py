"""Mapping sets: files of one origin, in the order in which they must be brought in.

A set is a JSON file under `seed/mappings`: its steps are mappings, each with the file it reads
and the columns that other files of the folder add to it.
"""

import json
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from sqlalchemy.orm import Session

from app.lowcode.importing.engine import run_import
from app.lowcode.importing.mapping import Mapping, column_names, find_columns
from app.lowcode.importing.reading import Row, Table, cell_text, read_table
from app.lowcode.importing.results import ImportResult
from app.rules.errors import InvalidInput


@dataclass(frozen=True)
class Join:
    """Columns from the first row of another file whose `key` is what our column `on` says."""

    file: str
    on: str
    key: str
    #: {column there: name of the new column here}
    columns: dict[str, str]


@dataclass(frozen=True)
class Step:
    """One file and what it becomes."""

    file: str
    mapping: Mapping
    joins: tuple[Join, ...] = ()

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Self:
        rest = {name: value for name, value in content.items() if name not in {"file", "joins"}}
        joins = tuple(Join(**join) for join in content.get("joins", ()))
        return cls(content["file"], Mapping.from_json(rest), joins)

    def open(self, folder: Path) -> Table:
        """The step's table with the joined columns."""
        table = _read(folder / self.file)
        for join in self.joins:
            table = _joined(table, folder, join)
        return table


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


def _joined(table: Table, folder: Path, join: Join) -> Table:
    with _read(folder / join.file) as other:
        places = find_columns([join.key, *join.columns], column_names(other.header))
        found: dict[str, list[Any]] = {}
        for _line, cells in other.rows:
            values = [cells[places[name]] for name in join.columns]
            found.setdefault(cell_text(cells[places[join.key]]), values)
    on = find_columns([join.on], column_names(table.header))[join.on]
    header = [*table.header, *join.columns.values()]
    rows = _with_columns(table.rows, len(table.header), on, found, len(join.columns))
    return Table(header=header, rows=rows, delimiter=table.delimiter)


def _with_columns(
    rows: Generator[Row], width: int, on: int, found: dict[str, list[Any]], count: int
) -> Generator[Row]:
    try:
        for line, cells in rows:
            if len(cells) > width:
                raise InvalidInput("Line %(line)s has more cells than the header.", line=line)
            yield line, [*cells, *found.get(cell_text(cells[on]), [None] * count)]
    finally:
        rows.close()
