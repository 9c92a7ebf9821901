"""The person's own notifications: what the bell shows, the page of all, and marking as read."""

from dataclasses import dataclass
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _

from app.extensions import db
from app.lowcode import notifications
from app.lowcode.principal import current

#: rows in the bell, and on one page
RECENT = 10
PAGE = 50


@dataclass(slots=True)
class NotificationPage:
    """What `notifications/_list.html` and `notifications/all.html` get."""

    title: str
    items: list[notifications.Shown]
    unread: int
    #: posted to: all are read
    read_url: str
    all_url: str
    #: older ones
    more_url: str | None
    help_url: str | None = None


class NotificationView(BaseView):
    """Everybody who is signed in sees what is meant for them; no right is needed."""

    route_base = "/notifications"
    default_view = "all"

    @expose("/")
    def all(self) -> Any:
        before = request.args.get("before", type=int)
        return render_template("notifications/all.html", page=self._page(PAGE, before))

    @expose("/recent")
    def recent(self) -> Any:
        """The part inside the bell."""
        return render_template("notifications/_list.html", page=self._page(RECENT))

    @expose("/read", methods=["POST"])
    def read(self) -> Any:
        """All are read; the bell gets its part again, everybody else the page."""
        notifications.mark_read(db.session, _me())
        db.session.commit()
        return self.recent() if "HX-Request" in request.headers else redirect(self._url())

    @expose("/<int:key>/open", methods=["POST"])
    def open(self, key: int) -> Any:
        """Read one and go where it leads."""
        shown = notifications.find(db.session, _me(), key) or abort(404)
        notifications.mark_read(db.session, _me(), key)
        db.session.commit()
        return redirect(shown.url or self._url())

    def _url(self) -> str:
        return url_for("NotificationView.all")

    def _page(self, count: int, before: int | None = None) -> NotificationPage:
        rows = notifications.newest(db.session, _me(), count + 1, before)
        more = self._url() + f"?before={rows[count - 1].id}" if len(rows) > count else None
        return NotificationPage(
            title=_("Notifications"),
            items=rows[:count],
            unread=notifications.unread_count(db.session, _me()),
            read_url=url_for("NotificationView.read"),
            all_url=self._url(),
            more_url=more,
        )


def _me() -> int:
    return current().user_id or abort(401)
