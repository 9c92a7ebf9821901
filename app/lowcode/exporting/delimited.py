"""CSV as Excel in any language opens it: UTF-8 with a mark, and no cell that acts as a formula."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from typing import IO, Any
from zoneinfo import ZoneInfo

from flask_babel import get_timezone

from app.lowcode.exporting.table import ExportTable
from app.lowcode.fields import Field
from app.lowcode.fields.moments import MomentField
from app.lowcode.fields.numbers import NumberField
from app.lowcode.fields.relations import RelationField
from app.lowcode.fields.scalars import ChoiceField, FlagValueField
from app.rules.formulas import guard

#: the texts of some values of one column
_Write = Callable[[Sequence[Any]], Iterable[str]]
#: rows that are written at once
_CHUNK = 1000
#: texts of a column that are kept
_MOST_KEPT = 5000


def write(table: ExportTable, file: IO[bytes]) -> None:
    """The table as CSV, chunk by chunk: memory does not grow with it."""
    file.write(b"\xef\xbb\xbf")
    # Column by column: what to do is found out once for each, and a cell costs little besides.
    writers = [_writer(column.field) for column in table.columns]
    buffered = io.BufferedWriter(file, 2**16)  # type: ignore[arg-type] - a binary file
    text = io.TextIOWrapper(buffered, "utf-8", "replace", newline="")
    writer = csv.writer(text)
    writer.writerow([guard(column.label) for column in table.columns])
    while rows := list(islice(table.rows, _CHUNK)):
        columns = zip(writers, zip(*rows, strict=True), strict=True)
        texts = [write_all(values) for write_all, values in columns]
        writer.writerows(zip(*texts, strict=True))
    text.flush()
    text.detach()
    buffered.detach()


def _writer(field: Field) -> _Write:
    """Writes a column's values: numbers and dates so that an import reads them back, labels in
    the reader's language."""
    match field:
        case MomentField():
            return _moments(field)
        case NumberField():
            return lambda values: ["" if v is None else field.typed(v) for v in values]
        case ChoiceField() | FlagValueField() | RelationField():
            return partial(map, _Kept(field).__getitem__)
    return lambda values: [_text(field, value) for value in values]


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


def _moments(field: MomentField) -> _Write:
    """`field.typed` with the reader's zone looked up once."""
    # Of the two libraries of zones the one that is written in C.
    zone = ZoneInfo(str(get_timezone() or "UTC"))

    def written(value: Any) -> str:
        if isinstance(value, datetime):
            return value.astimezone(zone).isoformat(" ", "minutes")[:16]
        return "" if value is None else field.typed(value)

    return lambda values: [written(value) for value in values]
