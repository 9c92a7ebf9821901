"""Words of imports: what may happen to rows, and how far an uploaded file is."""

from app.rules.choices import Choice


class ImportMode(Choice):
    """What an import may do."""

    BOTH = "both", "Add new rows and change existing ones"
    CREATE = "create", "Only add new rows"
    UPDATE = "update", "Only change existing rows"


class RowOutcome(Choice):
    """What became of one row of a file."""

    CREATED = "created", "New", "green"
    CHANGED = "changed", "Changed", "blue"
    UNCHANGED = "unchanged", "Unchanged", "gray"
    FAILED = "failed", "Failed", "red"


class ImportState(Choice):
    """How far an uploaded file is."""

    UPLOADED = "uploaded", "Uploaded", "gray"
    CHECKED = "checked", "Checked", "azure"
    STARTED = "started", "In progress", "yellow"
    DONE = "done", "Done", "green"
