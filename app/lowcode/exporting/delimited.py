"""CSV as Excel in any language opens it: UTF-8 with a mark, and no cell that acts as a formula."""

import csv
import io
from collections.abc import Callable
from datetime import datetime
from typing import IO, Any

from flask_babel import get_timezone

from app.lowcode.exporting.table import ExportTable
from app.lowcode.fields import Field
from app.lowcode.fields.moments import MomentField
from app.lowcode.fields.numbers import NumberField
from app.lowcode.fields.relations import RelationField
from app.lowcode.fields.scalars import ChoiceField, FlagValueField
from app.rules.formulas import guard

_Write = Callable[[Any], str]
#: texts of a column that are kept
_MOST_KEPT = 5000


def write(table: ExportTable, file: IO[bytes]) -> None:
    """The table as CSV, row by row: memory does not grow with it."""
    file.write(b"\xef\xbb\xbf")
    # A cell costs what its column alone makes it cost: what to do is found out once.
    writers = [_writer(column.field) for column in table.columns]
    buffered = io.BufferedWriter(file, 2**16)  # type: ignore[arg-type] - a binary file
    text = io.TextIOWrapper(buffered, "utf-8", "replace", newline="")
    writer = csv.writer(text)
    writer.writerow([guard(column.label) for column in table.columns])
    writer.writerows(
        [write_cell(value) for write_cell, value in zip(writers, row, strict=True)]
        for row in table.rows
    )
    text.flush()
    text.detach()
    buffered.detach()


def _writer(field: Field) -> _Write:
    """Writes a column's values: numbers and dates so that an import reads them back, labels in
    the reader's language."""
    match field:
        case MomentField():
            return _moment(field)
        case NumberField():
            return lambda value: "" if value is None else field.typed(value)
        case ChoiceField() | FlagValueField() | RelationField():
            return _Kept(field).__getitem__
    return lambda value: _text(field, value)


def _text(field: Field, value: Any) -> str:
    return "" if value is None else guard(field.text(value).replace("\x00", ""))


class _Kept(dict[Any, str]):
    """The texts of the few values that a column of choices or related rows has."""

    def __init__(self, field: Field) -> None:
        self._field = field

    def __missing__(self, value: Any) -> str:
        if len(self) >= _MOST_KEPT:
            self.clear()
        text = self[value] = _text(self._field, value)
        return text


def _moment(field: MomentField) -> _Write:
    """`field.typed` with the reader's zone looked up once."""
    zone = get_timezone()

    def write(value: Any) -> str:
        if value is None:
            return ""
        if not isinstance(value, datetime) or zone is None:
            return field.typed(value)
        return value.astimezone(zone).isoformat(" ", "minutes")[:16]

    return write
