"""An empty workbook for one entity: the columns it takes, in the reader's language."""

from io import BytesIO
from typing import Any

import xlsxwriter
from flask_babel import gettext as _

from app.lowcode.fields.base import Field
from app.lowcode.importing.targets import needed, targets_of

#: rows below the header that offer the choices of their column
_ROWS = 1000
#: characters that a list of choices may have in a workbook
_LONGEST_LIST = 255


def template_of(view: Any) -> bytes:
    """The workbook; what a new row must have is marked, and explained in a comment."""
    content = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, options) as book:
        sheet = book.add_worksheet()
        plain = book.add_format({"bold": True, "bg_color": "#F1F5F9", "bottom": 1})
        marked = book.add_format({"bold": True, "bg_color": "#FEF3C7", "bottom": 1})
        text = book.add_format({"num_format": "@"})
        sheet.freeze_panes(1, 0)
        due = needed(view)
        targets = {path: t for path, t in targets_of(view).items() if t.is_writable}
        for column, (path, target) in enumerate(targets.items()):
            sheet.write_string(0, column, target.label, marked if path in due else plain)
            # Text cells keep the zeros in front of codes and phone numbers.
            sheet.set_column(column, column, 18, text if _is_text(target.field) else None)
            if path in due:
                sheet.write_comment(0, column, _("Every new row needs this."))
            if choices := _choices(target.field):
                rule = {"validate": "list", "source": choices, "ignore_blank": True}
                sheet.data_validation(1, column, _ROWS, column, rule)
    return content.getvalue()


def _is_text(field: Field) -> bool:
    return field.kind in {"text", "long", "phone", "email", "url", "relation", "tags"}


def _choices(field: Field) -> list[str]:
    labels = [option.label for option in field.options]
    return labels if sum(len(label) + 1 for label in labels) <= _LONGEST_LIST else []
