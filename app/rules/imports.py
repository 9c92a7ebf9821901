"""Words of imports: what may happen to rows, and how far an uploaded file is."""

from app.rules.choices import Choice


class ImportMode(Choice):
    """What an import may do."""

    BOTH = "both", "Add new rows and change existing ones"
    CREATE = "create", "Only add new rows"
    UPDATE = "update", "Only change existing rows"


class Alike(Choice):
    """What becomes of a new row that looks like an entry there is already."""

    CREATE = "create", "Add it all the same"
    SKIP = "skip", "Leave it out"
    UPDATE = "update", "Change the entry it looks like"


class RowOutcome(Choice):
    """What became of one row of a file."""

    CREATED = "created", "New", "green"
    CHANGED = "changed", "Changed", "blue"
    UNCHANGED = "unchanged", "Unchanged", "gray"
    SKIPPED = "skipped", "Left out", "orange"
    FAILED = "failed", "Failed", "red"


class ImportState(Choice):
    """How far an uploaded file is."""

    UPLOADED = "uploaded", "Uploaded", "gray"
    CHECKED = "checked", "Checked", "azure"
    STARTED = "started", "In progress", "yellow"
    PAUSED = "paused", "Paused", "orange"
    CANCELLED = "cancelled", "Cancelled", "gray"
    #: one bad row, and all rows were to go in or none
    REFUSED = "refused", "Nothing was imported", "red"
    DONE = "done", "Done", "green"
