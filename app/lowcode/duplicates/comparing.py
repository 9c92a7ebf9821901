"""Records side by side, field by field, and what is chosen of each: proposed, and as posted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.lowcode import field_rights
from app.lowcode.fields import Field, field_of
from app.lowcode.fields.relations import TagsField, key_of
from app.lowcode.pages import Cell
from app.lowcode.screens.declare import Section

#: chosen instead of a record: the texts of all, one after another
ALL = "all"
PICK = "pick."
_LINKS = frozenset({"email", "phone", "url", "link"})


@dataclass(slots=True)
class Line:
    """One field of all records."""

    name: str
    label: str
    #: one of each record, in their order
    cells: list[Cell]
    #: of each record, what is posted to choose it; "" where there is nothing to choose
    values: list[str]
    #: what is proposed, or was posted
    chosen: str
    #: are there two different values?
    differs: bool
    can_join: bool = False
    #: tags and the like: all of them stay, nothing is chosen
    is_united: bool = False


def richest(view: Any, rows: Sequence[Any]) -> Any:
    """The record with the most filled fields, of several the oldest."""
    names = list(_names(view))
    return max(rows, key=lambda row: (sum(not _is_empty(row, n) for n in names), -row.id))


def lines_of(view: Any, rows: Sequence[Any], posted: Mapping[str, str]) -> list[Line]:
    """Every field that the acting person sees, as far as one of the records fills it."""
    main = richest(view, rows)
    lines = []
    for name in _names(view):
        if all(_is_empty(row, name) for row in rows):
            continue
        lines.append(_line(field_of(view.model, name), rows, main, posted.get(PICK + name, "")))
    return lines


def values_of(
    view: Any, kept: Any, rows: Sequence[Any], posted: Mapping[str, str]
) -> dict[str, Any]:
    """{field: value} of what was chosen and the kept record does not hold, as far as the acting
    person may write it; what was not posted stays as the kept record has it."""
    by_key = {row.id: row for row in rows}
    values = {}
    for name in _names(view):
        field = field_of(view.model, name)
        chosen = posted.get(PICK + name, "")
        if isinstance(field, TagsField) or not field_rights.writable(view.model, name):
            continue
        if chosen == ALL:
            value = _joined(field, rows)
        elif (source := by_key.get(key_of(chosen) or 0)) is not None:
            value = getattr(source, name)
        else:
            continue
        if value != getattr(kept, name):
            values[name] = value
    return values


def _names(view: Any) -> Iterator[str]:
    for part in view.seen.form:
        if isinstance(part, Section):
            yield from part.fields


def _is_empty(row: Any, name: str) -> bool:
    return getattr(row, name) in (None, "", [])


def _line(field: Field, rows: Sequence[Any], main: Any, posted: str) -> Line:
    name = field.name
    shown = [field_rights.value_of(row, name) for row in rows]
    held = [getattr(row, name) for row in rows]
    if isinstance(field, TagsField):
        cells = [field.cell(list(value)) for value in shown]
        return Line(name, str(field.label), cells, [""] * len(rows), "", True, is_united=True)
    filled = [value for value in held if value not in (None, "")]
    can_write = field_rights.writable(field.model, name)
    texts = list(dict.fromkeys(map(str, filled)))
    can_join = can_write and field.info.get("format") == "multiline" and len(texts) > 1
    full = [row for row in (main, *rows) if not _is_empty(row, name)]
    return Line(
        name=name,
        label=str(field.label),
        cells=[_cell(field, value) for value in shown],
        values=[str(row.id) if can_write else "" for row in rows],
        chosen=posted or (ALL if can_join else str(full[0].id)),
        differs=len({repr(value) if value is not None else "" for value in held}) > 1,
        can_join=can_join,
    )


def _cell(field: Field, value: Any) -> Cell:
    """As the field shows it, but no link: a click chooses."""
    cell = field.cell(value)
    return Cell("text", cell.text) if cell.kind in _LINKS else cell


def _joined(field: Field, rows: Sequence[Any]) -> str | None:
    texts = [getattr(row, field.name) for row in rows]
    kept = dict.fromkeys(str(text).strip() for text in texts if text)
    return "\n\n".join(kept)[: field.max_length] or None
