"""The person's own account: profile, looks, language and password."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from flask import abort, current_app, flash, g, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import get_locale, get_timezone, lazy_gettext
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from sqlalchemy import update
from wtforms import Form, PasswordField

from app.entities.system.user import User
from app.extensions import db
from app.lowcode import locale
from app.lowcode.fields import field_of
from app.lowcode.fields.inputs import KehuField, translated
from app.lowcode.fields.option_list import OptionList
from app.lowcode.pages import Choice
from app.lowcode.principal import current
from app.lowcode.security import browser_session
from app.lowcode.security.identity import row_of
from app.lowcode.security.sign_in import local_target
from app.lowcode.settings import get_setting
from app.rules.errors import DomainError, InvalidInput
from app.services.system.accounts import change_password

_OWN = ("name", "phone")
_PREFERENCES = ("locale", "theme", "density")
_LABELS = {
    "auto": lazy_gettext("As the system"),
    "light": lazy_gettext("Light"),
    "dark": lazy_gettext("Dark"),
    "comfortable": lazy_gettext("Comfortable"),
    "compact": lazy_gettext("Compact"),
}


class OneOf:
    """The source of a `KehuField` that offers fixed codes; None follows the default."""

    kind, max_length = "choice", None

    def __init__(self, labels: dict[str, Any]) -> None:
        self._labels = labels

    @property
    def options(self) -> list[Choice]:
        return [Choice(code, str(label)) for code, label in self._labels.items()]

    @property
    def option_list(self) -> OptionList:
        return OptionList(self.options)

    def read_typed(self, text: str) -> str | None:
        if text and text not in self._labels:
            raise InvalidInput("This is not one of the choices.")
        return text or None

    def typed(self, value: str) -> str:
        return value


def account_tabs(active: str) -> list[tuple[str, str, bool, None]]:
    """The pages of one's own account, for `ui.tabs`; `active`: endpoint of the present one."""
    pages = [
        ("AccountView.profile", _("Profile")),
        ("AccountView.password", _("Password")),
        ("OwnSessionsView.list", _("Signed-in devices")),
        ("OwnKeysView.list", _("API keys")),
    ]
    return [(label, url_for(endpoint), endpoint == active, None) for endpoint, label in pages]


def signed_in_at_a_browser() -> None:
    """401 for strangers; 403 for programs: what is a person's own is no business of theirs."""
    if current().user_id is None:
        abort(401)
    if browser_session.current_key() is None:
        abort(403)


@cache
def _zones() -> dict[str, str]:
    """Those that people know their place by; finding them takes a walk through many files."""
    named = (zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    return {zone: zone for zone in sorted(named)}


def _choices() -> dict[str, tuple[Any, dict[str, Any]]]:
    languages = current_app.config["LANGUAGES"]
    return {
        "locale": (
            lazy_gettext("Language"),
            {code: entry["name"] for code, entry in languages.items()},
        ),
        "timezone": (lazy_gettext("Time zone"), _zones()),
        "theme": (lazy_gettext("Theme"), {code: _LABELS[code] for code in locale.THEMES}),
        "density": (lazy_gettext("Density"), {code: _LABELS[code] for code in locale.DENSITIES}),
    }


def _profile_form(row: User) -> Form:
    fields = {name: field_of(User, name).form_field() for name in _OWN}
    for name, (label, labels) in _choices().items():
        fields[name] = KehuField(label=label, source=OneOf(labels), required=False)
    posted = request.form if request.method == "POST" else None
    # What is in force stands in the form, chosen or not.
    in_force = {
        "locale": g.user.locale or str(get_locale()),
        "timezone": g.user.timezone or str(get_timezone()),
        "theme": locale.theme(),
        "density": locale.density(),
    }
    form: Form = type("ProfileForm", (Form,), fields)(posted, obj=row)
    for name, code in in_force.items():
        form[name].data = form[name].data or code
    return form


class PasswordForm(FlaskForm):
    old_password = PasswordField()
    new_password = PasswordField()
    repeat_password = PasswordField()


class AccountView(BaseView):
    """Everybody who is signed in may change what is their own; no right is needed."""

    route_base = ""
    default_view = "profile"

    @expose("/account/", methods=["GET", "POST"])
    def profile(self) -> Any:
        if current().user_id is None:
            return redirect(url_for("AuthView.login", next=request.path))
        row = row_of(g.user)
        form = _profile_form(row)
        if request.method == "POST" and form.validate():
            form.populate_obj(row)
            db.session.commit()
            flash(_("Your account was saved."), "success")
            answer = redirect(url_for("AccountView.profile"))
            locale.remember(answer, *(getattr(row, name) for name in _PREFERENCES))
            return answer
        status = 422 if request.method == "POST" else 200
        if status == 422:
            db.session.rollback()
        sections = [(_("Person"), _OWN), (_("Language and looks"), tuple(_choices()))]
        return render_template(
            "account.html",
            form=form,
            sections=sections,
            tabs=account_tabs("AccountView.profile"),
        ), status

    @expose("/account/password", methods=["GET", "POST"])
    def password(self) -> Any:
        if current().user_id is None:
            return redirect(url_for("AuthView.login", next=request.path))
        form = PasswordForm()
        if request.method == "POST" and self._change(form):
            flash(_("Your password was changed. Other sessions were ended."), "success")
            return redirect("/")
        return render_template(
            "password.html",
            form=form,
            forced=g.user.must_change_password,
            action_url=url_for("AccountView.password"),
            cancel_url=url_for("AccountView.profile"),
            tabs=account_tabs("AccountView.password"),
        ), (422 if request.method == "POST" else 200)

    def _change(self, form: PasswordForm) -> bool:
        new = form.new_password.data or ""
        if new != form.repeat_password.data:
            form.repeat_password.errors = [_("The two new passwords differ.")]
            return False
        try:
            row = row_of(g.user)
            change_password(row, form.old_password.data or "", new, get_setting("company_name"))
        except DomainError as error:
            db.session.rollback()
            form[error.field or "new_password"].errors = [translated(error)]
            return False
        # Every session ends with the old password; this browser goes on with a new one.
        db.session.flush()
        browser_session.begin(row)
        db.session.commit()
        return True

    @expose("/preferences", methods=["POST"])
    def preferences(self) -> Any:
        """One choice at a time, signed in or not; whatever is unknown is left alone."""
        chosen = {name: request.form.get(name) for name in _PREFERENCES}
        offered = {name: labels for name, (_label, labels) in _choices().items()}
        chosen = {name: code for name, code in chosen.items() if code in offered[name]}
        user_id = current().user_id
        if user_id is not None and chosen:
            # Looks are no change of the account that somebody else's open form must know of.
            db.session.execute(update(User).where(User.id == user_id).values(**chosen))
            db.session.commit()
        answer = redirect(local_target(request.form.get("next")), code=303)
        locale.remember(answer, *(chosen.get(name) for name in _PREFERENCES))
        return answer
