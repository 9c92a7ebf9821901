"""An empty workbook for one entity: the columns it takes, with choices and notes, as people read.

The second sheet says what goes into each column, with an example; only the first is read again.
"""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import xlsxwriter
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import select

from app.extensions import db
from app.lowcode.fields.base import Field
from app.lowcode.fields.relations import RelatedField
from app.lowcode.importing.targets import Target, needed, targets_of

#: rows below the header that offer the choices of their column
_ROWS = 1000
#: entries of a related table up to which they are offered
_MOST_CHOICES = 200
#: what goes into fields of a kind, and how it looks
_KINDS = {
    "date": (lazy_gettext("A day"), "2026-03-05"),
    "moment": (lazy_gettext("A day and a time"), "2026-03-05 14:30"),
    "money": (lazy_gettext("An amount"), "1234.50"),
    "number": (lazy_gettext("A number"), "12"),
    "quantity": (lazy_gettext("A quantity"), "2.5"),
    "flag": (lazy_gettext("yes or no"), "yes"),
    "email": (lazy_gettext("An e-mail address"), "name@example.com"),
    "phone": (lazy_gettext("A phone number"), "0571-88001234"),
    "tags": (lazy_gettext("Several names with commas between them"), ""),
}


def template_of(view: Any) -> bytes:
    """The workbook; what a new row must have is marked, and explained in a comment."""
    content = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    due = needed(view)
    targets = {path: t for path, t in targets_of(view).items() if t.is_writable}
    choices = {path: _choices(target.field) for path, target in targets.items()}
    with xlsxwriter.Workbook(content, options) as book:
        _write_columns(book, targets, due, choices)
        _write_notes(book, targets, due, choices)
        _write_choices(book, choices)
    return content.getvalue()


def _write_columns(
    book: Any,
    targets: Mapping[str, Target],
    due: Mapping[str, Target],
    choices: Mapping[str, list[str]],
) -> None:
    sheet = book.add_worksheet()
    plain = book.add_format({"bold": True, "bg_color": "#F1F5F9", "bottom": 1})
    marked = book.add_format({"bold": True, "bg_color": "#FEF3C7", "bottom": 1})
    text = book.add_format({"num_format": "@"})
    sheet.freeze_panes(1, 0)
    for column, (path, target) in enumerate(targets.items()):
        sheet.write_string(0, column, target.label, marked if path in due else plain)
        # Text cells keep the zeros in front of codes and phone numbers.
        sheet.set_column(column, column, 18, text if _is_text(target.field) else None)
        if path in due:
            sheet.write_comment(0, column, _("Every new row needs this."))
        if choices[path]:
            end = len(choices[path])
            letter = xlsxwriter.utility.xl_col_to_name(column)
            source = f"=choices!${letter}$1:${letter}${end}"
            # Names may be typed that are not in the list: it need not hold all of them.
            strict = bool(target.field.options)
            rule = {
                "validate": "list",
                "source": source,
                "ignore_blank": True,
                "show_error": strict,
            }
            sheet.data_validation(1, column, _ROWS, column, rule)


def _write_notes(
    book: Any,
    targets: Mapping[str, Target],
    due: Mapping[str, Target],
    choices: Mapping[str, list[str]],
) -> None:
    sheet = book.add_worksheet(_("Notes")[:31])
    bold = book.add_format({"bold": True, "bg_color": "#F1F5F9", "bottom": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    heads = [_("Column"), _("Needed"), _("What goes in"), _("Example")]
    for column, (head, width) in enumerate(zip(heads, (26, 10, 60, 26), strict=True)):
        sheet.write_string(0, column, head, bold)
        sheet.set_column(column, column, width, wrapped)
    sheet.freeze_panes(1, 0)
    for row, (path, target) in enumerate(targets.items(), start=1):
        what, example = _described(target.field, choices[path])
        cells = [target.label, _("yes") if path in due else "", what, example]
        for column, cell in enumerate(cells):
            sheet.write_string(row, column, cell, wrapped)


def _write_choices(book: Any, choices: Mapping[str, list[str]]) -> None:
    sheet = book.add_worksheet("choices")
    for column, labels in enumerate(choices.values()):
        for row, label in enumerate(labels):
            sheet.write_string(row, column, label)
    sheet.hide()


def _described(field: Field, choices: list[str]) -> tuple[str, str]:
    """What goes into the column, in words, and an example."""
    if field.options:
        return _("One of: %(choices)s", choices=", ".join(choices)), choices[0] if choices else ""
    if isinstance(field, RelatedField) and field.kind != "tags":
        return _("The code or the name of an entry there is"), choices[0] if choices else ""
    what, example = _KINDS.get(field.kind, ("", ""))
    if not what:
        limit = getattr(field, "max_length", None)
        return (_("At most %(limit)s characters", limit=limit) if limit else ""), ""
    return str(what), example


def _is_text(field: Field) -> bool:
    return field.kind in {"text", "long", "phone", "email", "url", "relation", "tags"}


def _choices(field: Field) -> list[str]:
    """What may be picked: the words of a choice, or the names in a small table."""
    if field.options:
        return [str(option.label) for option in field.options]
    if not isinstance(field, RelatedField) or field.kind == "tags":
        return []
    model = field.target
    label = getattr(model, model.label_column)
    names = db.session.scalars(select(label).order_by(label).limit(_MOST_CHOICES + 1)).all()
    return [str(name) for name in names] if len(names) <= _MOST_CHOICES else []
