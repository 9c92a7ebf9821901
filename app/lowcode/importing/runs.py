"""Uploaded files on their way in: kept under an internal name, tried, brought in, then deleted."""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from flask import current_app
from flask_babel import lazy_gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.system.imports import ImportProblem, ImportRun
from app.entities.types import now_utc
from app.lowcode import principal
from app.lowcode.files import clean_name
from app.lowcode.importing.reading import Limits, Table, cell_text, read_table
from app.lowcode.importing.results import Correction, RowError
from app.lowcode.importing.targets import check_rights
from app.lowcode.settings import Option, declare, get_setting
from app.rules.errors import DomainError, InvalidInput
from app.rules.imports import ImportState

SAMPLES = 3

declare(
    Option(
        "import_keep_days",
        "limits",
        lazy_gettext("Days that uploaded files are kept"),
        default=30,
        kind="number",
        required=True,
        low=1,
        high=3650,
        help=lazy_gettext("Files to import, with the rows that failed, are deleted after that."),
    )
)


def folder() -> Path:
    """Where uploaded files are kept until they are old."""
    path: Path = current_app.extensions["kehu_settings"].var / "imports"
    path.mkdir(parents=True, exist_ok=True)
    return path


def limits() -> Limits:
    megabytes: int = current_app.extensions["kehu_settings"].max_upload_mb
    return Limits(file_bytes=megabytes * 2**20, rows=get_setting("import_rows"))


def receive(session: Session, view: Any, filename: str, content: BinaryIO) -> ImportRun:
    """Keep an uploaded file and read it once from end to end; InvalidInput if it cannot be read."""
    check_rights(view)
    name = clean_name(filename)
    stored = folder() / secrets.token_hex(16)
    try:
        with stored.open("wb") as file:
            while chunk := content.read(2**20):
                file.write(chunk)
        with read_table(stored, filename=name, limits=limits()) as table:
            rows = sum(1 for _row in table.rows)
        if not rows:
            raise InvalidInput("The file has a header and no rows below it.")
        run = ImportRun(
            resource=view.resource, filename=name, stored_as=stored.name, row_count=rows
        )
        session.add(run)
        session.flush()
    except BaseException:
        stored.unlink(missing_ok=True)
        raise
    return run


def find_run(session: Session, key: int) -> ImportRun | None:
    """An own run, or anybody's for an administrator; None for what is not there to see."""
    actor = principal.current()
    run = session.get(ImportRun, key)
    if run is None or not (actor.sees_all or run.created_by_id == actor.user_id):
        return None
    return run


def own_runs(session: Session, resource: str | None = None, most: int = 50) -> Sequence[ImportRun]:
    """The latest first."""
    actor = principal.current()
    query = select(ImportRun).order_by(ImportRun.id.desc()).limit(most)
    if not actor.sees_all:
        query = query.where(ImportRun.created_by_id == actor.user_id)
    if resource:
        query = query.where(ImportRun.resource == resource)
    return session.scalars(query).all()


def open_run(run: ImportRun) -> Table:
    """The table of the kept file; InvalidInput once the file was deleted."""
    path = folder() / run.stored_as if run.stored_as else None
    if path is None or not path.is_file():
        raise InvalidInput("The uploaded file was deleted. Upload it again.")
    return read_table(path, filename=run.filename, limits=limits(), sheet=run.sheet)


@dataclass(frozen=True)
class Sample:
    """The beginning of a file: its header, what stands below it by column, and its sheets."""

    header: list[str]
    columns: list[list[str]]
    sheets: tuple[str, ...]
    sheet: str | None


def sample(run: ImportRun) -> Sample:
    with open_run(run) as table:
        rows = list(islice(table.rows, SAMPLES))
        columns = [
            [_sample(cells[place]) for _line, cells in rows] for place in range(len(table.header))
        ]
        return Sample(table.header, columns, table.sheets, table.sheet)


def choose_sheet(session: Session, run: ImportRun, name: str) -> None:
    """Read another sheet of the workbook; what was chosen for the old one is forgotten."""
    run.sheet = name
    with open_run(run) as table:
        run.row_count = sum(1 for _row in table.rows)
    run.mapping, run.preview, run.state = {}, None, ImportState.UPLOADED
    session.flush()


def _sample(cell: Any) -> str:
    try:
        return cell_text(cell)[:60]
    except InvalidInput:
        return str(cell)[:60]


def problems(session: Session, run: ImportRun, most: int | None = None) -> Iterator[RowError]:
    """What was wrong, in the order of the file."""
    columns = (ImportProblem.line, ImportProblem.column, ImportProblem.text)
    query = select(*columns).where(ImportProblem.run_id == run.id)
    rows: Iterable[Any] = session.execute(
        query.order_by(ImportProblem.line, ImportProblem.id).limit(most)
    )
    return (RowError(*row) for row in rows)


def used_corrections(run: ImportRun) -> dict[Correction, int]:
    """Rows by the correction used in them: in the trial, and once begun in the whole file."""
    used = (run.preview or {}).get("corrected", [])
    return {Correction(column, said, meant): rows for column, said, meant, rows in used}


def discard(session: Session, run: ImportRun) -> None:
    """Forget a file that was not brought in; DomainError for one that was."""
    if run.state not in {ImportState.UPLOADED, ImportState.CHECKED}:
        raise DomainError("This file was brought in already, or was not checked yet.")
    if run.stored_as:
        (folder() / run.stored_as).unlink(missing_ok=True)
    session.delete(run)


def delete_old(session: Session) -> int:
    """Delete kept files past their time; the runs stay and say what was done. Returns how many."""
    oldest = now_utc() - timedelta(days=get_setting("import_keep_days"))
    old = session.scalars(
        select(ImportRun).where(ImportRun.stored_as.is_not(None), ImportRun.created_on < oldest)
    ).all()
    for run in old:
        if run.state is not ImportState.STARTED:
            (folder() / str(run.stored_as)).unlink(missing_ok=True)
            run.stored_as = None
    return len(old)
