"""From the cells of a record to the typed values of a row, with everything that is wrong in it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from flask_babel import force_locale, get_timezone
from flask_babel import gettext as _
from sqlalchemy import inspect

from app.lowcode.fields import Field
from app.lowcode.fields.inputs import translated
from app.lowcode.fields.moments import DateField, MomentField, today
from app.lowcode.fields.relations import RelatedField, TagsField
from app.lowcode.fields.scalars import ChoiceField
from app.lowcode.importing.lookups import Link, Lookups, Missing, fold
from app.lowcode.importing.mapping import Mapping, Source, column_names, find_columns
from app.lowcode.importing.reading import Cell, cell_text, join_excess
from app.lowcode.importing.targets import LANGUAGES, Target, has_default
from app.rules.errors import InvalidInput
from app.rules.formulas import unguard
from app.rules.parsing_dates import parse_date, parse_datetime

_SEPARATORS = re.compile(r"[,，;；、|]")


@dataclass
class Draft:
    """A record as it will be written: values by field, one inline line per `Lines` part."""

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: (field path, text in the user's language)
    errors: list[tuple[str, str]] = field(default_factory=list)
    #: the existing row it changes
    key: int | None = None

    def missing(self) -> list[tuple[str, Missing]]:
        """Paths whose related row is not there."""
        return [(path, item) for path, item in self._items() if isinstance(item, Missing)]

    def links(self) -> list[Link]:
        """Every related row that must be at hand before the row is written."""
        return [item for _path, item in self._items() if isinstance(item, Link)]

    def _items(self) -> Iterator[tuple[str, Any]]:
        parts = [("", self.values), *((f"{name}.", part) for name, part in self.lines.items())]
        for prefix, values in parts:
            for name, value in values.items():
                for item in value if isinstance(value, list) else [value]:
                    yield prefix + name, item


class RowReader:
    """Reads the records of one file by a mapping; InvalidInput for a column that is not there."""

    def __init__(
        self,
        mapping: Mapping,
        targets: dict[str, Target],
        header: Sequence[str],
        delimiter: str | None,
        lookups: Lookups,
    ) -> None:
        self._mapping = mapping
        self._targets = targets
        self._width = len(header)
        self._delimiter = delimiter or ","
        self._lookups = lookups
        self._places = find_columns(mapping.columns, column_names(header))
        self._empty = frozenset(mapping.empty)
        self._choices: dict[Field, dict[str, Any]] = {}
        own = [s.columns for path, s in mapping.fields.items() if not targets[path].lines]
        #: a column that fills the row itself says nothing about an inline line
        self._own_columns = {name for columns in own for name in columns}

    def read(self, line: int, cells: Sequence[Cell]) -> Draft:
        draft = Draft(line)
        try:
            cells = self._fit(cells)
        except InvalidInput as error:
            draft.errors.append(("", translated(error)))
            return draft
        for path, source in self._mapping.fields.items():
            target = self._targets[path]
            try:
                value = self._value(target, source, cells)
            except InvalidInput as error:
                draft.errors.append((path, translated(error)))
                continue
            if value is None and (self._mapping.keep_filled or stays(target)):
                continue
            if target.lines:
                draft.lines.setdefault(target.lines, {})[target.field.name] = value
            else:
                draft.values[path] = value
        self._finish_lines(draft)
        return draft

    def _fit(self, cells: Sequence[Cell]) -> list[Cell]:
        """The record in the width of the header.

        In files that do not quote, what stood behind a comma begins with a blank: such a cell
        belongs to the one before. What is still too much belongs to the overflow column.
        """
        fitted = list(cells)
        if len(fitted) <= self._width:
            return fitted
        if not self._mapping.overflow:
            raise InvalidInput("This line has more cells than the header.")
        place = 1
        while len(fitted) > self._width and place < len(fitted):
            cell, before = fitted[place], fitted[place - 1]
            if isinstance(cell, str) and cell[:1] == " " and isinstance(before, str):
                fitted[place - 1 : place + 1] = [f"{before}{self._delimiter}{cell}"]
            else:
                place += 1
        column = self._places[self._mapping.overflow]
        return join_excess(fitted, self._width, column, self._delimiter)

    def _value(self, target: Target, source: Source, cells: Sequence[Cell]) -> Any:
        if source.column:
            cell = cells[self._places[source.column]]
            if isinstance(cell, date) and isinstance(target.field, DateField):
                return target.field.read(cell)
        texts = {name: self._text(cells[self._places[name]]) for name in source.columns}
        text = source.translate(texts[source.column] if source.column else source.fill(texts))
        return self._parse(target.field, text, source.by) if text else None

    def _text(self, cell: Cell) -> str:
        text = unguard(cell_text(cell))
        return "" if text in self._empty else text

    def _parse(self, field: Field, text: str, by: str) -> Any:
        match field:
            case TagsField():
                words = [word.strip() for word in _SEPARATORS.split(text)]
                return [self._lookups.find(field, word, by) for word in words if word]
            case RelatedField():
                return self._lookups.find(field, text, by)
            case ChoiceField():
                known = self._choice_index(field).get(fold(text))
                return known if known is not None else field.parse(text)
            case MomentField():
                now = datetime.now(get_timezone() or UTC).replace(tzinfo=None)
                return field.read(parse_datetime(text, now, self._mapping.date_order))
            case DateField():
                return parse_date(text, today(), self._mapping.date_order)
            case _:
                return field.read(text)

    def _choice_index(self, field: ChoiceField) -> dict[str, Any]:
        """Codes and labels in every language: translating them for each row would take too long."""
        if field not in self._choices:
            index: dict[str, Any] = {}
            for language in LANGUAGES:
                with force_locale(language):
                    index |= {fold(_(member.label)): member for member in field.enum}
            index |= {fold(member.label): member for member in field.enum}
            self._choices[field] = index | {fold(member.value): member for member in field.enum}
        return self._choices[field]

    def _finish_lines(self, draft: Draft) -> None:
        """Inline lines without any text of their own are left out; the others must be whole."""
        for name, values in list(draft.lines.items()):
            sources = self._mapping.fields
            if not any(
                value is not None and {*sources[f"{name}.{column}"].columns} - self._own_columns
                for column, value in values.items()
            ):
                del draft.lines[name]
                continue
            for path, target in self._targets.items():
                if target.lines != name or not target.field.required or has_default(target.field):
                    continue
                if values.get(target.field.name) is None:
                    draft.errors.append((path, _("Please fill in this field.")))


def stays(target: Target) -> bool:
    """Does an empty cell leave the field alone, because there is no such thing as an empty one?"""
    if isinstance(target.field, RelatedField):
        return False
    column = inspect(target.field.model).column_attrs[target.field.name].columns[0]
    numbered = target.field.name == getattr(target.field.model, "code_column", None) and not (
        target.field.required
    )
    return numbered or (not column.nullable and has_default(target.field))
