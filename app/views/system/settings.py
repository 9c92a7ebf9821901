"""The settings screen: every declared setting by section, saved together."""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import Form

from app.extensions import db
from app.lowcode.pages import Cell, FormPage, FormSection, ShownSection
from app.lowcode.principal import current
from app.lowcode.settings import (
    SECTIONS,
    all_options,
    get_setting,
    options_in,
    set_settings,
    settings_version,
)
from app.views.system.settings_conflict import SettingsMerge, base_of


@dataclass(slots=True)
class SettingsPage:
    """What `settings.html` gets: the settings as text, for somebody who may not change them."""

    title: str
    sections: list[ShownSection]
    help_url: str | None = None


class SettingView(BaseView):
    """`can_show` reads, `can_edit` changes."""

    route_base = "/settings"
    default_view = "show"
    class_permission_name = "Setting"
    icon = "adjustments"
    list_title = lazy_gettext("Settings")
    menu_right = "can_show"

    @expose("/")
    @has_access
    @permission_name("show")
    def show(self) -> Any:
        return self._render(_form())

    @expose("/", methods=["POST"])
    @has_access
    @permission_name("edit")
    def save(self) -> Any:
        form = _form(request.form)
        if {"resumed", "review"} & request.form.keys():
            return self._render(form)
        if not form.validate():
            db.session.rollback()
            return self._render(form), 422
        version = settings_version()
        if request.form.get("version") != str(version):
            merge = SettingsMerge(form, _form(), request.form.get("base", ""))
            if not merge.is_all_mine:
                page = merge.page(str(self.list_title), url_for("SettingView.save"), version)
                return render_template("conflict.html", page=page), 409
        changed = set_settings(db.session, form.data)
        db.session.commit()
        if changed:
            flash(_("The settings were saved."), "success")
        return redirect(url_for("SettingView.show"))

    def _render(self, form: Form) -> str:
        title = str(self.list_title)
        if not current().can("can_edit", self.class_permission_name):
            return render_template("settings.html", page=SettingsPage(title, _sections()))
        parts = [
            FormSection(str(label), [form[option.key] for option in options_in(section)])
            for section, label in SECTIONS.items()
        ]
        page = FormPage(
            title=title,
            resource="settings",
            action_url=url_for("SettingView.save"),
            cancel_url=url_for("SettingView.show"),
            form=form,
            parts=parts,
            errors=[],
            mode="edit",
            help_url=None,
            # What was typed keeps the version that it was typed upon.
            version=request.form.get("version", settings_version(), type=int),
            unsaved=bool(request.form),
            hidden=[("base", request.form.get("base") or base_of(form))],
        )
        return render_template("form.html", page=page)


def _sections() -> list[ShownSection]:
    return [
        ShownSection(
            str(label),
            [
                (str(option.label), Cell(option.kind, option.shown(get_setting(option.key))))
                for option in options_in(section)
            ],
        )
        for section, label in SECTIONS.items()
    ]


def _form(posted: Any = None) -> Form:
    options = all_options()
    fields = {option.key: option.form_field() for option in options}
    values = {option.key: get_setting(option.key) for option in options}
    form: Form = type("SettingsForm", (Form,), fields)(posted, data=values)
    return form
