"""What the screens of plain vocabularies have in common."""

from app.lowcode.screens import EntityView, Section


class VocabularyView(EntityView):
    """A screen of `Vocabulary` rows; it says which ones, and what they are used in."""

    list_columns = ["name", "code", "position", "is_active"]
    quick_search = ["name", "code"]
    filters = ["is_active"]
    base_order = ("position", "asc")
    form = [Section("Basic", ["name", "code", "position", "is_active"])]
    match_keys = ["code", "name"]
