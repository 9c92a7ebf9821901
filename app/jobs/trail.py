"""The audit trail loses what the settings no longer keep."""

from typing import Any

from app.entities.types import now_utc
from app.lowcode.audit import retention
from app.lowcode.jobs import JobContext, job
from app.lowcode.settings import kept_since


@job("cut_audit_trail")
def cut_audit_trail(context: JobContext) -> dict[str, Any]:
    before = kept_since(now_utc())
    removed = 0
    while before is not None and (step := retention.cut(context.session, before)):
        removed += step
        context.checkpoint()
    return {"entries": removed}
