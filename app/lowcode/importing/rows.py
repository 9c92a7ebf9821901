"""From the cells of a record to the typed values of a row, with everything that is wrong in it."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from flask_babel import force_locale, get_timezone
from flask_babel import gettext as _
from sqlalchemy import inspect

from app.lowcode.fields import Field
from app.lowcode.fields.inputs import translated
from app.lowcode.fields.moments import DateField, MomentField, today
from app.lowcode.fields.relations import RelatedField, TagsField
from app.lowcode.fields.scalars import ChoiceField
from app.lowcode.importing.lookups import Link, Lookups, Missing, fold
from app.lowcode.importing.mapping import (
    Mapping,
    Source,
    column_names,
    find_columns,
    numbered,
)
from app.lowcode.importing.reading import Cell, cell_text, fit
from app.lowcode.importing.results import Correction
from app.lowcode.importing.targets import LANGUAGES, Target, has_default, target_of
from app.rules.errors import InvalidInput
from app.rules.formulas import unguard
from app.rules.parsing_dates import parse_date, parse_datetime

_RELATED = (Link, Missing, list)
_SEPARATORS = re.compile(r"[,，;；、|]")


class Problem(NamedTuple):
    """What is wrong with a field, in the user's language; the path "" is the record as a whole."""

    path: str
    text: str
    line: int


class InlineLine(NamedTuple):
    """The values of one inline line, and the line of the file that told of it."""

    place: int
    values: dict[str, Any]


@dataclass
class Draft:
    """A record as it will be written: values by field, and inline lines by their `Lines` part."""

    #: where it begins in the file
    line: int
    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, list[InlineLine]] = field(default_factory=dict)
    errors: list[Problem] = field(default_factory=list)
    #: the existing row it changes
    key: int | None = None
    #: what the rows of one record have in common; None for a record of its own
    mark: tuple[str, ...] | None = None
    #: the lines of the file it stands in
    places: list[int] = field(default_factory=list)
    #: those used in its rows, once a row
    corrections: list[Correction] = field(default_factory=list)

    #: what it looks like, in the user's language
    alike: str = ""
    #: it is not written, since it looks like something else
    left_out: bool = False
    #: the old values of what it changes in an existing row
    before: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.places.append(self.line)

    def refuse(self, path: str, text: str, place: int | None = None) -> None:
        self.errors.append(Problem(path, text, place or self.line))

    def absorb(self, other: "Draft") -> None:
        """Take in the next row of the same record: its lines, and nothing that contradicts."""
        for path, value in other.values.items():
            if value not in (None, "", []) and value != self.values.get(path):
                other.refuse(path, _("Line %(line)s says something else here.", line=self.line))
        self.errors += other.errors
        self.places += other.places
        self.corrections += other.corrections
        for name, lines in other.lines.items():
            self.lines.setdefault(name, []).extend(lines)

    def missing(self) -> list[tuple[str, int, Missing]]:
        """Paths and lines of the file whose related row is not there."""
        return [(p, line, item) for p, line, item in self._items() if isinstance(item, Missing)]

    def links(self) -> list[Link]:
        """Every related row that must be at hand before the row is written."""
        return [item for _path, _line, item in self._items() if isinstance(item, Link)]

    def _items(self) -> Iterator[tuple[str, int, Any]]:
        """What stands for related rows: path, line of the file, link."""
        parts = [(f"{name}.", *line) for name, lines in self.lines.items() for line in lines]
        for prefix, place, values in [("", self.line, self.values), *parts]:
            for name, value in values.items():
                if isinstance(value, _RELATED):
                    for item in value if isinstance(value, list) else [value]:
                        yield prefix + name, place, item


@dataclass(frozen=True)
class _Part:
    """One path of the mapping: what it fills, and the number of its inline line."""

    path: str
    source: Source
    target: Target
    number: str
    #: reads a text that is not empty; chosen once, not for every cell
    parse: Callable[[str], Any]

    @property
    def line(self) -> tuple[str, str]:
        return self.target.lines, self.number


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
        self._parts = [
            self._part(path, source, target_of(targets, path))
            for path, source in mapping.fields.items()
        ]
        own = [part.source.columns for part in self._parts if not part.target.lines]
        #: a column that fills the row itself says nothing about an inline line
        self._own_columns = {name for columns in own for name in columns}

    def read(self, line: int, cells: Sequence[Cell]) -> Draft:
        draft = Draft(line)
        try:
            # Before anything is refused: a row that cannot be read spoils the record it is of.
            draft.mark = self._mark(cells)
            cells = self._fit(cells)
            draft.corrections = [*self._corrections(cells)]
        except InvalidInput as error:
            draft.refuse("", translated(error))
            return draft
        lines: dict[tuple[str, str], dict[str, Any]] = {}
        for part in self._parts:
            try:
                value = self._value(part, cells)
            except InvalidInput as error:
                draft.refuse(part.path, translated(error))
                continue
            if value is None and (self._mapping.keep_filled or stays(part.target)):
                continue
            if part.target.lines:
                lines.setdefault(part.line, {})[part.target.field.name] = value
            else:
                draft.values[part.path] = value
        for (name, number), values in lines.items():
            self._finish_line(draft, name, number, values)
        return draft

    def _mark(self, cells: Sequence[Cell]) -> tuple[str, ...] | None:
        texts = tuple(self._text(name, cells) for name in self._mapping.group)
        return texts if any(texts) else None

    def _corrections(self, cells: Sequence[Cell]) -> Iterator[Correction]:
        for name, known in self._mapping.corrections.items():
            said = cell_text(cells[self._places[name]])
            if said in known:
                yield Correction(name, said, known[said])

    def _fit(self, cells: Sequence[Cell]) -> list[Cell]:
        """The record in the width of the header."""
        if len(cells) <= self._width:
            return list(cells)
        if not self._mapping.overflow:
            raise InvalidInput("This line has more cells than the header.")
        column = self._places[self._mapping.overflow]
        return fit(cells, self._width, column, self._delimiter)

    def _part(self, path: str, source: Source, target: Target) -> _Part:
        parse = self._parser(target.field, source.by)
        return _Part(path, source, target, numbered(path)[1], parse)

    def _value(self, part: _Part, cells: Sequence[Cell]) -> Any:
        source = part.source
        if source.column:
            cell = cells[self._places[source.column]]
            if isinstance(cell, date) and isinstance(part.target.field, DateField):
                return part.target.field.read(cell)
            text = self._text(source.column, cells)
        else:
            text = source.fill({name: self._text(name, cells) for name in source.columns})
        text = source.translate(text)
        return part.parse(text) if text else None

    def _text(self, name: str, cells: Sequence[Cell]) -> str:
        text = unguard(cell_text(cells[self._places[name]]))
        if known := self._mapping.corrections.get(name):
            text = known.get(text, text)
        return "" if text in self._empty else text

    def _parser(self, field: Field, by: str) -> Callable[[str], Any]:
        order = self._mapping.date_order
        match field:
            case TagsField():
                return lambda text: [
                    self._lookups.find(field, word.strip(), by)
                    for word in _SEPARATORS.split(text)
                    if word.strip()
                ]
            case RelatedField():
                return lambda text: self._lookups.find(field, text, by)
            case ChoiceField():
                return lambda text: self._choice(field, text)
            case MomentField():
                return lambda text: field.read(parse_datetime(text, _now(), order))
            case DateField():
                return lambda text: parse_date(text, today(), order)
            case _:
                return field.read

    def _choice(self, field: ChoiceField, text: str) -> Any:
        known = self._choice_index(field).get(fold(text))
        return known if known is not None else field.parse(text)

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

    def _finish_line(self, draft: Draft, name: str, number: str, values: dict[str, Any]) -> None:
        """An inline line without any text of its own is left out; the others must be whole."""
        parts = [part for part in self._parts if part.line == (name, number)]
        deciding = [part for part in parts if part.source.decides] or [
            part for part in parts if {*part.source.columns} - self._own_columns
        ]
        filled = [values.get(part.target.field.name) is not None for part in deciding]
        if not (all(filled) if deciding and deciding[0].source.decides else any(filled)):
            return
        draft.lines.setdefault(name, []).append(InlineLine(draft.line, values))
        for path, target in self._targets.items():
            if target.lines != name or not target.field.required or has_default(target.field):
                continue
            if values.get(target.field.name) is None:
                draft.refuse(path, _("Please fill in this field."))


def _now() -> datetime:
    return datetime.now(get_timezone() or UTC).replace(tzinfo=None)


def stays(target: Target) -> bool:
    """Does an empty cell leave the field alone, because there is no such thing as an empty one?"""
    if isinstance(target.field, RelatedField):
        return False
    column = inspect(target.field.model).column_attrs[target.field.name].columns[0]
    numbered = target.field.name == getattr(target.field.model, "code_column", None) and not (
        target.field.required
    )
    return numbered or (not column.nullable and has_default(target.field))
