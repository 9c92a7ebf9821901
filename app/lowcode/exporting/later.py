"""Files of long lists: written in the background for one person, and kept for a while."""

import secrets
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from app.entities.system.job import Job
from app.extensions import reading
from app.lowcode import listing, principal, registered
from app.lowcode.exporting.formats import export, find
from app.lowcode.exporting.table import ExportTable, chosen_paths
from app.lowcode.jobs import enqueue
from app.lowcode.list_state import ListState, read_state
from app.lowcode.settings import get_setting
from app.rules.errors import DomainError
from app.rules.jobs import JobState

JOB = "export"
#: long enough for a weekend and a day off
KEPT = timedelta(days=7)
#: rows between two words about how far it is
_STEP = 1000


class Work(Protocol):
    """What writing a file needs of the job that does it."""

    @property
    def job_id(self) -> int: ...

    @property
    def arguments(self) -> dict[str, Any]: ...

    @property
    def session(self) -> Session: ...

    def progress(self, percent: float, text: str | None = None) -> None: ...


def folder() -> Path:
    """Where written files are kept until they are old."""
    path: Path = current_app.extensions["kehu_settings"].var / "exports"
    path.mkdir(parents=True, exist_ok=True)
    return path


def is_long(view: Any, state: ListState) -> bool:
    """Has the list more rows than anybody should wait for?"""
    return listing.count(view.listable, state) > get_setting("export_rows")


def begin(session: Session, view: Any, state: ListState, fmt: str, *, every_column: bool) -> Job:
    """Put the file into the queue, once while it waits; the person is told when it is there."""
    find(fmt)
    query = state.query(page=1, layout="list", chart=0)
    arguments = {"resource": view.resource, "query": query, "format": fmt, "all": every_column}
    person = principal.current().user_id
    key = f"{JOB}-{person}-{view.resource}-{fmt}-{every_column}-{query}"
    return enqueue(session, JOB, arguments, unique_key=key if len(key) <= 200 else None)


def write(work: Work) -> dict[str, Any]:
    """Write the file of a job with the rights its person has now; returns the job's result.

    Nobody who saves waits for it: the transaction only reads, and ends with the file.
    """
    work.session.rollback()
    asked = work.arguments
    view = _screen(asked["resource"])
    if view is None or not view.may("can_export"):
        raise DomainError("You may not do this.")
    pairs = parse_qsl(asked["query"].removeprefix("?"), keep_blank_values=True)
    state = read_state(view.listable, MultiDict(pairs))
    if state.problems:
        raise state.problems[0]

    def told(table: ExportTable) -> ExportTable:
        return replace(table, rows=_counted(work, table))

    paths = chosen_paths(view, every_column=asked["all"])
    stored = f"{secrets.token_hex(16)}.{asked['format']}"
    with (
        reading(),
        export(view, view.listable, state, asked["format"], paths, told) as file,
        (folder() / stored).open("wb") as kept,
    ):
        shutil.copyfileobj(file, kept, 2**20)
    work.session.rollback()
    return {"url": f"/exports/{work.job_id}", "stored_as": stored, "title": str(view.list_title)}


def _counted(work: Work, table: ExportTable) -> Iterator[Sequence[Any]]:
    for done, row in enumerate(table.rows):
        if done % _STEP == 0:
            share = 100 * done / max(table.count, 1)
            work.progress(share, _("%(done)s of %(total)s rows", done=done, total=table.count))
        yield row


def _screen(resource: str) -> Any:
    screens = registered.screens().values()
    return next((screen for screen in screens if screen.resource == resource), None)


def written(session: Session, key: int) -> tuple[Job, Path] | None:
    """A person's own file, as long as it is kept and they may still export that list."""
    job = session.get(Job, key)
    if job is None or job.kind != JOB or job.state is not JobState.DONE or not job.result:
        return None
    view = _screen(job.arguments["resource"])
    if job.created_by_id != principal.current().user_id or view is None:
        return None
    path = folder() / job.result["stored_as"]
    return (job, path) if view.may("can_export") and path.is_file() else None


def delete_old() -> int:
    """Delete files past their time, and what a killed worker left behind; returns how many."""
    oldest = time.time() - KEPT.total_seconds()
    old = [path for path in folder().iterdir() if path.stat().st_mtime < oldest]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
