"""The screen of background work: what waits, runs or went wrong, with retry and cancel."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _

from app.entities.system.job import Job
from app.extensions import db
from app.lowcode import jobs
from app.lowcode.screens import Chart, EntityInterface, EntityView, action
from app.rules.jobs import can_cancel, can_retry


class JobView(EntityView):
    datamodel = EntityInterface(Job)
    icon = "progress-check"
    # Work is put in by what people do elsewhere, and the product itself removes it.
    exclude_route_methods = {"add", "edit", "delete", "delete_many"}
    list_columns = ["kind", "state", "progress", "progress_text", "created_by", "created_on"]
    show_columns = [
        "kind",
        "state",
        "progress",
        "progress_text",
        "error",
        "attempts",
        "run_after",
        "started_on",
        "ended_on",
        "worker",
        "log",
    ]
    quick_search = ["kind", "progress_text", "error"]
    filters = ["state", "kind", "created_by", "created_on"]
    base_order = ("created_on", "desc")
    facts = ["state", "attempts", "ended_on"]
    layouts = [Chart("state"), Chart("created_on")]

    def is_action_available(self, name: str, item: Job) -> bool:
        return {"retry": can_retry, "cancel": can_cancel}[name](item.state)

    @action("retry", _("Try again"), icon="refresh")
    def retry(self, items: Sequence[Job]) -> None:
        self.apply(items, lambda job: jobs.retry(db.session, job))

    @action("cancel", _("Cancel"), _("Cancel this work? What it has not saved is lost."), icon="x")
    def cancel(self, items: Sequence[Job]) -> None:
        self.apply(items, lambda job: jobs.cancel(db.session, job))
