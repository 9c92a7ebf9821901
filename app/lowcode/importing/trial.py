"""The preview of an uploaded file: its rows are tried, and nothing of them is written.

The first rows are tried while somebody waits, the whole of a larger file by a job.
"""

from collections.abc import Callable, Generator
from itertools import islice
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.entities.system.imports import ImportRun
from app.entities.system.job import Job
from app.lowcode.fields import Field
from app.lowcode.importing.engine import Written, run_import
from app.lowcode.importing.lookups import Link, Missing
from app.lowcode.importing.mapping import Mapping
from app.lowcode.importing.reading import Row
from app.lowcode.importing.results import ImportResult
from app.lowcode.importing.runs import open_run
from app.lowcode.importing.targets import Target, check_mapping, screen_for, targets_of
from app.lowcode.jobs import enqueue
from app.rules.imports import ImportState, RowOutcome

JOB = "import_check"
#: rows that are tried while somebody waits
TRIED = 500
#: how many of each kind are shown, beside those that are to be looked at
SHOWN = 20
SHOWN_TELLING = 30

Progress = Callable[[float, str], None]


def try_out(session: Session, run: ImportRun, mapping: Mapping) -> None:
    """Check the mapping and try the first rows with it; what they would do stands in `preview`.

    Writes nothing of the file; the session is rolled back, then the run is written. Raises
    DomainError where the mapping does not fit.
    """
    key = run.id
    check_mapping(screen_for(run.resource), mapping)
    found = _tried(session, run, mapping, TRIED)
    run = session.get_one(ImportRun, key)
    run.mapping, run.preview, run.state = mapping.to_json(), found, ImportState.CHECKED
    session.flush()


def check_later(session: Session, run: ImportRun) -> Job | None:
    """Let a job try the whole file where the preview does not know all of it."""
    if run.preview is None or run.preview["tried"] >= run.row_count:
        return None
    job: Job = enqueue(session, JOB, {"run": run.id}, unique_key=f"{JOB}-{run.id}")
    run.preview = {**run.preview, "job": job.id}
    return job


def check_whole(session: Session, key: int, progress: Progress) -> dict[str, int]:
    """Try every row of a checked run; the counts. A mapping that was chosen meanwhile wins."""
    run = session.get_one(ImportRun, key)
    mapping, total = Mapping.from_json(run.mapping), max(run.row_count, 1)

    def show(done: int) -> None:
        progress(100 * done / total, _("%(done)s of %(total)s rows", done=done, total=total))

    found = _tried(session, run, mapping, None, show)
    run = session.get_one(ImportRun, key)
    if run.state is ImportState.CHECKED and run.mapping == mapping.to_json():
        run.preview = found
    counts: dict[str, int] = found["counts"]
    return counts


def _tried(
    session: Session,
    run: ImportRun,
    mapping: Mapping,
    most: int | None,
    progress: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """What the first `most` rows would do, or all of them."""
    rows = run.row_count if most is None else min(most, run.row_count)
    watch = _Watch(session, targets_of(screen_for(run.resource)))
    with open_run(run) as table:
        table.rows = _first(table.rows, most)
        result = run_import(
            session, mapping, table, dry_run=True, watch=watch.see, progress=progress
        )
    return {
        "rows": sorted(watch.rows, key=lambda row: row["line"]),
        # Rows of the file: several of them may be one record.
        "tried": rows,
        "counts": {outcome.value: getattr(result, outcome.value) for outcome in RowOutcome},
        "alike": watch.alike,
        "corrected": result.corrections(),
        "unreadable": _unreadable(result),
    }


class _Watch:
    """Keeps of the rows that are tried those that are shown: some of each kind."""

    def __init__(self, session: Session, targets: dict[str, Target]) -> None:
        self._session, self._targets = session, targets
        self._shown: dict[str, int] = {}
        self.rows: list[dict[str, Any]] = []
        #: rows that look like something else
        self.alike = 0

    def see(self, written: Written) -> None:
        draft, outcome = written
        self.alike += bool(draft.alike)
        kind = "alike" if draft.alike else outcome.value
        is_telling = outcome in {RowOutcome.FAILED, RowOutcome.CHANGED} or draft.alike
        if self._shown.get(kind, 0) >= (SHOWN_TELLING if is_telling else SHOWN):
            return
        self._shown[kind] = self._shown.get(kind, 0) + 1
        values = dict(draft.values)
        for name, (first, *_others) in draft.lines.items():
            values |= {f"{name}.{column}": value for column, value in first.values.items()}
        self.rows.append(
            {
                "line": draft.line,
                "outcome": outcome.value,
                "cells": {path: self._text(path, value) for path, value in values.items()},
                "old": {path: self._text(path, value) for path, value in draft.before.items()},
                "alike": draft.alike,
                "errors": [[problem.path, problem.text] for problem in draft.errors],
            }
        )

    def _text(self, path: str, value: Any) -> str:
        return _shown(self._session, self._targets[path].field, value)


def _unreadable(result: ImportResult) -> str:
    """Why the file could not be read to its end; "" where it could."""
    return next((error.text for error in result.errors if error.line == 0), "")


def _first(rows: Generator[Row], most: int | None) -> Generator[Row]:
    try:
        yield from islice(rows, most)
    finally:
        rows.close()


def _shown(session: Session, field: Field, value: Any) -> str:
    """As it will stand on the record, or stood there."""
    if isinstance(value, list):
        return ", ".join(_shown(session, field, item) for item in value)
    if isinstance(value, Missing):
        return value.text
    if isinstance(value, Link):
        row = session.get(value.model, value.id)
        return str(row) if row is not None else ""
    # An old value of a relation is the row itself.
    return str(value) if hasattr(value, "metadata") else field.text(value)
