"""Add and edit: the pages around `saving.save`."""

from collections.abc import Collection
from typing import Any

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from sqlalchemy.orm.exc import StaleDataError

from app.extensions import db, reading
from app.lowcode import once, scope, search
from app.lowcode.fields.relations import key_of
from app.lowcode.naming import in_sentence
from app.lowcode.screens.forms import EntryForm, line_texts, line_totals, prefill, usual_texts
from app.lowcode.screens.merging import Merge, base_of
from app.lowcode.screens.outlines import open_form
from app.lowcode.screens.saving import FieldErrors, save


class Writing:
    """Adds the routes that change rows through forms."""

    @expose("/new", methods=["GET", "POST"])
    @has_access
    @permission_name("add")
    def add(self) -> Any:
        if request.method == "GET":
            item = self.model()
            values, errors = prefill(self, request.args)
            entry = EntryForm(self, item, None, values)
            entry.refuse(FieldErrors(errors))
            return self._show_form(entry, "add")
        entry = EntryForm(self, self.model(), request.form, {})
        if "resumed" in request.form:
            return self._show_resumed(entry, "add")
        key = once.key_of_form(db.session(), request.path, request.form)
        with search.put_off(db.session()) as besides:
            is_good = self._put(entry, is_new=True)
        if is_good:
            created = self._created(entry.item)
            # Nobody looks at the row any more: it need not be made ready to be read again.
            db.session().expire_on_commit = False
            if key.commit(created, besides):
                return self._tell_created(created)
        try:
            earlier = key.earlier()
        except once.KeyReused as reuse:
            return self._show_reused(entry, reuse.answer)
        return self._tell_created(earlier) if earlier else self._show_form(entry, "add")

    def _created(self, item: Any) -> once.Answer:
        return once.Answer(302, self.url_of(item.id), {"value": str(item.id), "label": repr(item)})

    def _tell_created(self, answer: once.Answer) -> Any:
        if request.args.get("dialog"):
            return jsonify(answer.body)
        flash(_("%(name)s was created.", name=answer.body["label"]), "success")
        return redirect(answer.location or self.list_url())

    def _show_reused(self, entry: EntryForm, earlier: once.Answer) -> Any:
        """What was typed after the form had been saved: kept, and another record on purpose."""
        text = _(
            "This form was already saved as %(name)s. Save again to make another record.",
            name=earlier.body["label"],
        )
        entry.notes.append((text, earlier.location))
        entry.key = once.new_key()
        return self._show_form(entry, "add", status=409)

    @expose("/<int:pk>/edit", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def edit(self, pk: int) -> Any:
        if request.method == "GET":
            record = open_form(self, pk)
            if not scope.may_change(record.item):
                flash(_("This record is not yours to change."), "danger")
                return redirect(self.url_of(pk))
            if not self.is_editable(record.item):
                flash(_("This is not possible in the present state."), "danger")
                return redirect(self.url_of(pk))
            entry = EntryForm(self, record.item, None, {}, filled=record.filled)
            return self._show_form(entry, "edit")
        item = self.get_item(pk)
        entry = EntryForm(self, item, request.form, {})
        if not self.is_editable(item):
            entry.errors.append(_("This is not possible in the present state."))
            return self._show_form(entry, "edit", status=409)
        if "resumed" in request.form:
            return self._show_resumed(entry, "edit")
        if "review" in request.form:
            return self._show_form(entry, "edit", status=200)
        if request.form.get("version") != str(item.version):
            merge = Merge(entry, EntryForm(self, item, None, {}))
            if not merge.is_all_mine:
                return self._show_conflict(merge)
        try:
            saved = self._accept(entry)
        except StaleDataError:  # the other one's save came between our reading and our writing
            db.session.rollback()
            item = self.get_item(pk)
            mine = EntryForm(self, item, request.form, {})
            return self._show_conflict(Merge(mine, EntryForm(self, item, None, {})))
        if saved:
            with reading():
                flash(_("%(name)s was saved.", name=repr(item)), "success")
            return redirect(self.url_of(pk))
        return self._show_form(entry, "edit")

    def _show_resumed(self, entry: EntryForm, mode: str) -> Any:
        """What was typed before the session had ended; saving it is for the person to do."""
        text = _("You are signed in again. What you typed is kept; nothing of it is saved yet.")
        entry.notes.append((text, None))
        return self._show_form(entry, mode, status=200)

    def _show_conflict(self, merge: Merge) -> Any:
        """What the two of them changed, to choose from; saving that is one more save."""
        item = merge.theirs.item
        page = merge.page(
            title=_("Edit %(name)s", name=repr(item)),
            action_url=url_for(f"{self.endpoint}.edit", pk=item.id),
            cancel_url=self.url_of(item.id),
        )
        answer = render_template("conflict.html", page=page), 409
        db.session.rollback()
        return answer

    def _accept(self, entry: EntryForm, known: Collection[Any] = ()) -> bool:
        """`_put` of a record that is there already, and commit."""
        if not self._put(entry, is_new=False, known=known):
            return False
        db.session.commit()
        return True

    def _put(self, entry: EntryForm, *, is_new: bool, known: Collection[Any] = ()) -> bool:
        """Validate and save; False leaves the messages in `entry` and nothing saved.

        `known`: doubts that are not asked about.
        """
        if not entry.validate():
            return False
        try:
            save(self, entry.item, entry.values(), is_new=is_new)
        except FieldErrors as error:
            db.session.rollback()
            entry.refuse(error)
            return False
        if not request.form.get("confirm"):
            entry.doubts = [doubt for doubt in self.warnings(entry.item) if doubt not in known]
        if entry.doubts:
            db.session.rollback()
            return False
        return True

    def _show_form(self, entry: EntryForm, mode: str, status: int | None = None) -> Any:
        refused = request.method == "POST"
        if refused:
            db.session.rollback()
        dialog = bool(request.args.get("dialog"))
        if mode == "add":
            title = _("New %(name)s", name=in_sentence(str(self.singular)))
            url = url_for(f"{self.endpoint}.add", **({"dialog": 1} if dialog else {}))
            cancel = self.list_url()
        else:
            title = _("Edit %(name)s", name=repr(entry.item))
            url = url_for(f"{self.endpoint}.edit", pk=entry.item.id)
            cancel = self.url_of(entry.item.id)
        page = entry.page(mode, url, cancel, title)
        if mode == "edit":
            page.hidden.append(("base", base_of(entry)))
            # Shown again it is still a form of the version it was opened with.
            page.version = key_of(request.form.get("version", page.version))
        page.unsaved = refused
        template = "form_dialog.html" if dialog else "form.html"
        return render_template(template, page=page), status or (422 if refused else 200)

    @expose("/totals/<name>", methods=["POST"])
    def sum_lines(self, name: str) -> Any:
        """Computed columns and totals of the inline lines as typed; nothing is saved."""
        if not (self.may("can_add") or self.may("can_edit")):
            abort(403)
        entry = EntryForm(self, self.model(), request.form, {})
        lines = next((lines for lines in entry.lines if lines.part.name == name), None)
        if lines is None:
            abort(404)
        lines.validate()
        part, drafts = lines.part, lines.drafts()
        answer = jsonify(
            {
                "lines": line_texts(part, drafts),
                "usual": usual_texts(part, lines.model, drafts),
                "totals": line_totals(part, drafts),
            }
        )
        db.session.rollback()
        return answer

    @expose("/move/<column>", methods=["POST"])
    def move(self, column: str) -> Any:
        """A card dropped on another stack of a board: JSON {id, value, version}."""
        if not self.may("can_edit"):
            abort(403)
        board = next((b for b in self.boards if b.column == column), None)
        if board is None:
            abort(404)
        payload = request.get_json(silent=True)
        key = key_of(payload.get("id")) if isinstance(payload, dict) else None
        if key is None:
            abort(400)
        item = self.get_item(key)
        if payload.get("version") != item.version:
            return jsonify(
                {"message": _("Somebody else changed this record in the meantime. Reload.")}
            ), 409
        try:
            value = self.field(board.column).read(payload.get("value"))
            save(self, item, {board.column: value}, is_new=False)
        except FieldErrors as error:
            db.session.rollback()
            text = "; ".join(text for texts in error.errors.values() for text in texts)
            return jsonify({"message": text}), 422
        db.session.commit()
        with reading():
            return jsonify({"version": item.version})
