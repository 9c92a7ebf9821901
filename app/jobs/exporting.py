"""Files of long lists are written by a job, and deleted when they are old."""

from typing import Any

from app.lowcode.exporting import later
from app.lowcode.jobs import JobContext, job


@job(later.JOB)
def write_file(context: JobContext) -> dict[str, Any]:
    return later.write(context)


@job("delete_old_exports")
def delete_old_exports(_context: JobContext) -> dict[str, Any]:
    return {"files": later.delete_old()}
