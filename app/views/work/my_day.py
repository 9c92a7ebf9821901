"""My day: what is overdue, due today and due in the next days, done with one click."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import format_date, lazy_gettext
from flask_babel import gettext as _

from app.entities.customers import Interaction
from app.entities.support import Ticket
from app.entities.work import Task
from app.extensions import db
from app.lowcode import registered
from app.lowcode.fields.inputs import translated
from app.lowcode.fields.moments import today
from app.lowcode.principal import current
from app.rules.errors import DomainError
from app.views.work.my_day_page import MyDayPage, Worked, parts_of

#: what "done" means for each kind, and what a ticket needs instead
KINDS = (
    Worked(Task, "subject", "due_date", "assignee", "finish", {"status": "todo,doing"}),
    Worked(
        Interaction,
        "next_step",
        "next_step_date",
        "by",
        "finish_next_step",
        {"next_step_done": "no"},
    ),
    Worked(
        Ticket,
        "subject",
        "due_on",
        "assignee",
        "resolve",
        {"status": "new,open,waiting"},
        asks=True,
    ),
)


class MyDayView(BaseView):
    """`can_show`; every row is one of the acting person's own, under the rights of its screen."""

    route_base = "/my-day"
    default_view = "show"
    class_permission_name = "MyDay"
    icon = "sun"
    list_title = lazy_gettext("My day")
    menu_right = "can_show"

    @expose("/")
    @has_access
    @permission_name("show")
    def show(self) -> Any:
        kinds = [kind for kind in KINDS if kind.view.may("can_list")]
        tasks = registered.screens()[Task]
        page = MyDayPage(
            title=str(self.list_title),
            subtitle=format_date(today(), "full"),
            parts=parts_of(db.session, kinds, _me(), today()),
            new_url=url_for(f"{tasks.endpoint}.add") if tasks.may("can_add") else None,
            help_url="/help/tasks",
        )
        return render_template("my_day.html", page=page)

    @expose("/done/<resource>/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("show")
    def done(self, resource: str, pk: int) -> Any:
        """The action that is "done" for a kind, with the rights and rules of its own screen."""
        kind = next((k for k in KINDS if k.view.resource == resource and not k.asks), None)
        if kind is None:
            abort(404)
        if not kind.view.may_action(kind.action):
            abort(403)
        item = kind.view.get_item(pk)
        try:
            kind.view.perform(kind.action, [item], {})
        except DomainError as error:
            db.session.rollback()
            flash(translated(error), "danger")
        else:
            db.session.commit()
            flash(_("%(name)s: done.", name=getattr(item, kind.title)), "success")
        return redirect(url_for("MyDayView.show"))


def _me() -> int:
    return current().user_id or abort(401)
