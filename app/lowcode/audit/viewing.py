"""Readings of sensitive records, written down where the settings name their entity."""

from datetime import timedelta
from typing import Any

from flask import Response, after_this_request
from sqlalchemy import exists, select

from app.entities.system.audit import AuditEntry
from app.entities.types import now_utc
from app.extensions import db, reading
from app.lowcode import principal
from app.lowcode.audit.trail import record_apart
from app.lowcode.settings.trail import watched_screens
from app.rules.audit import AuditAction

#: the same person is not told of again within this time
QUIET = timedelta(minutes=10)


def note_view(view: Any, item: Any) -> None:
    """The acting person gets to see a record: told once the answer stands, and before it leaves."""
    if view.resource not in watched_screens():
        return
    entity, key, label = view.model.__name__, item.id, repr(item)

    @after_this_request
    def write_down(response: Response) -> Response:
        if response.status_code < 400 and not _was_told(entity, key):
            record_apart(AuditAction.VIEW, entity, key, label, {})
        return response


def _was_told(entity: str, key: int) -> bool:
    told = exists().where(
        AuditEntry.entity == entity,
        AuditEntry.entity_id == key,
        AuditEntry.user_id == principal.current().user_id,
        AuditEntry.action == AuditAction.VIEW,
        AuditEntry.created_on > now_utc() - QUIET,
    )
    with reading():
        return bool(db.session.scalar(select(told)))
