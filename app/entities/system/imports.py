"""Imports through the browser: an uploaded file on its way in, its problems, and mappings."""

from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.entities.base import SHARED, Entity
from app.entities.system.changes import ChangeSet
from app.entities.system.job import Job
from app.entities.types import ChoiceType, UTCDateTime
from app.rules.imports import ImportState


class ImportMapping(Entity):
    """Which column of a kind of file is which field, kept under a name for whoever may import."""

    # Holds no row of any customer: names of columns and fields.
    scope = SHARED
    is_binned = False

    name: Mapped[str] = mapped_column(String(64))
    #: resource name of the entity, such as "customers"
    resource: Mapped[str] = mapped_column(String(64), index=True)
    #: as `Mapping.to_json` writes it
    content: Mapped[dict[str, Any]] = mapped_column(JSON)

    __table_args__ = (UniqueConstraint("resource", "name"),)


class ImportRun(Entity):
    """One uploaded file and what becomes of it; it belongs to the person in `created_by`."""

    # Always read through app.lowcode.importing.runs, which asks for the person.
    scope = SHARED
    is_binned = False
    label_column = "filename"
    is_undoable = False
    # The rows it writes are audited one by one; the run itself is its own trail.
    is_audited = False

    resource: Mapped[str] = mapped_column(String(64))
    #: the name its owner knows the file by
    filename: Mapped[str] = mapped_column(String(200))
    #: name of the file in the folder of uploads; None once it was deleted
    stored_as: Mapped[str | None] = mapped_column(String(64))
    sheet: Mapped[str | None] = mapped_column(String(64))
    #: rows below the header
    row_count: Mapped[int] = mapped_column(default=0, server_default="0")
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    #: what a trial of the first rows found; its corrections become those of the whole file
    preview: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    state: Mapped[ImportState] = mapped_column(
        ChoiceType(ImportState), default=ImportState.UPLOADED, index=True
    )
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id", ondelete="SET NULL"))
    #: all rows or none
    is_whole: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: of the file, up to which it was brought in
    line: Mapped[int] = mapped_column(default=0, server_default="0")
    #: what it changed, to undo it by
    change_set_id: Mapped[int | None] = mapped_column(ForeignKey("change_set.id"), index=True)
    created: Mapped[int] = mapped_column(default=0, server_default="0")
    changed: Mapped[int] = mapped_column(default=0, server_default="0")
    unchanged: Mapped[int] = mapped_column(default=0, server_default="0")
    skipped: Mapped[int] = mapped_column(default=0, server_default="0")
    failed: Mapped[int] = mapped_column(default=0, server_default="0")
    ended_on: Mapped[datetime | None] = mapped_column(UTCDateTime)

    job: Mapped[Job | None] = relationship()
    change_set: Mapped[ChangeSet | None] = relationship()


class ImportProblem(Model):
    """Why one row of a file was not taken in."""

    scope = SHARED
    __tablename__ = "import_problem"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id", ondelete="CASCADE"), index=True)
    #: where the record begins in the file; 0: the file as a whole
    line: Mapped[int]
    #: header of the column, "" for the row as a whole
    column: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
