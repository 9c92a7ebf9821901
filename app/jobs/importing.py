"""Uploaded files are brought in by a job, and deleted when they are old."""

from typing import Any

from app.lowcode.importing import bringing, runs, trial
from app.lowcode.jobs import JobContext, job


@job(bringing.JOB)
def bring_in(context: JobContext) -> dict[str, Any]:
    run = bringing.bring_in(context.session, context.arguments["run"], context)
    return {
        "url": f"/import/runs/{run.id}",
        "created": run.created,
        "changed": run.changed,
        "unchanged": run.unchanged,
        "skipped": run.skipped,
        "failed": run.failed,
    }


@job(trial.JOB)
def check(context: JobContext) -> dict[str, Any]:
    key = context.arguments["run"]
    counts = trial.check_whole(context.session, key, context.progress)
    return {"url": f"/import/runs/{key}", **counts}


@job("delete_old_imports")
def delete_old_imports(context: JobContext) -> dict[str, Any]:
    return {"files": runs.delete_old(context.session)}
