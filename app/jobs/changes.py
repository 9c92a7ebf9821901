"""Large change sets are undone by a job, and all of them can be for a while."""

from typing import Any

from flask_babel import gettext as _

from app.lowcode import changesets
from app.lowcode.jobs import JobContext, job
from app.rules.errors import DomainError


@job(changesets.JOB)
def undo_changes(context: JobContext) -> dict[str, Any]:
    def progress(done: int, total: int) -> None:
        percent = 100 * done / max(total, 1)
        context.progress(percent, _("%(done)s of %(total)s parts", done=done, total=total))

    change_set = changesets.find(context.session, context.arguments["change_set"])
    if change_set is None or not changesets.may_undo(context.session, change_set):
        raise DomainError("There is nothing left to undo.")
    undone = changesets.undo(
        context.session, change_set.id, progress=progress, checkpoint=context.checkpoint
    )
    for reason in undone.kept or ():
        context.log(reason)
    return {"url": "/changes/", "rows": undone.rows, "kept": len(undone.kept or ())}


@job("forget_old_changes")
def forget_old_changes(context: JobContext) -> dict[str, Any]:
    return {"blocks": changesets.forget_old(context.session)}
