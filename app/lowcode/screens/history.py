"""The history of a record: every change with who, when and from where, and the way back."""

from dataclasses import dataclass, field, replace
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
from app.lowcode.once_rendered import address_of
from app.lowcode.pages import Cell, Choice
from app.lowcode.screens.changes import Told, entries_of, in_words, labels_of, told
from app.lowcode.screens.line_history import LineTold, line_events, words_of
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
    #: number of the entry that tells it, where that is one of a line
    sequence: int | None = None


@dataclass(slots=True)
class HistoryEntry:
    sequence: int
    action: Cell
    who: str
    when: str
    #: network address; only for who may read the audit trail
    where: str
    changes: list[HistoryChange] = field(default_factory=list)
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
        return address_of(f"{self.endpoint}.history", item.id) if is_audited else None


def _messages(error: DomainError) -> list[str]:
    by_field = getattr(error, "errors", None)
    return (
        [text for texts in by_field.values() for text in texts] if by_field else [translated(error)]
    )


@dataclass(slots=True)
class _Moment:
    """One transaction: what it did to the record, and to its lines."""

    #: of the record itself, or of the first line where it stayed as it is
    head: Told
    is_own: bool
    lines: list[LineTold] = field(default_factory=list)

    def tells_of(self, name: str) -> bool:
        own = self.is_own and name in self.head.changes
        return own or any(line.part.name == name for line in self.lines)


def history_page(view: Any, item: Any) -> HistoryPage:
    """One page of the history; `?field=` narrows it, `?before=` goes on from an entry."""
    wanted, before = request.args.get("field", ""), key_of(request.args.get("before", ""))
    moments = _moments(view, item)
    labels = labels_of(view.model, {n for m in moments if m.is_own for n in m.head.changes})
    labels |= {line.part.name: line.title for moment in moments for line in moment.lines}
    narrowed = {"field": wanted} if wanted in labels else {}
    may_edit = view.may("can_edit") and view.is_editable(item)
    found = [
        moment
        for moment in moments
        if (before is None or moment.head.sequence < before)
        and (not narrowed or moment.tells_of(wanted))
    ]
    page = HistoryPage(
        url=url_for(f"{view.endpoint}.history", pk=item.id),
        restore_url=url_for(f"{view.endpoint}.restore_value", pk=item.id) if may_edit else None,
        version=getattr(item, "version", None),
        key=once.new_key(),
        fields=[Choice(name, label, selected=name == wanted) for name, label in labels.items()],
    )
    for moment in found[:PAGE]:
        entry = _entry(moment.head)
        entry.changes = _changes(view, item, moment, narrowed.get("field"), may_edit)
        entry.can_return = may_edit and moment.is_own and moment is not moments[0]
        page.entries.append(entry)
    if len(found) > PAGE:
        query = {"before": found[PAGE - 1].head.sequence, **narrowed}
        page.older_url = url_for(f"{view.endpoint}.history", pk=item.id, **query)
    return page


def _moments(view: Any, item: Any) -> list[_Moment]:
    """The transactions that changed the record or its lines, newest first."""
    entries = entries_of(view.model, item.id).where(AuditEntry.action != AuditAction.VIEW)
    moments = [_Moment(head, is_own=True) for head in told(db.session.execute(entries))]
    by_time = {(m.head.moment, m.head.who): m for m in reversed(moments)}
    for line in line_events(view, item):
        key = (line.told.moment, line.told.who)
        if key not in by_time:
            head = replace(line.told, action=AuditAction.UPDATE)
            by_time[key] = _Moment(head, is_own=False)
            moments.append(by_time[key])
        by_time[key].lines.append(line)
    return sorted(moments, key=lambda moment: moment.head.sequence, reverse=True)


def _entry(event: Told) -> HistoryEntry:
    is_auditor = principal.current().can("can_list", "AuditEntry")
    return HistoryEntry(
        sequence=event.sequence,
        action=Cell("badge", _(event.action.label), color=event.action.color),
        who=event.who,
        when=format_datetime(event.moment, "yyyy-MM-dd HH:mm:ss"),
        where=event.address if is_auditor else "",
        is_first=event.action is AuditAction.CREATE,
    )


def _changes(
    view: Any, item: Any, moment: _Moment, wanted: str | None, may_edit: bool
) -> list[HistoryChange]:
    """What a moment tells, of the record first; of one field where that is `wanted`."""
    event, changes = moment.head, []
    has_old_values = may_edit and event.action in {AuditAction.UPDATE, AuditAction.RESTORE}
    own = event.changes if moment.is_own else {}
    kept = {name: pair for name, pair in own.items() if wanted in (None, name)}
    for word in in_words(view.model, kept, event.action):
        is_way_back = has_old_values and can_put_back(view, item, word.name)
        changes.append(
            HistoryChange(word.label, word.old, word.new, word.name if is_way_back else None)
        )
    for line in moment.lines:
        if wanted in (None, line.part.name):
            for word in words_of(line, may_edit=may_edit):
                changes.append(
                    HistoryChange(word.label, word.old, word.new, word.field, line.told.sequence)
                )
    return changes
