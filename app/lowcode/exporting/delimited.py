"""CSV as Excel in any language opens it: UTF-8 with a mark, and no cell that acts as a formula."""

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from app.lowcode.exporting.table import ExportTable
from app.lowcode.fields import Field
from app.lowcode.fields.scalars import NumberField

_CHUNK = 500
#: What a spreadsheet takes for a formula, also behind quotes, blanks or a byte order mark, and as
#: the full-width signs that Chinese and Japanese editions accept.
_FORMULA = re.compile(r"[\s\"'\ufeff]*[=+\-@＝＋－＠]|[\"'\ufeff]*[\t\r]")
_NEGATIVE = re.compile(r"-\d+(\.\d+)?")


def guard(text: str) -> str:
    """The text with `'` before anything a spreadsheet would run; plain negative numbers stay."""
    return f"'{text}" if _FORMULA.match(text) and not _NEGATIVE.fullmatch(text) else text


def unguard(text: str) -> str:
    """The text that `guard` was given: imports read their own exports back unchanged."""
    return text[1:] if text.startswith("'") and guard(text[1:]) == text else text


def write(table: ExportTable) -> Iterator[bytes]:
    """The table as CSV, a few hundred rows at a time."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([guard(column.label) for column in table.columns])
    yield b"\xef\xbb\xbf" + _drain(buffer)
    fields = [column.field for column in table.columns]
    while rows := list(islice(table.rows, _CHUNK)):
        for row in rows:
            writer.writerow([_text(f, value) for f, value in zip(fields, row, strict=True)])
        yield _drain(buffer)


def _text(field: Field, value: Any) -> str:
    """Numbers and dates so that an import reads them back; labels in the reader's language."""
    if value is None:
        return ""
    if isinstance(field, NumberField):
        return field.typed(value)
    return guard(field.text(value).replace("\x00", ""))


def _drain(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode("utf-8", "replace")
