"""Edits of more rows than somebody waits for."""

from typing import Any

from app.lowcode.jobs import JobContext, job
from app.lowcode.screens import bulk_runs


@job(bulk_runs.JOB)
def edit_rows(context: JobContext) -> dict[str, Any]:
    return bulk_runs.run(context.session, context.arguments, context)
