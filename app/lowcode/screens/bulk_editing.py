"""Editing many rows at once: choose fields, look at what it would change, do it, undo it."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.extensions import db
from app.lowcode import changesets, once
from app.lowcode.fields import field_of
from app.lowcode.fields.inputs import translated
from app.lowcode.fields.relations import TagsField
from app.lowcode.jobs import enqueue
from app.lowcode.naming import in_sentence
from app.lowcode.pages import Action, BulkPage, BulkPreview, HeldBack
from app.lowcode.screens import bulk_rows
from app.lowcode.screens.bulk_rows import Outcome, Tagging
from app.lowcode.screens.bulk_runs import JOB, Wish, bulk_fields, label_of, wish_posted
from app.lowcode.screens.ticked import Chosen, check_seen, chosen_rows
from app.lowcode.security.fresh import require_fresh_sign_in
from app.rules.changes import ChangeKind
from app.rules.errors import DomainError

#: rows that are changed while somebody waits; more are left to a job
IN_REQUEST = 500
#: rows that a preview tries
TRIED = 500

_TAGGING = {
    Tagging.ADD: _l("Add these to each record's own"),
    Tagging.REMOVE: _l("Take these away"),
    Tagging.REPLACE: _l("Replace each record's own by these"),
}


class BulkEditing:
    """Adds `/bulk-edit`: three steps of one form (choose, preview, run) over the chosen rows."""

    def bulk_edit_action(self) -> list[Action]:
        """The button in the bar of ticked rows."""
        if not bulk_fields(self):
            return []
        url = url_for(f"{self.endpoint}.bulk_edit")
        return [Action("bulk_edit", _("Edit"), "pencil", url, bulk=True, most=None)]

    @expose("/bulk-edit", methods=["POST"])
    @has_access
    @permission_name("edit")
    def bulk_edit(self) -> Any:
        if not self.form:
            abort(404)
        step = request.form.get("step")
        if step == "run" and "resumed" in request.form:
            step = "preview"
        try:
            if step == "run":
                claim = once.claim_form(db.session(), request.path, request.form)
                if claim.answer:
                    return redirect(self.back_to_list())
                claim.keep(once.Answer(302))
            chosen = chosen_rows(self)
            wish = wish_posted(self, request.form, bulk_fields(self))
            if step is None:
                check_seen(chosen.items)
            if step not in {"preview", "run"} or not wish.names:
                return self._show_bulk(chosen, wish)
            if not wish.entry.validate():
                return self._show_bulk(chosen, wish, status=422)
            if step == "preview":
                return self._show_preview(chosen, wish)
            return self._run_bulk(chosen, wish)
        except DomainError as error:
            db.session.rollback()
            flash(translated(error), "danger")
            return redirect(self.back_to_list())

    # steps --------------------------------------------------------------------------
    def _show_bulk(self, chosen: Chosen, wish: Wish, status: int = 200) -> Any:
        page = self._bulk_page(chosen, wish)
        return render_template("bulk_edit.html", page=page), status

    def _show_preview(self, chosen: Chosen, wish: Wish, note: str = "") -> Any:
        outcome = Outcome()
        edit = wish.edit()
        for block in chosen.blocks(TRIED):
            bulk_rows.change(self, block, edit, outcome, chosen.seen)
        page = self._bulk_page(chosen, wish)
        page.form_page.errors += [note] if note else []
        page.carried += [("matching", str(chosen.count))]
        page.carried += [pair for pair in request.form.items(multi=True) if pair[0] in wish.names]
        page.values = wish.words()
        page.preview = self._preview(outcome, dict(page.values), min(chosen.count, TRIED))
        answer = render_template("bulk_edit.html", page=page), 409 if note else 200
        db.session.rollback()
        return answer

    def _run_bulk(self, chosen: Chosen, wish: Wish) -> Any:
        if request.form.get("matching") != str(chosen.count):
            note = _("Meanwhile these are %(count)s records. Please confirm again.")
            return self._show_preview(chosen, wish, note % {"count": chosen.count})
        if chosen.count > IN_REQUEST:
            return self._leave_to_job(chosen, wish)
        outcome = Outcome()
        with changesets.record(
            db.session, ChangeKind.BULK_EDIT, resource=self.resource, label=label_of(wish)
        ) as key:
            for block in chosen.blocks():
                bulk_rows.change(self, block, wish.edit(), outcome, chosen.seen)
        if outcome.changed:
            db.session.commit()
        else:
            db.session.rollback()
        self._tell_bulk(outcome, key)
        return redirect(self.back_to_list())

    def _leave_to_job(self, chosen: Chosen, wish: Wish) -> Any:
        if getattr(self.model, "needs_fresh_sign_in", False):
            require_fresh_sign_in()  # a job has nobody to ask
        enqueue(db.session(), JOB, wish.arguments(chosen))
        db.session.commit()
        text = _(
            "%(count)s records are being changed. You are told when it is done.",
            count=chosen.count,
        )
        flash(text, "success")
        return redirect(self.back_to_list())

    # words --------------------------------------------------------------------------
    def _bulk_page(self, chosen: Chosen, wish: Wish) -> BulkPage:
        url, back = url_for(f"{self.endpoint}.bulk_edit"), self.back_to_list()
        if chosen.count == 1 and chosen.items:
            title = _("Edit %(name)s", name=repr(chosen.items[0]))
        else:
            what = in_sentence(str(self.list_title))
            title = _("Edit %(count)s %(what)s", count=chosen.count, what=what)
        form_page = wish.entry.page("bulk", url, back, title)
        form_page.key = request.form.get("key") or once.new_key()
        left = [name for name in bulk_fields(self) if name not in wish.names]
        is_tagging = any(isinstance(field_of(self.model, n), TagsField) for n in wish.names)
        return BulkPage(
            total=chosen.count,
            form_page=form_page,
            choices=[(name, str(field_of(self.model, name).label)) for name in left],
            tagging=[(one.value, str(text), one is wish.tagging) for one, text in _TAGGING.items()]
            if is_tagging
            else [],
            carried=[*chosen.carried(), *(("change", name) for name in wish.names)],
        )

    def _preview(self, outcome: Outcome, new: dict[str, str], tried: int) -> BulkPreview:
        labels = {name: str(field_of(self.model, name).label) for name in bulk_fields(self)}
        link = self.may("can_show")
        return BulkPreview(
            changed=outcome.changed,
            same=outcome.same,
            held=[
                HeldBack(
                    text,
                    reason.count,
                    [(name, self.url_of(key) if link else None) for key, name in reason.examples],
                )
                for text, reason in (*outcome.refused.items(), *outcome.doubted.items())
            ],
            is_doubted=bool(outcome.doubted),
            examples=[
                (name, [(labels[n], old[n], new.get(labels[n], "")) for n in old])
                for name, old in outcome.examples
            ],
            tried=tried,
        )

    def _tell_bulk(self, outcome: Outcome, key: int) -> None:
        """What came of it, with a button that takes it back."""
        if outcome.changed:
            text = _("%(count)s records were changed.", count=outcome.changed)
            undo = {"url": url_for("ChangeSetView.undo", key=key), "fields": {"back": "list"}}
            flash({"text": text, "label": _("Undo"), **undo}, "success")  # type: ignore[arg-type]
        elif outcome.same and not outcome.held_back:
            flash(_("All of them hold these values already."), "info")
        if outcome.held_back:
            reasons = "; ".join(
                f"{text} ({reason.count})"
                for text, reason in (*outcome.refused.items(), *outcome.doubted.items())
            )
            text = _("%(count)s records stay as they are: %(reasons)s")
            flash(text % {"count": outcome.held_back, "reasons": reasons}, "warning")
