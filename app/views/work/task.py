"""The screen of tasks."""

from flask_babel import lazy_gettext as _

from app.entities.types import now_utc
from app.entities.work import Task
from app.extensions import db
from app.lowcode.screens import (
    Board,
    Calendar,
    Chart,
    EntityInterface,
    Section,
    StatusBar,
    action,
)
from app.rules.work import TASKS, TaskStatus
from app.services import work
from app.views.moving import MovingView


class TaskView(MovingView):
    datamodel = EntityInterface(Task)
    machine = TASKS
    icon = "checkbox"
    help_page = "tasks"
    list_columns = [
        "subject",
        "assignee",
        "due_date",
        "priority",
        "status",
        "customer",
        "deal",
        "ticket",
    ]
    quick_search = ["subject", "description", "customer.name"]
    filters = [
        "status",
        "assignee",
        "team",
        "due_date",
        "priority",
        "customer",
        "deal",
        "ticket",
        "order",
        "done_on",
        "created_on",
    ]
    unindexed = {
        "done_on": "asked together with the person, whose tasks are few",
    }
    base_order = ("due_date", "asc")
    form = [
        Section("Task", ["subject", "description", "assignee", "team", "due_date", "priority"]),
        Section("About", ["customer", "deal", "ticket", "order"]),
    ]
    file_form = [Section("History", ["status", "done_on"])]
    facts = ["assignee", "due_date", "customer", "done_on"]
    defaults_to_me = ["assignee"]
    status_bar = StatusBar("status", ["todo", "doing", "done"])
    layouts = [
        Board("status", card=["assignee", "due_date", "priority", "customer"]),
        Calendar("due_date", color="priority"),
        Chart("status"),
        Chart("assignee", split="status"),
        Chart("due_date", split="status", kind="bar"),
        Chart("priority"),
    ]

    def _check(self, item: Task) -> None:
        work.check_task(db.session, item)

    def _check_past(self, item: Task) -> None:
        work.check_past(item)

    def _move(self, item: Task, before: TaskStatus) -> None:
        work.move_task(item, before, now_utc())

    def _act(self, item: Task, name: str) -> None:
        work.act_on_task(item, name, now_utc())

    @action("finish", _("Done"), icon="check", done=_("%(name)s is done."))
    def finish(self, items: list[Task]) -> None:
        self._act_on(items, "finish")

    @action("start", _("Start"), icon="player-play", done=_("%(name)s was started."))
    def start(self, items: list[Task]) -> None:
        self._act_on(items, "start")

    @action("reopen", _("Reopen"), icon="rotate", done=_("%(name)s was reopened."))
    def reopen(self, items: list[Task]) -> None:
        self._act_on(items, "reopen")

    @action(
        "cancel",
        _("Cancel task"),
        _("Cancel these tasks?"),
        icon="ban",
        done=_("%(name)s was cancelled."),
    )
    def cancel(self, items: list[Task]) -> None:
        self._act_on(items, "cancel")
