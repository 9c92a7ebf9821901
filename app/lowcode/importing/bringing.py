"""Bringing a checked file in: started, paused, gone on with, cancelled, and undone as a whole."""

from typing import Any, Protocol

from flask_babel import gettext as _
from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from app.entities.system.imports import ImportProblem, ImportRun
from app.entities.system.job import Job
from app.entities.types import now_utc
from app.lowcode import changesets
from app.lowcode.importing.engine import run_import
from app.lowcode.importing.mapping import Mapping
from app.lowcode.importing.results import ImportResult
from app.lowcode.importing.runs import open_run, used_corrections
from app.lowcode.importing.targets import check_rights, refers_to_itself, screen_for
from app.lowcode.jobs import cancel as cancel_job
from app.lowcode.jobs import enqueue
from app.rules.changes import ChangeKind, ChangeState
from app.rules.errors import DomainError
from app.rules.imports import ImportState, RowOutcome
from app.rules.jobs import ENDED, can_cancel

JOB = "import"


class Work(Protocol):
    """What bringing a file in needs of the job that does it."""

    def progress(self, percent: float, text: str | None = None) -> None: ...

    def checkpoint(self) -> None: ...


# what people do --------------------------------------------------------------------
def start(session: Session, run: ImportRun, *, whole: bool = False) -> None:
    """Let a job bring the file in, all of it or nothing where that is wanted; DomainError when
    that has happened already."""
    if run.state is not ImportState.CHECKED:
        raise DomainError("This file was brought in already, or was not checked yet.")
    run.is_whole = whole
    _stop_checking(session, run)
    _enqueue(session, run)


def go_on(session: Session, run: ImportRun) -> None:
    """Let a job take up a run that was paused, or whose job has died."""
    if run.state is not ImportState.PAUSED and not is_stopped(run):
        raise DomainError("This import is not paused.")
    _enqueue(session, run)


def pause(session: Session, run: ImportRun) -> None:
    """Stop after the rows that are being written; what is written stays."""
    _stop(session, run, ImportState.PAUSED)


def cancel(session: Session, run: ImportRun) -> None:
    """Stop for good; what is written stays and can be undone."""
    if run.state is ImportState.PAUSED or is_stopped(run):
        run.state, run.ended_on = ImportState.CANCELLED, now_utc()
        return
    _stop(session, run, ImportState.CANCELLED)
    run.ended_on = now_utc()


def undo(session: Session, run: ImportRun) -> Job | None:
    """Put back all that the run has changed; the job that does it where that takes long.

    DomainError with what is in the way.
    """
    check_rights(screen_for(run.resource))
    if run.change_set is None or is_running(run):
        raise DomainError("There is nothing left to undo.")
    if run.state is not ImportState.DONE:
        run.state, run.ended_on = ImportState.CANCELLED, now_utc()
    return changesets.start_undo(session, run.change_set)


def is_running(run: ImportRun) -> bool:
    return run.state is ImportState.STARTED and not is_stopped(run)


def is_stopped(run: ImportRun) -> bool:
    """Did its job end before the file did?"""
    ended = run.job is not None and run.job.state in ENDED
    return run.state is ImportState.STARTED and (run.job is None or ended)


def can_undo(session: Session, run: ImportRun) -> bool:
    """Is there anything that the acting person may put back?"""
    known = run.change_set
    return known is not None and not is_running(run) and changesets.may_undo(session, known)


def is_undone(run: ImportRun) -> bool:
    return run.change_set is not None and run.change_set.state is ChangeState.UNDONE


def _stop_checking(session: Session, run: ImportRun) -> None:
    """What the trial would find out is about to happen."""
    key = (run.preview or {}).get("job")
    job = session.get(Job, key) if key else None
    if job is not None and can_cancel(job.state):
        cancel_job(session, job)


def _enqueue(session: Session, run: ImportRun) -> None:
    check_rights(screen_for(run.resource))
    if is_undone(run):
        raise DomainError("This import was undone. Upload the file again.")
    run.state = ImportState.STARTED
    session.flush()
    run.job_id = enqueue(session, JOB, {"run": run.id}, unique_key=f"{JOB}-{run.id}").id


def _stop(session: Session, run: ImportRun, state: ImportState) -> None:
    if not is_running(run) or run.job is None:
        raise DomainError("This import is not running.")
    if run.is_whole:
        raise DomainError("An import of all rows or none cannot be stopped half-way.")
    cancel_job(session, run.job)
    run.state = state


# what the job does -----------------------------------------------------------------
def bring_in(session: Session, key: int, work: Work) -> ImportRun:
    """Import a started run, from where an interrupted attempt left off.

    Each batch is committed together with its counts, its problems, the place in the file and what
    undoing needs. All or nothing: in one transaction, which is committed if no row is bad.
    """
    run = session.get_one(ImportRun, key)
    if run.state is not ImportState.STARTED:
        raise DomainError("This import is not running.")
    view, mapping, total = screen_for(run.resource), Mapping.from_json(run.mapping), run.row_count
    if run.line and refers_to_itself(view, mapping):
        # Rows that waited for others were read long before they were written: begin again.
        session.execute(delete(ImportProblem).where(ImportProblem.run_id == key))
        run.line = 0
    whole, after, counted = run.is_whole, run.line, _counted(run)

    def show(done: int) -> None:
        percent = 100 * done / max(total, 1)
        work.progress(percent, _("%(done)s of %(total)s rows", done=done, total=total))

    def commit(result: ImportResult, line: int) -> None:
        _keep(session, key, result, line)
        # Several rows may be one record: then the place in the file says more than the records.
        show(min(line - 1, total) if mapping.group else result.rows)
        work.checkpoint()

    label = run.filename
    with (
        open_run(run) as table,
        changesets.record(
            session, ChangeKind.IMPORT, resource=view.resource, label=label, key=run.change_set_id
        ) as set_key,
    ):
        run.change_set_id = set_key
        session.flush()
        result = run_import(
            session,
            mapping,
            table,
            commit=commit,
            after=after,
            result=counted,
            whole=whole,
            progress=show if whole else None,
        )
    return _end(session, key, result)


def _counted(run: ImportRun) -> ImportResult:
    """What an earlier attempt has committed."""
    counted = ImportResult()
    if run.line:
        counted.corrected.update(used_corrections(run))
        for outcome in RowOutcome:
            setattr(counted, outcome.value, getattr(run, outcome.value))
    return counted


def _keep(session: Session, key: int, result: ImportResult, line: int) -> None:
    run = session.get_one(ImportRun, key)
    run.line = line
    for outcome in RowOutcome:
        setattr(run, outcome.value, getattr(result, outcome.value))
    if run.preview is not None:
        run.preview = {**run.preview, "corrected": result.corrections()}
    if result.errors:
        rows: list[dict[str, Any]] = [
            {"run_id": key, **error._asdict(), "column": error.column[:200]}
            for error in result.errors
        ]
        session.execute(insert(ImportProblem), rows)
        # They stand in the table now; a file full of them must not fill the memory.
        result.errors.clear()


def _end(session: Session, key: int, result: ImportResult) -> ImportRun:
    run = session.get_one(ImportRun, key)
    refused = run.is_whole and result.failed > 0
    if refused:
        result.created = result.changed = 0
    _keep(session, key, result, run.line)
    run.state = ImportState.REFUSED if refused else ImportState.DONE
    run.ended_on = now_utc()
    return run
