"""The history of a record: every change with who, when and from where, and the way back."""

from dataclasses import dataclass, field
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import format_datetime
from flask_babel import gettext as _

from app.entities.system.audit import AuditEntry
from app.extensions import db
from app.lowcode import once, principal
from app.lowcode.fields.inputs import translated
from app.lowcode.fields.relations import key_of
from app.lowcode.pages import Cell, Choice
from app.lowcode.screens.changes import Change, Told, entries_of, in_words, labels_of, told
from app.lowcode.screens.putting_back import can_put_back, put_back
from app.rules.audit import AuditAction
from app.rules.errors import DomainError

#: transactions on one page of it
PAGE = 30


@dataclass(slots=True)
class HistoryChange:
    label: str
    old: str
    new: str
    #: name of the field whose old value can be put back; None where it cannot
    field: str | None


@dataclass(slots=True)
class HistoryEntry:
    sequence: int
    action: Cell
    who: str
    when: str
    #: network address; only for who may read the audit trail
    where: str
    changes: list[HistoryChange]
    #: a new record, whose values had none before them
    is_first: bool = False
    #: can the record be put back as it was right after this?
    can_return: bool = False


@dataclass(slots=True)
class HistoryPage:
    """What `record/_history.html` shows."""

    url: str
    restore_url: str | None
    version: int | None
    #: posted along, so that a way back is gone once
    key: str
    fields: list[Choice] = field(default_factory=list)
    entries: list[HistoryEntry] = field(default_factory=list)
    #: address of what lies further back
    older_url: str | None = None


class History:
    """Adds `/<pk>/history`, loaded when its tab is opened, and the way back to old values."""

    @expose("/<int:pk>/history")
    @has_access
    @permission_name("show")
    def history(self, pk: int) -> Any:
        return render_template("record/_history.html", page=history_page(self, self.get_item(pk)))

    @expose("/<int:pk>/history/restore", methods=["POST"])
    @has_access
    @permission_name("edit")
    def restore_value(self, pk: int) -> Any:
        """Put back one field's old value, or the row as it was after an entry, as a form would."""
        item = self.get_item(pk)
        sequence = key_of(request.form.get("entry", "")) or abort(400)
        sent = (request.form.get("field", ""), request.form.get("version", ""))
        key = request.form.get("key")
        claim = once.claim_content(db.session(), request.path, key, str(sequence), *sent)
        if claim.answer:
            return redirect(self.url_of(pk) + "#history")
        if key_of(request.form.get("version", "")) not in (None, getattr(item, "version", None)):
            text = _("Somebody else changed this record in the meantime. Look again.")
            flash(text, "danger")
            return redirect(self.url_of(pk) + "#history")
        try:
            left = put_back(self, item, sequence, request.form.get("field"))
        except DomainError as error:
            db.session.rollback()
            for message in _messages(error):
                flash(message, "danger")
        else:
            claim.keep(once.Answer(302))
            db.session.commit()
            flash(_("%(name)s was put back.", name=repr(item)), "success")
            if left:
                text = _("Left as they are: %(fields)s", fields=", ".join(left))
                flash(text, "warning")
        return redirect(self.url_of(pk) + "#history")

    def history_url(self, item: Any) -> str | None:
        """None for rows that leave no trail."""
        is_audited = hasattr(item, "version") and getattr(item, "is_audited", True)
        return url_for(f"{self.endpoint}.history", pk=item.id) if is_audited else None


def _messages(error: DomainError) -> list[str]:
    by_field = getattr(error, "errors", None)
    return (
        [text for texts in by_field.values() for text in texts] if by_field else [translated(error)]
    )


def history_page(view: Any, item: Any) -> HistoryPage:
    """One page of the history; `?field=` narrows it, `?before=` goes on from an entry."""
    wanted, before = request.args.get("field", ""), key_of(request.args.get("before", ""))
    entries = entries_of(view.model, item.id).where(AuditEntry.action != AuditAction.VIEW)
    events = told(db.session.execute(entries))
    labels = labels_of(view.model, {name for event in events for name in event.changes})
    narrowed = {"field": wanted} if wanted in labels else {}
    may_edit = view.may("can_edit") and view.is_changeable(item)
    found = [
        event
        for event in events
        if (before is None or event.sequence < before) and (not narrowed or wanted in event.changes)
    ]
    page = HistoryPage(
        url=url_for(f"{view.endpoint}.history", pk=item.id),
        restore_url=url_for(f"{view.endpoint}.restore_value", pk=item.id) if may_edit else None,
        version=getattr(item, "version", None),
        key=once.new_key(),
        fields=[Choice(name, label, selected=name == wanted) for name, label in labels.items()],
    )
    for event in found[:PAGE]:
        kept = {wanted: event.changes[wanted]} if narrowed else event.changes
        words = in_words(view.model, kept, event.action)
        page.entries.append(_entry(view, item, event, words, may_edit))
        page.entries[-1].can_return = may_edit and event is not events[0]
    if len(found) > PAGE:
        query = {"before": found[PAGE - 1].sequence, **narrowed}
        page.older_url = url_for(f"{view.endpoint}.history", pk=item.id, **query)
    return page


def _entry(view: Any, item: Any, event: Told, words: list[Change], may_edit: bool) -> HistoryEntry:
    has_old_values = may_edit and event.action in {AuditAction.UPDATE, AuditAction.RESTORE}
    is_auditor = principal.current().can("can_list", "AuditEntry")
    return HistoryEntry(
        sequence=event.sequence,
        action=Cell("badge", _(event.action.label), color=event.action.color),
        who=event.who,
        when=format_datetime(event.moment, "yyyy-MM-dd HH:mm:ss"),
        where=event.address if is_auditor else "",
        is_first=event.action is AuditAction.CREATE,
        changes=[
            HistoryChange(
                word.label,
                word.old,
                word.new,
                word.name if has_old_values and can_put_back(view, item, word.name) else None,
            )
            for word in words
        ],
    )
