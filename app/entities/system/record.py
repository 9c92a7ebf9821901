"""What may hang on any record: notes and attached files."""

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.entities.base import SHARED, Entity


class Note(Entity):
    """A remark on a record. Reached only through the record, which decides who may read it."""

    scope = SHARED
    label_column = "text"
    is_audited = False
    is_binned = False
    __table_args__ = (Index("ix_note_row", "entity", "entity_id"),)

    entity: Mapped[str] = mapped_column(String(64))
    entity_id: Mapped[int]
    text: Mapped[str] = mapped_column(Text)


class Attachment(Entity):
    """A file on a record, stored under an internal name."""

    scope = SHARED
    is_audited = False
    is_binned = False
    __table_args__ = (Index("ix_attachment_row", "entity", "entity_id"),)

    entity: Mapped[str] = mapped_column(String(64))
    entity_id: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    stored_name: Mapped[str] = mapped_column(String(64), unique=True)
    content_type: Mapped[str] = mapped_column(String(100))
    #: bytes
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
