"""The audit trail as IT administrators read it: a list that nobody edits."""

from collections.abc import Mapping
from typing import Any

from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from sqlalchemy import select

from app.entities.system.audit import AuditEntry
from app.extensions import db
from app.lowcode import registered
from app.lowcode.naming import entity_named
from app.lowcode.pages import Cell, Column, LineTable, RecordPage
from app.lowcode.screens import Chart, EntityInterface, EntityView
from app.lowcode.screens.changes import Change, in_words, pairs_of
from app.lowcode.screens.declare import Worked
from app.lowcode.screens.opening import Opened
from app.lowcode.screens.outlines import open_record
from app.lowcode.screens.record_html import record_html
from app.lowcode.screens.records import record_page
from app.rules.audit import AuditAction


class AuditEntryView(EntityView):
    datamodel = EntityInterface(AuditEntry)
    icon = "history"
    base_permissions = ["can_list", "can_show", "can_export"]
    list_columns = ["created_on", "actor", "action", "entity", "label", "address"]
    show_columns = ["created_on", "user", "actor", "address", "action", "entity", "label"]
    show_columns += ["sequence", "digest"]
    quick_search = ["actor", "label"]
    filters = ["created_on", "user", "action", "entity", "entity_id", "address"]
    unindexed = {
        "action": "few values; asked together with the day",
        "entity_id": "asked together with the entity, whose index holds it",
        "address": "asked rarely, and then a wait is no harm",
    }
    order_columns = ["created_on"]
    base_order = ("created_on", "desc")
    layouts = [Chart("created_on"), Chart("user"), Chart("action")]
    help_page = "audit"
    export_extras = [
        Worked("Changes", ("entity", "action", "changes"), lambda *v: _in_one_text(*v))
    ]

    @expose("/<int:pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: int) -> Any:
        return record_html(_page(self, open_record(self, pk)))


def _page(view: AuditEntryView, record: Opened) -> RecordPage:
    """The entry, its changes as a table, and the way to the record it is about."""
    entry, page = record.item, record_page(view, record)
    title = view.field("entity").text(entry.entity)
    page.title = " · ".join(
        part for part in (view.field("action").text(entry.action), title) if part
    )
    page.subtitle = entry.label
    page.note_url = None
    page.sections = page.sections[:1]  # when and by whom an entry was made stands in it
    if entry.changes:
        page.lines.append(_changes(entry))
    if (url := _record_url(entry)) is not None:
        page.facts.append((_("Concerns"), Cell("link", entry.label or title, url=url)))
    return page


def _changes(entry: AuditEntry) -> LineTable:
    words = _words(entry.entity, entry.action, entry.changes)
    columns = [
        Column("field", _("Field"), "text"),
        Column("old", _("Old value"), "text"),
        Column("new", _("New value"), "text"),
    ]
    rows = [
        [Cell("text", word.label), Cell("long", word.old), Cell("long", word.new)] for word in words
    ]
    return LineTable(_("Changes"), columns, rows)


def _words(entity: str, action: AuditAction, changes: Mapping[str, Any]) -> list[Change]:
    # Not by its screen: inline lines have none, and field rights all the same.
    return in_words(entity_named(entity), dict(pairs_of(changes)), action)


def _in_one_text(entity: str, action: AuditAction, changes: Mapping[str, Any] | None) -> str:
    """`Name: old → new` line by line; of what had no value before the new one alone."""
    return "\n".join(
        f"{word.label}: {word.old} → {word.new}" if word.old else f"{word.label}: {word.new}"
        for word in _words(entity, action, changes or {})
    )


def _screen(entity: str) -> Any:
    """The screen of what an entry is about; None for what has none."""
    screens = registered.screens().items()
    return next((screen for model, screen in screens if model.__name__ == entity), None)


def _record_url(entry: AuditEntry) -> str | None:
    """The record, where it is still there for the reader."""
    screen = _screen(entry.entity)
    if screen is None or entry.entity_id is None or not screen.may("can_show"):
        return None
    known = db.session.scalar(select(screen.model.id).where(screen.model.id == entry.entity_id))
    return screen.url_of(known) if known is not None else None
