"""Deleting rows: into the recycle bin, or a refusal that names what still needs them."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from app.extensions import db
from app.lowcode import bin, once, uses
from app.lowcode.fields.inputs import translated
from app.lowcode.screens.ticked import check_seen, rows_meant
from app.lowcode.snapshots import is_binned
from app.rules.errors import DomainError


class StillUsed(DomainError):  # noqa: N818 - reads as what happened
    """Other rows name the one that was to be deleted; the text is in the user's language."""


class Deleting:
    """Adds the routes that delete; `discard` is what they and the API share."""

    def discard(self, items: Sequence[Any]) -> list[int]:
        """Delete all rows or none and commit; the keys of the bin's entries.

        Raises DomainError, after a rollback, for a row that its screen or other rows hold.
        """
        entries = self._remove(items)
        db.session.commit()
        return entries

    def _remove(self, items: Sequence[Any]) -> list[int]:
        for item in items:
            self.pre_delete(item)
            db.session.delete(item)
            try:
                db.session.flush()
            except IntegrityError:
                db.session.rollback()
                raise StillUsed(uses.refusal(db.session(), item)) from None
        return bin.just_made(db.session())

    @expose("/<int:pk>/delete", methods=["POST"])
    @has_access
    @permission_name("delete")
    def delete(self, pk: int) -> Any:
        item = self.get_item(pk)
        label = repr(item)
        if request.form.get("version") not in (None, str(item.version)):
            text = _("Somebody else changed this record in the meantime. Reload and try again.")
            flash(text, "danger")
            return redirect(self.url_of(pk))
        try:
            entries = self.discard([item])
        except DomainError as error:
            db.session.rollback()
            flash(translated(error), "danger")
            return redirect(self.url_of(pk))
        self._tell_deleted(_("%(name)s was deleted.", name=label), entries)
        return redirect(self.list_url())

    @expose("/delete", methods=["POST"])
    @has_access
    @permission_name("delete")
    def delete_many(self) -> Any:
        """All of the rows that are meant or none, and once however often it is sent."""
        try:
            claim = once.claim_form(db.session(), request.path, request.form)
            if claim.answer:
                return redirect(self.back_to_list())
            items = rows_meant(self)
            check_seen(items)
            if not all(map(self.is_editable, items)):
                raise DomainError("This is not possible in the present state.")
            entries = self._remove(items)
            claim.keep(once.Answer(302))
            db.session.commit()
        except DomainError as error:
            db.session.rollback()
            flash(translated(error), "danger")
        else:
            self._tell_deleted(_("%(count)s records were deleted.", count=len(items)), entries)
        return redirect(self.back_to_list())

    @staticmethod
    def _tell_deleted(text: str, entries: Sequence[int]) -> None:
        """With a button that takes it back, where that is one step."""
        if len(entries) == 1:
            url = url_for("BinEntryView.undo", pk=entries[0])
            flash({"text": text, "label": _("Undo"), "url": url}, "success")  # type: ignore[arg-type]
        else:
            flash(text, "success")

    def delete_question(self, name: str) -> str:
        """What is asked before a row is deleted."""
        if is_binned(self.model):
            return _("Delete “%(name)s”? It can be restored from the recycle bin.", name=name)
        return _("Delete “%(name)s”? This cannot be undone.", name=name)
