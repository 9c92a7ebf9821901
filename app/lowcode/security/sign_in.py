"""The door: sign in with a password, sign out."""

from typing import Any
from urllib.parse import urlsplit

from flask import abort, current_app, g, redirect, render_template, request, session, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import HiddenField, PasswordField, StringField

from app.entities.system.user import Role, assoc_user_role
from app.extensions import db
from app.lowcode import audit
from app.lowcode.fields.inputs import translated
from app.lowcode.principal import current
from app.lowcode.scope import of_nobody
from app.lowcode.security import browser_session, resuming
from app.lowcode.security.throttle import TooManyAttempts


class SignInForm(FlaskForm):
    """No validators: whatever is missing or wrong gets the same answer."""

    username = StringField()
    password = PasswordField()
    next = HiddenField()


class AuthView(BaseView):
    route_base = ""
    default_view = "login"

    @expose("/login/", methods=["GET", "POST"])
    def login(self) -> Any:
        kept = request.form.get("kept", "")
        if (user_id := current().user_id) is not None:
            if page := resuming.resumed(kept, user_id):
                return page
            return redirect(local_target(request.args.get("next")))
        form = SignInForm()
        if request.method == "GET":
            # Whoever is sent here has been refused nothing: FAB's "Access is denied" would say so.
            session.pop("_flashes", None)
            form.next.data = request.args.get("next", "")
            return _page(form)
        try:
            user = self.appbuilder.sm.auth_user_db(
                form.username.data or "", form.password.data or ""
            )
        except TooManyAttempts as refusal:
            return _page(form, translated(refusal), 429)
        if user is None:
            return _page(form, _("The user name or password is not right."), 401)
        browser_session.begin(user)
        db.session.commit()
        if page := resuming.resumed(kept, user.id):
            return page
        return redirect(local_target(form.next.data) if form.next.data else home_of(user.id))

    @expose("/logout/", methods=["POST"])
    def logout(self) -> Any:
        if browser_session.current_key() is not None:
            audit.record(db.session(), "sign_out", "User", g.user.id, g.user.username)
        browser_session.end()
        db.session.commit()
        return redirect(url_for("AuthView.login"))


def _page(form: SignInForm, error: str | None = None, status: int = 200) -> Any:
    if error:
        form.form_errors.append(error)
    kept = request.form.get("kept") if request.endpoint == "AuthView.login" else None
    return render_template("login.html", form=form, next=form.next.data, kept=kept), status


def sign_in_again() -> Any | None:
    """`before_request`: a form whose session has ended waits in the sign-in page."""
    kept = resuming.kept_form()
    if kept is None:
        return None
    # Not with what was posted: a record may have a field named like one of these.
    page = render_template("login.html", form=SignInForm(formdata=None), next="", kept=kept)
    return page, 401


def local_target(address: str | None) -> str:
    """A path of this site, or the start page: a link to us must not lead elsewhere."""
    parts = urlsplit((address or "").replace("\\", "/"))
    is_ours = not parts.netloc or parts.netloc == request.host
    path = parts.path
    if not is_ours or not path.startswith("/") or path.startswith("//") or not path.isprintable():
        return "/"
    return f"{path}?{parts.query}" if parts.query else path


def home_of(user_id: int) -> str:
    """Where the day begins: the screen of a role that has one, else the start page."""
    mine = assoc_user_role.c.user_id == user_id
    roles = select(Role.home).join(assoc_user_role, assoc_user_role.c.role_id == Role.id)
    endpoints = db.session.scalars(of_nobody(roles.where(mine).order_by(Role.id)))
    known = (end for end in endpoints if end in current_app.view_functions)
    return next((url_for(endpoint) for endpoint in known), "/")


def must_change_password() -> Any | None:
    """`before_request`: with a one-time password nothing else can be done than choosing one."""
    if not getattr(g.get("user"), "must_change_password", False) or g.get("_api_key_user"):
        return None
    if request.endpoint in _ALLOWED_BEFORE:
        return None
    if request.path.startswith("/api/"):
        abort(403)
    return redirect(url_for("AccountView.password"))


_ALLOWED_BEFORE = frozenset(
    {"AccountView.password", "AccountView.preferences", "AuthView.logout", "static", "healthz"}
)
