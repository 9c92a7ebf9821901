"""The recycle bin: what was deleted, by whom and when; to restore or to forget for good."""

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, redirect
from flask_appbuilder import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app.entities.system.bin import BinEntry
from app.extensions import db
from app.lowcode import bin
from app.lowcode.fields.inputs import translated
from app.lowcode.principal import current
from app.lowcode.restoring import Restored
from app.lowcode.screens import Chart, EntityInterface, EntityView, action
from app.lowcode.security.fresh import fresh_sign_in
from app.rules.errors import DomainError


class BinEntryView(EntityView):
    datamodel = EntityInterface(BinEntry)
    icon = "trash"
    help_page = "recycle-bin"
    base_permissions = ["can_list", "can_show"]
    list_columns = ["label", "entity", "deleted_on", "deleted_by", "owner"]
    show_columns = ["label", "entity", "entity_id", "deleted_on", "deleted_by", "owner", "team"]
    quick_search = ["label"]
    filters = ["entity", "deleted_on", "deleted_by", "owner", "team"]
    order_columns = ["label", "deleted_on"]
    base_order = ("deleted_on", "desc")
    layouts = [Chart("deleted_on"), Chart("deleted_by")]

    def _init_titles(self) -> None:
        super()._init_titles()
        self.title = self.list_title = lazy_gettext("Recycle bin")

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
            flash(translated(error), "danger")
            return redirect(self.list_url())
        db.session.commit()
        return answer

    def _restore(self, items: Sequence[BinEntry]) -> Any:
        """Back to the record that came back; of several to the bin."""
        done = bin.restore(db.session(), items)
        for restored in done:
            _tell(restored)
        screen = self.screen_of(done[0].model)
        if len(done) == 1 and screen is not None and screen.may("can_show"):
            return redirect(screen.url_of(done[0].key))
        return redirect(self.list_url())


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
