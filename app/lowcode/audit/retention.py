"""Entries whose time is over go, up to a sealed checkpoint from which the chain goes on."""

from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from app.entities.system.audit import AuditCheckpoint, AuditEntry
from app.lowcode.audit.chain import checkpoint_parts, keys
from app.lowcode.audit.trail import record
from app.rules.audit import AuditAction, seal

#: entries one transaction removes
STEP = 10_000


def cut(session: Session, before: datetime) -> int:
    """Remove the oldest entries from before that moment, at most `STEP`; how many.

    The checkpoint and an entry about it go with them. The caller commits, and calls again until
    nothing is left to remove.
    """
    first_kept = select(func.min(AuditEntry.sequence)).where(AuditEntry.created_on >= before)
    span = select(func.min(AuditEntry.sequence), func.max(AuditEntry.sequence))
    oldest, newest = session.execute(span).one()
    if oldest is None:
        return 0
    end: int = session.scalar(first_kept) or newest + 1
    last = min(end - 1, oldest + STEP - 1)
    if last < oldest:
        return 0
    digest, moment = session.execute(
        select(AuditEntry.digest, AuditEntry.created_on).where(AuditEntry.sequence == last)
    ).one()
    removed: int = last - oldest + 1
    sealed = seal(keys()[0], checkpoint_parts(last, digest, moment, removed))
    # The tables themselves: to the session the trail is append-only.
    connection = session.connection()
    connection.execute(
        insert(AuditCheckpoint.__table__).values(
            sequence=last, digest=digest, moment=moment, removed=removed, seal=sealed
        )
    )
    entries = AuditEntry.__table__
    connection.execute(delete(entries).where(entries.c.sequence <= last))
    record(session, AuditAction.CUT, "AuditEntry", None, "", {"entries": [removed, 0]})
    return removed
