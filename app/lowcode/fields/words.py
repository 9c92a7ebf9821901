"""Names of things that code knows by an identifier, shown as translated words."""

from typing import Any

from flask_babel import gettext as _

from app.lowcode.fields.base import humanize
from app.lowcode.fields.scalars import TextField
from app.lowcode.pages import Cell


class WordField(TextField):
    """`clean_up` in the database and the API, "Clean up" in the reader's language on a screen."""

    def text(self, value: Any) -> str:
        return _(humanize(value)) if value else ""

    def plain(self, value: Any) -> Any:
        return value

    def typed(self, value: Any) -> str:
        return value or ""

    def cell(self, value: Any) -> Cell:
        return Cell(self.kind, self.text(value))
