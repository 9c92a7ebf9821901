"""Notes and files belong to a record: where files lie, and that all of it goes with the record."""

import secrets
import shutil
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.entities.base import Entity
from app.entities.system.record import Attachment, Note
from app.extensions import db
from app.lowcode import audit
from app.lowcode.snapshots import belongings_of, is_binned
from app.lowcode.undo_mode import is_undoing


def install() -> None:
    """Attach to the product's session factory; once per process."""
    if not event.contains(db.session.session_factory, "before_flush", _before_flush):
        event.listen(db.session.session_factory, "before_flush", _before_flush)


def folder() -> Path:
    """Where attached files lie under their internal names."""
    path: Path = current_app.extensions["kehu_settings"].attachments
    path.mkdir(parents=True, exist_ok=True)
    return path


def carry_over(session: Session, source: Any, target: Any, remark: str) -> None:
    """Copy the notes and files of a saved record to another one that goes on from it.

    Notes keep their writers and moments; `remark` says on the target where they are from.
    """
    held = belongings_of(session, source)
    entity, key = type(target).__name__, target.id
    session.add(Note(entity=entity, entity_id=key, text=remark))
    for row in held:
        kept = {"created_on": row.created_on, "created_by_id": row.created_by_id}
        if isinstance(row, Note):
            session.add(Note(entity=entity, entity_id=key, text=row.text, **kept))
            continue
        path = folder() / row.stored_name
        if not path.is_file():
            continue
        copy = folder() / secrets.token_hex(16)
        remove_after_rollback(session, copy)
        shutil.copyfile(path, copy)
        same = {name: getattr(row, name) for name in ("name", "content_type", "size", "sha256")}
        session.add(Attachment(entity=entity, entity_id=key, stored_name=copy.name, **same, **kept))
        audit.record(session, "attach", entity, key, repr(target), {"file": [None, row.name]})


def remove_after_commit(session: Session, path: Path) -> None:
    """Not before: had the commit failed, the row would still need its file."""
    _once(session, "after_commit", "after_rollback", path)


def remove_after_rollback(session: Session, path: Path) -> None:
    """A file whose row was never committed must not stay behind."""
    _once(session, "after_rollback", "after_commit", path)


def _once(session: Session, when: str, unless: str, path: Path) -> None:
    """Remove the file at the event `when`, unless the other one comes first."""

    def remove(_session: Session) -> None:
        path.unlink(missing_ok=True)

    def keep(_session: Session) -> None:
        if event.contains(session, when, remove):
            event.remove(session, when, remove)

    event.listen(session, when, remove, once=True)
    event.listen(session, unless, keep, once=True)


def _before_flush(session: Session, *_unused: Any) -> None:
    """What goes to the recycle bin keeps its files: they must be there when it comes back.

    What is undone has none but those that its change set made and takes away itself.
    """
    if is_undoing(session):
        return
    for row in list(session.deleted):
        if not isinstance(row, Entity) or isinstance(row, Note | Attachment):
            continue
        for belonging in belongings_of(session, row):
            session.delete(belonging)
            if isinstance(belonging, Attachment) and not is_binned(type(row)):
                remove_after_commit(session, folder() / belonging.stored_name)
