"""Roles: the list, copies, and the matrix of screens and rights that is a role's page."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import select

from app.entities.system.user import Role
from app.extensions import db
from app.lowcode.access.simulate import RoleChange
from app.lowcode.fields.base import humanize
from app.lowcode.list_state import read_state
from app.lowcode.pages import Cell, Row
from app.lowcode.screens import EntityInterface, EntityView, Section, action
from app.lowcode.screens.list_html import list_html
from app.lowcode.screens.lists import list_page
from app.lowcode.security.field_levels import write_levels
from app.lowcode.security.guard import EscalationRefused
from app.lowcode.security.rights import copy_role, write_rights
from app.rules.access import ADMINISTRATOR
from app.views.system.effects import effects_of
from app.views.system.matrix import matrix_page, posted_rights
from app.views.system.role_fields import fields_page, posted_levels, screen_named


class RoleView(EntityView):
    datamodel = EntityInterface(Role)
    icon = "shield-lock"
    help_page = "access"
    list_columns = ["name", "description", "changed_on"]
    quick_search = ["name", "description"]
    filters = ["changed_on"]
    base_order = ("name", "asc")
    form = [Section("Role", ["name", "description", "grants"])]
    facts = ["description", "grants"]
    match_keys = ["name"]
    # A role without its rights is nothing that a file could bring.
    extra_permissions = ()

    def pre_save(self, item: Any, is_new: bool) -> None:
        item.name = (item.name or "").strip()

    def is_action_available(self, name: str, item: Any) -> bool:
        # A copy would be a second, empty role: the administrator's rights are no rows.
        return item.name != ADMINISTRATOR

    @expose("/")
    @has_access
    @permission_name("list")
    def list(self) -> Any:
        state = read_state(self.listable, request.args)
        page = list_page(self, state)
        page.rows = [_in_words(row) for row in page.rows]
        return list_html(page)

    @action("copy", lazy_gettext("Copy"), icon="copy", multiple=False)
    def copy(self, items: Sequence[Any]) -> Any:
        (role,) = items
        twin = copy_role(db.session(), role, self._free_name(role.name))
        flash(_("%(name)s was created.", name=twin.name), "success")
        return redirect(url_for("RoleView.edit", pk=twin.id))

    @staticmethod
    def _free_name(name: str) -> str:
        taken = set(db.session.scalars(select(Role.name)))
        candidates = (f"{name[:60]} {number}" for number in range(2, 1000))
        return next(candidate for candidate in candidates if candidate not in taken)

    @expose("/<int:pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: int) -> Any:
        return render_template("matrix.html", page=matrix_page(self, self.get_item(pk)))

    @expose("/<int:pk>/matrix", methods=["GET"])
    @has_access
    @permission_name("show")
    def matrix(self, pk: int) -> Any:
        return self.show(pk)

    @expose("/<int:pk>/matrix", methods=["POST"])
    @has_access
    @permission_name("edit")
    def save_matrix(self, pk: int) -> Any:
        role = self.get_item(pk)
        if request.form.get("version") != str(role.version):
            return self._refused(
                role, _("Somebody else changed this role in the meantime. Reload."), 409
            )
        rights, reach = posted_rights(role, request.form)
        try:
            changed = write_rights(db.session(), role, rights, reach)
        except EscalationRefused:
            db.session.rollback()
            abort(403)
        db.session.commit()
        flash(self._saved_text(role, changed), "success")
        return redirect(self.url_of(pk))

    @expose("/<int:pk>/preview", methods=["POST"])
    @has_access
    @permission_name("edit")
    def preview(self, pk: int) -> Any:
        """What the matrix as it is ticked would change for people; nothing is saved."""
        role = self.get_item(pk)
        rights, reach = posted_rights(role, request.form)
        change = RoleChange(role.id, frozenset(rights), reach)
        return render_template("access/_effect.html", effects=effects_of(change))

    @expose("/<int:pk>/fields/<entity>", methods=["GET"])
    @has_access
    @permission_name("show")
    def fields(self, pk: int, entity: str) -> Any:
        """How far the role goes with each field of one screen."""
        page = fields_page(self, self.get_item(pk), screen_named(entity))
        return render_template("access/fields.html", page=page)

    @expose("/<int:pk>/fields/<entity>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def save_fields(self, pk: int, entity: str) -> Any:
        role, screen = self.get_item(pk), screen_named(entity)
        try:
            changed = write_levels(db.session(), role, posted_levels(role, screen, request.form))
        except EscalationRefused:
            db.session.rollback()
            abort(403)
        db.session.commit()
        flash(self._saved_text(role, changed), "success")
        return redirect(self.url_of(pk))

    @staticmethod
    def _saved_text(role: Any, changed: bool) -> str:
        if not changed:
            return _("Nothing was changed.")
        return _("The rights of %(name)s hold from now on.", name=_(humanize(role.name)))

    def _refused(self, role: Any, text: str, status: int) -> Any:
        page = matrix_page(self, role)
        page.error = text
        return render_template("matrix.html", page=page), status


def _in_words(row: Row) -> Row:
    """Seeded roles are named and described by msgids."""
    name, about, *others = row.cells
    named = Cell(name.kind, _(humanize(name.text)), url=name.url)
    described = Cell(about.kind, about.text and _(about.text))
    return replace(row, cells=[named, described, *others])
