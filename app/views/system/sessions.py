"""Signed-in devices: everybody's own, and all of them for IT administrators."""

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app.entities.system.session import UserSession
from app.entities.types import now_utc
from app.extensions import db
from app.lowcode.fields import field_of
from app.lowcode.principal import current
from app.lowcode.screens import Chart, EntityInterface, EntityView, action
from app.lowcode.security import browser_session
from app.lowcode.security.fresh import fresh_sign_in
from app.views.system.account import account_tabs, signed_in_at_a_browser


class OwnSessionsView(BaseView):
    """Where one is signed in; no right is needed."""

    route_base = "/account/sessions"
    default_view = "list"

    @expose("/")
    def list(self) -> Any:
        signed_in_at_a_browser()
        here = browser_session.current_key()
        shown = ("device", "address", "created_on", "seen_on")
        fields = {name: field_of(UserSession, name) for name in shown}
        rows = [
            {
                "id": row.id,
                "is_here": row.id == here,
                **{name: field.text(getattr(row, name)) for name, field in fields.items()},
            }
            for row in browser_session.sessions_of(current().user_id or 0)
        ]
        return render_template(
            "account/sessions.html", rows=rows, tabs=account_tabs("OwnSessionsView.list")
        )

    @expose("/<int:pk>/end", methods=["POST"])
    @fresh_sign_in
    def end(self, pk: int) -> Any:
        signed_in_at_a_browser()
        return self._end([row for row in self._others() if row.id == pk] or abort(404))

    @expose("/end-others", methods=["POST"])
    @fresh_sign_in
    def end_others(self) -> Any:
        signed_in_at_a_browser()
        return self._end(self._others())

    @staticmethod
    def _others() -> Sequence[UserSession]:
        here = browser_session.current_key()
        own = browser_session.sessions_of(current().user_id or 0)
        return [row for row in own if row.id != here]

    @staticmethod
    def _end(rows: Sequence[UserSession]) -> Any:
        count = browser_session.revoke(rows)
        db.session.commit()
        flash(_("%(count)s devices were signed out.", count=count), "success")
        return redirect(url_for("OwnSessionsView.list"))


class UserSessionView(EntityView):
    datamodel = EntityInterface(UserSession)
    icon = "devices"
    help_page = "account"
    base_permissions = ["can_list", "can_show", "can_export", "revoke"]
    list_columns = ["user", "device", "address", "created_on", "seen_on", "expires_on", "ended_by"]
    show_columns = [
        "user",
        "device",
        "address",
        "created_on",
        "seen_on",
        "expires_on",
        "ended_on",
        "ended_by",
        "agent",
    ]
    quick_search = ["device", "address", "user.name", "user.username"]
    filters = ["user", "ended_by", "seen_on", "created_on"]
    base_order = ("seen_on", "desc")
    facts = ["user", "address", "seen_on", "ended_by"]
    layouts = [Chart("created_on"), Chart("user")]

    def is_action_available(self, name: str, item: UserSession) -> bool:
        return item.ended_on is None and item.expires_on > now_utc()

    @action(
        "revoke",
        lazy_gettext("Sign out"),
        confirmation=lazy_gettext("Sign these devices out? What is not saved there is lost."),
        icon="logout",
    )
    @fresh_sign_in
    def revoke(self, items: Sequence[UserSession]) -> None:
        browser_session.revoke(items)
