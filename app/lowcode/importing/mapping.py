"""What a file's columns mean: which fields they fill, how they are read, what rows they match."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Self, get_args

from app.rules.errors import InvalidInput
from app.rules.imports import Alike, ImportMode
from app.rules.parsing_dates import DateOrder
from app.rules.text import fold_width

_PLACE = re.compile(r"\{([^{}]+)\}")
_NUMBER = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True)
class Source:
    """Where a field's text comes from: one column, or a text with {columns} in it.

    A text without columns is the same for every row. `replace` changes pieces of the text, then
    `values` the whole of it: what the file says to what we say, such as {"0": "no"}. `by` is
    "code" or "name" where a related row must be found by that alone. Without a text in one that
    `decides` there is no inline line.
    """

    column: str = ""
    text: str = ""
    replace: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    by: str = ""
    decides: bool = False

    @property
    def columns(self) -> list[str]:
        return [self.column] if self.column else _PLACE.findall(self.text)

    def fill(self, texts: dict[str, str]) -> str:
        """The text with its columns filled in; "" where all of them are empty."""
        names = self.columns
        if names and not any(texts[name] for name in names):
            return ""
        return _PLACE.sub(lambda place: texts[place[1]], self.text)

    def translate(self, text: str) -> str:
        for piece, other in self.replace.items():
            text = text.replace(piece, other)
        return self.values.get(text, text)

    @classmethod
    def from_json(cls, content: Any) -> Self:
        if isinstance(content, str):
            return cls(column=content)
        if not isinstance(content, dict) or not {*content} <= {f.name for f in fields(cls)}:
            raise InvalidInput("This mapping cannot be read.")
        source = cls(**content)
        if bool(source.column) == bool(source.text) or source.by not in {"", "code", "name"}:
            raise InvalidInput("This mapping cannot be read.")
        return source

    def to_json(self) -> Any:
        content = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name)}
        return self.column if content.keys() == {"column"} else content


@dataclass(frozen=True)
class Mapping:
    """How one kind of file becomes rows of one entity.

    `fields` maps field paths ("name", "category", "addresses.city") to their sources; where a row
    holds several inline lines they are numbered ("addresses[1].city", "addresses[2].city").
    `match` says how existing rows are found (default: the screen's match keys): relations narrow
    the search, of the other keys the first that a row fills decides.
    """

    resource: str
    fields: dict[str, Source]
    match: tuple[str, ...] = ()
    mode: ImportMode = ImportMode.BOTH
    #: what becomes of a new row that looks like an entry there is already
    alike: Alike = Alike.CREATE
    date_order: DateOrder = "ymd"
    #: texts that mean an empty cell
    empty: tuple[str, ...] = ()
    #: empty cells leave what is there, instead of clearing it
    keep_filled: bool = False
    #: the column whose text was split where a row has too many cells
    overflow: str = ""
    #: relations whose missing rows may be created
    create_missing: tuple[str, ...] = ()
    #: columns by which rows one below the other are one record, each with an inline line of it
    group: tuple[str, ...] = ()
    #: {column: {what the file says: what is meant}}; each time this is used is reported
    corrections: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def columns(self) -> list[str]:
        """Every column that must be in the file."""
        names = [name for source in self.fields.values() for name in source.columns]
        names += [*self.group, *self.corrections, *([self.overflow] if self.overflow else [])]
        return list(dict.fromkeys(names))

    @classmethod
    def from_json(cls, content: Any) -> Self:
        """Raises InvalidInput for anything that is no mapping."""
        known = {f.name for f in fields(cls)}
        if not isinstance(content, dict) or not {*content} <= known or "resource" not in content:
            raise InvalidInput("This mapping cannot be read.")
        values = dict(content)
        try:
            values["fields"] = {
                path: Source.from_json(source) for path, source in content["fields"].items()
            }
            values["mode"] = ImportMode(content.get("mode", ImportMode.BOTH))
            values["alike"] = Alike(content.get("alike", Alike.CREATE))
            for name in ("match", "empty", "create_missing", "group"):
                values[name] = tuple(content.get(name, ()))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise InvalidInput("This mapping cannot be read.") from error
        if values.get("date_order", "ymd") not in get_args(DateOrder):
            raise InvalidInput("This mapping cannot be read.")
        return cls(**values)

    def to_json(self) -> dict[str, Any]:
        content: dict[str, Any] = {"resource": self.resource}
        content["fields"] = {path: source.to_json() for path, source in self.fields.items()}
        for entry in fields(self)[2:]:
            value = getattr(self, entry.name)
            if value and value != entry.default:
                content[entry.name] = list(value) if isinstance(value, tuple) else value
        return content


def numbered(path: str) -> tuple[str, str]:
    """The path as the screen knows it, and the number of its inline line: "" where it has none."""
    number = _NUMBER.search(path)
    return (path, "") if number is None else (_NUMBER.sub("", path), number[1])


def column_names(header: Sequence[str]) -> list[str]:
    """The header with a name for every column: empty and repeated ones get their place."""
    names: list[str] = []
    for place, title in enumerate(header, start=1):
        name = title or f"#{place}"
        names.append(name if name not in names else f"{name} #{place}")
    return names


def find_columns(wanted: Sequence[str], names: Sequence[str]) -> dict[str, int]:
    """The place of each wanted column; blanks, case and width do not count.

    InvalidInput names the columns that the file does not have.
    """
    exact = {name: place for place, name in reversed(list(enumerate(names)))}
    folded = {_key(name): place for place, name in reversed(list(enumerate(names)))}
    places = {name: exact.get(name, folded.get(_key(name))) for name in wanted}
    if missing := [name for name, place in places.items() if place is None]:
        raise InvalidInput("The file has no column %(names)s.", names=", ".join(missing))
    return {name: place for name, place in places.items() if place is not None}


def _key(name: str) -> str:
    return "".join(fold_width(name).casefold().split())
