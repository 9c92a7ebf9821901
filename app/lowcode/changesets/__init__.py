"""Change sets: what was changed at once, by an import, a bulk edit or a merge, is undone at once.

    with changesets.record(db.session, ChangeKind.MERGE, resource="customers", label="…") as key:
        ...  # everything that is flushed in here
    changesets.undo(db.session, key)

Every flush inside leaves one block of what it changed: keys of new rows, old values of changed
ones, the whole of deleted ones. Undoing goes through the blocks from the newest to the oldest. All
tables are then as they were, stamps included, but for what never goes back: versions (whoever has
a row open must be told that it moved), the audit trail, the history of owners and the counters
of numbers.

Only rows that the session flushes are seen; what a statement changes by itself is told to `note`.
"""

from app.lowcode.changesets.keeping import forget_old
from app.lowcode.changesets.obstacles import obstacles
from app.lowcode.changesets.recording import install, note, record
from app.lowcode.changesets.starting import JOB, RIGHTS, find, may_undo, own_sets, start_undo
from app.lowcode.changesets.undoing import Undone, undo

__all__ = [
    "JOB",
    "RIGHTS",
    "Undone",
    "find",
    "forget_old",
    "install",
    "may_undo",
    "note",
    "obstacles",
    "own_sets",
    "record",
    "start_undo",
    "undo",
]
