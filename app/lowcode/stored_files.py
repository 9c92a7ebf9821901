"""The folder of attached files beside the rows that name them: what has lost the other."""

import hashlib
import time
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.system.bin import BinEntry
from app.entities.system.record import Attachment
from app.lowcode.belongings import folder
from app.lowcode.bin import files_in

#: seconds until a file without a row counts as lost: before that its upload may still be going on
GRACE = 24 * 3600


@dataclass
class Findings:
    """What does not fit together; all lists are empty where everything does."""

    #: rows looked at
    count: int = 0
    #: files that no row names
    lost: list[Path] = field(default_factory=list)
    #: rows whose file is gone
    missing: list[Attachment] = field(default_factory=list)
    #: rows whose file is not what was uploaded
    altered: list[Attachment] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        return not (self.missing or self.altered)


def check(session: Session, *, grace: float = GRACE) -> Findings:
    """Compare every row with its file, byte for byte, and every file with the rows."""
    found = Findings(lost=lost_files(session, grace=grace))
    for attachment in session.scalars(select(Attachment).order_by(Attachment.id)):
        found.count += 1
        path = folder() / attachment.stored_name
        if not path.is_file():
            found.missing.append(attachment)
        elif _digest(path) != attachment.sha256:
            found.altered.append(attachment)
    return found


def lost_files(session: Session, *, grace: float = GRACE) -> list[Path]:
    """Files older than `grace` seconds that neither a row nor the recycle bin names.

    A process that is killed between writing a file and committing its row leaves one behind.
    """
    # The folder first: a file that comes in between is in neither list.
    latest = time.time() - grace
    present = [path for path in folder().iterdir() if path.is_file()]
    named = set(session.scalars(select(Attachment.stored_name)))
    for entry in session.scalars(select(BinEntry).execution_options(yield_per=100)):
        named.update(files_in(entry))
    return sorted(p for p in present if p.name not in named and _changed(p) < latest)


def delete_lost(session: Session, *, grace: float = GRACE) -> int:
    """Delete what `lost_files` finds; how many."""
    paths = lost_files(session, grace=grace)
    for path in paths:
        path.unlink(missing_ok=True)
    return len(paths)


def _changed(path: Path) -> float:
    """When the file was written; now for one that is gone meanwhile."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return time.time()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
