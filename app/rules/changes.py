"""Words of change sets: what many rows were changed by at once, and whether it still holds."""

from app.rules.choices import Choice


class ChangeKind(Choice):
    """What made the changes."""

    IMPORT = "import", "Import", "indigo"
    BULK_EDIT = "bulk_edit", "Bulk edit", "blue"
    MERGE = "merge", "Merge", "purple"


class ChangeState(Choice):
    """Does it hold? `undoing`: some of it is put back already, the rest follows."""

    MADE = "made", "In effect", "green"
    UNDOING = "undoing", "Being undone", "yellow"
    UNDONE = "undone", "Undone", "gray"
