"""Cells of a list that are changed in their place: the form's own field, saved as the form does."""

from collections.abc import Sequence
from typing import Any

from flask import abort, jsonify, render_template, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.datastructures import MultiDict

from app.extensions import db
from app.lowcode import listing, scope
from app.lowcode.fields import field_of
from app.lowcode.pages import Column, Sheet
from app.lowcode.screens.columns import shown_columns
from app.lowcode.screens.declare import Section
from app.lowcode.screens.forms import EntryForm
from app.lowcode.screens.list_frame import columns_of
from app.lowcode.screens.merging import Merge, base_of, texts_of, words
from app.lowcode.screens.rows import rows_of
from app.lowcode.screens.ticked import state_posted


def changeable_fields(view: Any) -> tuple[str, ...]:
    """The form's fields that the person may change outside of it."""
    fields: tuple[str, ...] = view.seen.small_inputs if view.may("can_edit") else ()
    return fields


class InlineEditing:
    """Adds `/<pk>/cell/<path>`: the form of one cell, and what saving it makes of the row."""

    def mark_editable(self, columns: Sequence[Column]) -> None:
        """Say of each column whether its cells can be changed: rows cost nothing that way.

        Whether this very row may be changed is answered when somebody asks for its form.
        """
        names = set(changeable_fields(self))
        for column in columns:
            column.is_editable = column.name in names

    @expose("/<int:pk>/cell/<path>")
    @has_access
    @permission_name("edit")
    def cell(self, pk: int, path: str) -> Any:
        """JSON {form} with the one field; {message} where this row cannot be changed."""
        entry = self._cell_form(pk, path)
        return self._cell_refused(entry, path) or jsonify(form=self._cell_html(entry, path))

    @expose("/<int:pk>/cell/<path>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def save_cell(self, pk: int, path: str) -> Any:
        """JSON {row, seen}: the row as the list shows it now; {form} again where it is refused."""
        entry = self._cell_form(pk, path, request.form)
        if refusal := self._cell_refused(entry, path):
            return refusal
        if request.form.get("version") != str(entry.item.version):
            stored = self._cell_form(pk, path)
            if not Merge(entry, stored).is_all_mine:
                return self._cell_conflict(entry, stored, path)
        try:
            # What was doubtful before has nothing to do with this cell.
            saved = self._accept(entry, known=self.warnings(entry.item))
        except StaleDataError:  # somebody's save came between our reading and our writing
            db.session.rollback()
            entry = self._cell_form(pk, path, request.form)
            return self._cell_conflict(entry, self._cell_form(pk, path), path)
        if saved:
            return self._saved_row(pk)
        db.session.rollback()
        return jsonify(form=self._cell_html(entry, path)), 422

    def _cell_form(
        self, pk: int, path: str, posted: MultiDict[str, str] | None = None
    ) -> EntryForm:
        """The screen's form narrowed to one field; 404 for a column that has none."""
        parts = [part for part in self.form if isinstance(part, Section) and path in part.fields]
        if not parts:
            abort(404)
        if path not in changeable_fields(self):
            abort(403)
        narrow = [Section("", [path], when=parts[0].when)]
        return EntryForm(self, self.get_item(pk), posted, {}, narrow)

    def _cell_refused(self, entry: EntryForm, path: str) -> Any:
        item = entry.item
        if not scope.may_change(item):
            return _told(_("This record is not yours to change."), 403)
        if not self.is_editable(item):
            return _told(_("This is not possible in the present state."), 409)
        if path not in entry.shown:
            label = field_of(self.model, path).label
            return _told(_("“%(label)s” does not apply to this record.", label=label), 409)
        return None

    def _cell_conflict(self, entry: EntryForm, stored: EntryForm, path: str) -> Any:
        """What was typed stays, beside what the other one made of the cell meanwhile."""
        page, field = Merge(entry, stored).page("", "", ""), stored.form[path]
        entry.errors.append(
            _(
                "%(who)s saved this on %(when)s; it is now: %(value)s. "
                "Save again to put yours in its place.",
                who=page.who,
                when=page.when,
                value=words(field, texts_of(field)),
            )
        )
        entry.validate()
        html = self._cell_html(entry, path, base_of(stored))
        db.session.rollback()
        return jsonify(form=html), 409

    def _cell_html(self, entry: EntryForm, path: str, base: str | None = None) -> str:
        field = entry.form[path]
        field.id = f"cell-{path}"
        url = url_for(f"{self.endpoint}.save_cell", pk=entry.item.id, path=path)
        page = entry.page("edit", url, self.list_url(), "")
        page.hidden = [("base", base or base_of(entry))]
        return render_template("list/_cell_edit.html", page=page, field=field)

    def _saved_row(self, pk: int) -> Any:
        """The row in the columns of the list that it was changed in."""
        state = state_posted(self)
        paths = shown_columns(self.listable, state)
        rows = listing.by_key(self.listable, state, pk, paths)
        if not rows:
            return jsonify(row="", seen="")  # saving it took it out of what the person sees
        sheet = Sheet(columns_of(self, paths, None), rows_of(self, rows, paths))
        html = render_template("list/_row.html", page=sheet, tickable="tickable" in request.form)
        return jsonify(row=html, seen=f"{rows[0].id}:{rows[0].version}")


def _told(text: str, status: int) -> Any:
    return jsonify(message=text), status
