"""Uploaded files are brought in by a job, and deleted when they are old."""

from typing import Any

from app.lowcode.importing import bringing, runs
from app.lowcode.jobs import JobContext, job


@job(bringing.JOB)
def bring_in(context: JobContext) -> dict[str, Any]:
    run = bringing.bring_in(context.session, context.arguments["run"], context)
    return {
        "url": f"/import/runs/{run.id}",
        "created": run.created,
        "changed": run.changed,
        "unchanged": run.unchanged,
        "failed": run.failed,
    }


@job("delete_old_imports")
def delete_old_imports(context: JobContext) -> dict[str, Any]:
    return {"files": runs.delete_old(context.session)}
