"""Writing one record: into a new row or an existing one, and only where the two differ."""

from collections.abc import Mapping as Values
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from app.lowcode.fields import Field, field_of
from app.lowcode.fields.relations import RelationField, TagsField
from app.lowcode.importing.lookups import Link
from app.lowcode.importing.rows import Draft
from app.lowcode.importing.targets import has_default
from app.lowcode.screens.saving import FieldErrors, fill, save
from app.rules.imports import ImportMode, RowOutcome

#: what an empty cell and an empty column hold
_BLANK = (None, "")


class RowWriter:
    """Puts drafts through the screen's own way of saving."""

    def __init__(self, session: Session, view: Any, mode: ImportMode, *, whole_lists: bool) -> None:
        self._session = session
        self._view = view
        self._mode = mode
        #: does the file hold all inline lines of a record, or some?
        self._whole_lists = whole_lists
        self._may_add, self._may_edit = view.may("can_add"), view.may("can_edit")
        self._defaulted = {field.name: default_of(field) for field in defaulted(view)}

    @cached_property
    def _start_values(self) -> dict[str, Any]:
        """What new rows hold before anybody fills them, asked once for all of them."""
        return self._defaulted | dict(self._view.start_values())

    def write(
        self, draft: Draft, rows: Values[Link, Any], *, alone: bool
    ) -> tuple[RowOutcome, Any]:
        """What became of the draft, and its row; `rows` holds everything it links to.

        `alone`: flush and check uniqueness now; otherwise the caller flushes many rows at once.
        Raises FieldErrors, and leaves a new row outside of the session then.
        """
        values = {name: _resolve(value, rows) for name, value in draft.values.items()}
        lines = {
            name: [
                {column: _resolve(value, rows) for column, value in line.values.items()}
                for line in part
            ]
            for name, part in draft.lines.items()
        }
        if draft.key is None:
            return RowOutcome.CREATED, self._create(values, lines, alone)
        item = rows[Link(self._view.model, draft.key)]
        return self._change(draft, item, values, lines, alone), item

    def _create(self, values: dict[str, Any], lines: dict[str, Any], alone: bool) -> Any:
        if self._mode is ImportMode.UPDATE:
            raise FieldErrors({"": [_("There is no such entry to change.")]})
        if not self._may_add:
            raise FieldErrors({"": [_("Your role does not allow adding entries here.")]})
        item = self._view.model()
        start = self._start_values
        for name in start.keys() - values.keys():
            setattr(item, name, start[name])
        whole = values | lines
        try:
            if alone:
                save(self._view, item, whole, is_new=True, from_file=True)
            else:
                fill(self._view, item, whole, is_new=True, from_file=True)
                self._session.add(item)
        except FieldErrors:
            _let_go(item)
            raise
        return item

    def _change(
        self,
        draft: Draft,
        item: Any,
        values: dict[str, Any],
        lines: dict[str, Any],
        alone: bool,
    ) -> RowOutcome:
        if self._mode is ImportMode.CREATE:
            return RowOutcome.UNCHANGED
        differing = {name: value for name, value in values.items() if _differs(item, name, value)}
        for name, told in lines.items():
            changed = _changed_lines(item, name, told, whole=self._whole_lists)
            if changed is not None:
                differing[name] = changed
        if not differing:
            return RowOutcome.UNCHANGED
        if not self._may_edit:
            raise FieldErrors({"": [_("Your role does not allow changing entries here.")]})
        draft.before = {name: _held(item, name) for name in differing if name in values}
        fill(self._view, item, differing, is_new=False, from_file=True)
        # A rule may have put a value in the form in which it stands there already.
        if not (self._session.is_modified(item) or differing.keys() & lines.keys()):
            return RowOutcome.UNCHANGED
        if alone:
            save(self._view, item, {}, is_new=False, from_file=True)
        return RowOutcome.CHANGED


def _resolve(value: Any, rows: Values[Link, Any]) -> Any:
    if isinstance(value, list):
        return [_resolve(item, rows) for item in value]
    return rows[value] if isinstance(value, Link) else value


def defaulted(view: Any) -> list[Field]:
    """The fields of the form that hold something before anybody fills them.

    Those that may be left empty are filled by the screen's rules.
    """
    fields = [field_of(view.model, name) for name in view.form_columns]
    return [f for f in fields if has_default(f) and not f.info.get("optional")]


def default_of(field: Field) -> Any:
    """What a new row starts with."""
    default = field.column.default
    if default is None:
        return field.read(str(field.column.server_default.arg))
    return default.arg(None) if default.is_callable else default.arg


def _held(item: Any, name: str) -> Any:
    value = getattr(item, name)
    return list(value) if isinstance(value, list) else value


def _differs(item: Any, name: str, value: Any) -> bool:
    field = field_of(type(item), name)
    if isinstance(field, TagsField):
        return {row.id for row in getattr(item, name)} != {row.id for row in value or []}
    if isinstance(field, RelationField):
        return getattr(item, field.key_column.key) != (value.id if value is not None else None)
    present = getattr(item, name)
    return present != value and not (present in _BLANK and value in _BLANK)


def _changed_lines(
    item: Any, name: str, told: list[dict[str, Any]], *, whole: bool
) -> list[dict[str, Any]] | None:
    """All lines of the row with the file's put in; None where that changes nothing.

    Where the file tells of the `whole` list, its lines are the present ones in their order, and
    what it does not tell of goes. Else a line is the one of the same kind where it says a kind.
    """
    present = list(getattr(item, name))
    places = enumerate(told)
    known = [_line_like(present, place, {} if whole else line) for place, line in places]
    changes = [
        {column: value for column, value in line.items() if _differs(row, column, value)}
        if row is not None
        else line
        for row, line in zip(known, told, strict=True)
    ]
    others = [row for row in present if row not in known]
    if not any(changes) and None not in known and not (whole and others):
        return None
    put = {row.id: change for row, change in zip(known, changes, strict=True) if row is not None}
    new = [line for row, line in zip(known, told, strict=True) if row is None]
    kept = [row for row in present if row in known or not whole]
    return [*({"id": row.id, **put.get(row.id, {})} for row in kept), *new]


def _line_like(present: list[Any], place: int, line: dict[str, Any]) -> Any:
    kind = line.get("kind")
    if kind is not None:
        return next((row for row in present if row.kind == kind), None)
    return present[place] if place < len(present) else None


def _let_go(item: Any) -> None:
    """Take a refused new row out of the collections that its relations have put it into."""
    for name, relationship in inspect(type(item)).relationships.items():
        if not relationship.uselist and inspect(item).dict.get(name) is not None:
            setattr(item, name, None)
