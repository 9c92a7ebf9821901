"""The preview of an uploaded file: its first rows are tried, and nothing of them is written."""

from collections.abc import Generator
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from app.entities.system.imports import ImportRun
from app.lowcode.fields import Field
from app.lowcode.importing.engine import Written, run_import
from app.lowcode.importing.lookups import Link, Missing
from app.lowcode.importing.mapping import Mapping
from app.lowcode.importing.reading import Row
from app.lowcode.importing.runs import open_run
from app.lowcode.importing.targets import check_mapping, screen_for, targets_of
from app.rules.imports import ImportState, RowOutcome

#: rows that are tried, and how many of them are shown
TRIED = 500
SHOWN = 20
SHOWN_FAILED = 30


def try_out(session: Session, run: ImportRun, mapping: Mapping) -> None:
    """Check the mapping and try the first rows with it; what they would do stands in `preview`.

    Writes nothing of the file; the session is rolled back, then the run is written. Raises
    DomainError where the mapping does not fit.
    """
    key, view = run.id, screen_for(run.resource)
    check_mapping(view, mapping)
    targets = targets_of(view)
    rows: list[dict[str, Any]] = []

    def watch(written: Written) -> None:
        failed = written.outcome is RowOutcome.FAILED
        if len(rows) >= (SHOWN + SHOWN_FAILED if failed else SHOWN):
            return
        values = dict(written.draft.values)
        for name, (first, *_others) in written.draft.lines.items():
            values |= {f"{name}.{column}": value for column, value in first.values.items()}
        cells = {p: _shown(session, targets[p].field, v) for p, v in values.items()}
        wrong = [[problem.path, problem.text] for problem in written.draft.errors]
        rows.append(
            {
                "line": written.draft.line,
                "outcome": written.outcome.value,
                "cells": cells,
                "errors": wrong,
            }
        )

    with open_run(run) as table:
        table.rows = _first(table.rows)
        result = run_import(session, mapping, table, dry_run=True, watch=watch)
    run = session.get_one(ImportRun, key)
    run.mapping = mapping.to_json()
    run.preview = {
        "rows": sorted(rows, key=lambda row: row["line"]),
        # Rows of the file: several of them may be one record.
        "tried": min(TRIED, run.row_count),
        "counts": {outcome.value: getattr(result, outcome.value) for outcome in RowOutcome},
        "corrected": result.corrections(),
    }
    run.state = ImportState.CHECKED
    session.flush()


def _first(rows: Generator[Row]) -> Generator[Row]:
    try:
        yield from islice(rows, TRIED)
    finally:
        rows.close()


def _shown(session: Session, field: Field, value: Any) -> str:
    """As it will stand on the record."""
    if isinstance(value, list):
        return ", ".join(_shown(session, field, item) for item in value)
    if isinstance(value, Missing):
        return value.text
    if isinstance(value, Link):
        row = session.get(value.model, value.id)
        return str(row) if row is not None else ""
    return field.text(value)
