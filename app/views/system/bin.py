"""The recycle bin: what was deleted, by whom and when; to restore or to forget for good."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import inspect
from wtforms import Form

from app.entities.system.bin import BinEntry
from app.extensions import db
from app.lowcode import bin, field_rights
from app.lowcode.fields import field_of
from app.lowcode.fields.inputs import translated
from app.lowcode.pages import FormPage, FormSection
from app.lowcode.principal import current
from app.lowcode.restoring import Clash, Restored
from app.lowcode.screens import Chart, EntityInterface, EntityView, action
from app.lowcode.screens.outlines import open_record
from app.lowcode.screens.record_html import record_html
from app.lowcode.screens.records import record_page
from app.lowcode.security.fresh import fresh_sign_in
from app.lowcode.unique import unique_columns
from app.rules.errors import DomainError


class BinEntryView(EntityView):
    datamodel = EntityInterface(BinEntry)
    icon = "trash"
    help_page = "recycle-bin"
    base_permissions = ["can_list", "can_show"]
    list_columns = ["label", "entity", "deleted_on", "deleted_by", "owner"]
    show_columns = ["label", "entity", "deleted_on", "deleted_by", "owner", "team"]
    quick_search = ["label"]
    filters = ["entity", "deleted_on", "deleted_by", "owner", "team"]
    order_columns = ["label", "deleted_on"]
    base_order = ("deleted_on", "desc")
    layouts = [Chart("deleted_on"), Chart("deleted_by")]

    def _init_titles(self) -> None:
        super()._init_titles()
        self.title = self.list_title = lazy_gettext("Recycle bin")

    @expose("/<int:pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: int) -> Any:
        page = record_page(self, open_record(self, pk))
        page.note_url = None  # notes go into the bin with their record; none are written here
        return record_html(page)

    @action("restore", lazy_gettext("Restore"), icon="arrow-back-up")
    def restore(self, items: Sequence[BinEntry]) -> Any:
        return self._restore(items)

    @action(
        "purge",
        lazy_gettext("Delete for good"),
        lazy_gettext("Delete these records and their files for good? Nobody can restore them."),
        icon="trash-x",
    )
    @fresh_sign_in
    def purge(self, items: Sequence[BinEntry]) -> None:
        bin.purge(db.session(), items)

    @expose("/<int:pk>/undo", methods=["POST"])
    def undo(self, pk: int) -> Any:
        """Behind the message after a deletion: for whoever may restore, or deleted it."""
        entry = self.get_item(pk)
        if not (self.may_action("restore") or entry.deleted_by_id == current().user_id):
            abort(403)
        try:
            answer = self._restore([entry])
        except DomainError as error:
            db.session.rollback()
            if (columns := _other_values(entry, error)) is not None:
                return self._ask_for_others(entry, columns, error)
            flash(translated(error), "danger")
            return redirect(self.list_url())
        db.session.commit()
        return answer

    @expose("/<int:pk>/restore", methods=["POST"])
    @permission_name("list")
    def restore_with(self, pk: int) -> Any:
        """Restore with other values in the columns that `column` names."""
        entry = self.get_item(pk)
        if not (self.may_action("restore") or entry.deleted_by_id == current().user_id):
            abort(403)
        columns = request.form.getlist("column")
        if not columns or not set(columns) <= set(_changeable(entry)):
            abort(400)
        form = _form(entry, columns, request.form)
        if not form.validate():
            return self._ask_for_others(entry, columns, None, form)
        try:
            answer = self._restore([entry], {field.short_name: field.data for field in form})
        except DomainError as error:
            db.session.rollback()
            more = _other_values(entry, error)
            return self._ask_for_others(entry, [*columns, *(more or ())], error, form)
        db.session.commit()
        return answer

    def _refuse(self, name: str, items: Sequence[BinEntry], form: Any, error: DomainError) -> Any:
        if name == "restore" and len(items) == 1:
            columns = _other_values(items[0], error)
            if columns is not None:
                return self._ask_for_others(items[0], columns, error)
        return super()._refuse(name, items, form, error)

    def _ask_for_others(
        self,
        entry: BinEntry,
        columns: Sequence[str],
        error: DomainError | None,
        form: Form | None = None,
    ) -> Any:
        """The way out of a clash: a form with the columns whose values are taken."""
        columns = list(dict.fromkeys(columns))
        if form is None or set(columns) != set(form.data):
            form = _form(entry, columns, request.form)
        label = _("Restore with another value")
        page = FormPage(
            title=f"{label} · {entry.label}",
            resource=self.resource,
            action_url=url_for(f"{self.endpoint}.restore_with", pk=entry.id),
            cancel_url=self.url_of(entry.id),
            form=form,
            parts=[FormSection(_(bin.title_in(entry)), list(form))],
            errors=[translated(error)] if error else [],
            mode="action",
            help_url=self.help_url,
            hidden=[("column", name) for name in columns],
            save_label=_("Restore"),
            save_icon="arrow-back-up",
        )
        return render_template("form.html", page=page), 409 if error else 422

    def _restore(self, items: Sequence[BinEntry], instead: Mapping[str, Any] | None = None) -> Any:
        """Back to the record that came back; of several to the bin."""
        done = bin.restore(db.session(), items, instead)
        for restored in done:
            _tell(restored)
        screen = self.screen_of(done[0].model)
        if len(done) == 1 and screen is not None and screen.may("can_show"):
            return redirect(screen.url_of(done[0].key))
        return redirect(self.list_url())


def _changeable(entry: BinEntry) -> list[str]:
    """The columns whose values no two rows share and that the acting person may write."""
    model = bin.model_in(entry)
    if model is None:
        return []
    columns = [columns[-1] for columns in unique_columns(model)]
    names = [inspect(model).get_property_by_column(c).key for c in columns if not c.foreign_keys]
    return [name for name in names if field_rights.writable(model, name)]


def _other_values(entry: BinEntry, error: DomainError) -> list[str] | None:
    """The column in which another value would let the row come back; None where there is none."""
    is_way_out = isinstance(error, Clash) and error.field in _changeable(entry)
    return [str(error.field)] if is_way_out else None


def _form(entry: BinEntry, columns: Sequence[str], posted: Any) -> Form:
    """A form of these columns, at first with what the deleted row held."""
    model = bin.model_in(entry)
    fields = {name: field_of(model, name).form_field(required=True) for name in columns}
    held = entry.data["rows"][0]["values"]
    form_class = type("OtherValues", (Form,), fields)
    start = {name: posted.get(name, held.get(name)) for name in columns}
    is_complete = set(columns) <= set(posted.getlist("column"))
    return form_class(posted if is_complete else None, data=start)


def _tell(restored: Restored) -> None:
    if restored.emptied:
        text = _(
            "%(name)s was restored, without what is gone by now: %(fields)s.",
            name=restored.label,
            fields=", ".join(restored.emptied),
        )
        flash(text, "warning")
    else:
        flash(_("%(name)s was restored.", name=restored.label), "success")
