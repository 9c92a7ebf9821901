"""Notes and files belong to a record: where files lie, and that all of it goes with the record."""

from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.entities.base import Entity
from app.entities.system.record import Attachment, Note
from app.extensions import db
from app.lowcode.snapshots import belongings_of, is_binned


def install() -> None:
    """Attach to the product's session factory; once per process."""
    if not event.contains(db.session.session_factory, "before_flush", _before_flush):
        event.listen(db.session.session_factory, "before_flush", _before_flush)


def folder() -> Path:
    """Where attached files lie under their internal names."""
    path: Path = current_app.extensions["kehu_settings"].attachments
    path.mkdir(parents=True, exist_ok=True)
    return path


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
    """What goes to the recycle bin keeps its files: they must be there when it comes back."""
    for row in list(session.deleted):
        if not isinstance(row, Entity) or isinstance(row, Note | Attachment):
            continue
        for belonging in belongings_of(session, row):
            session.delete(belonging)
            if isinstance(belonging, Attachment) and not is_binned(type(row)):
                remove_after_commit(session, folder() / belonging.stored_name)
