"""Deleted records and the files nobody names any more leave when their time is up."""

from typing import Any

from app.lowcode import bin, stored_files
from app.lowcode.jobs import JobContext, job


@job("empty_bin")
def empty_bin(context: JobContext) -> dict[str, Any]:
    return {"records": bin.purge_old(context.session)}


@job("delete_lost_files")
def delete_lost_files(context: JobContext) -> dict[str, Any]:
    return {"files": stored_files.delete_lost(context.session)}
