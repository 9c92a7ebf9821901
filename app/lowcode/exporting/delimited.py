"""CSV as Excel in any language opens it: UTF-8 with a mark, and no cell that acts as a formula."""

import csv
import io
from typing import IO, Any

from app.lowcode.exporting.table import ExportTable
from app.lowcode.fields import Field
from app.lowcode.fields.numbers import NumberField
from app.rules.formulas import guard


def write(table: ExportTable, file: IO[bytes]) -> None:
    """The table as CSV, row by row: memory does not grow with it."""
    file.write(b"\xef\xbb\xbf")
    text = io.TextIOWrapper(file, "utf-8", "replace", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([guard(column.label) for column in table.columns])
    fields = [column.field for column in table.columns]
    for row in table.rows:
        writer.writerow([_text(f, value) for f, value in zip(fields, row, strict=True)])
    text.detach()


def _text(field: Field, value: Any) -> str:
    """Numbers and dates so that an import reads them back; labels in the reader's language."""
    if value is None:
        return ""
    if isinstance(field, NumberField):
        return field.typed(value)
    return guard(field.text(value).replace("\x00", ""))
