"""Writing one record: into a new row or an existing one, and only where the two differ."""

from collections.abc import Mapping as Values
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

    def __init__(self, session: Session, view: Any, mode: ImportMode) -> None:
        self._session = session
        self._view = view
        self._mode = mode
        self._may_add, self._may_edit = view.may("can_add"), view.may("can_edit")
        self._defaulted = defaulted(view)

    def write(
        self, draft: Draft, rows: Values[Link, Any], *, alone: bool
    ) -> tuple[RowOutcome, Any]:
        """What became of the draft, and its row; `rows` holds everything it links to.

        `alone`: flush and check uniqueness now; otherwise the caller flushes many rows at once.
        Raises FieldErrors, and leaves a new row outside of the session then.
        """
        values = {name: _resolve(value, rows) for name, value in draft.values.items()}
        lines = {
            name: {column: _resolve(value, rows) for column, value in part.items()}
            for name, part in draft.lines.items()
        }
        if draft.key is None:
            return RowOutcome.CREATED, self._create(values, lines, alone)
        item = rows[Link(self._view.model, draft.key)]
        return self._change(item, values, lines, alone), item

    def _create(self, values: dict[str, Any], lines: dict[str, Any], alone: bool) -> Any:
        if self._mode is ImportMode.UPDATE:
            raise FieldErrors({"": [_("There is no such entry to change.")]})
        if not self._may_add:
            raise FieldErrors({"": [_("Your role does not allow adding entries here.")]})
        item = self._view.model()
        for field in self._defaulted:
            setattr(item, field.name, default_of(field))
        whole = values | {name: [line] for name, line in lines.items()}
        try:
            if alone:
                save(self._view, item, whole, is_new=True)
            else:
                fill(self._view, item, whole, is_new=True)
                self._session.add(item)
        except FieldErrors:
            _let_go(item)
            raise
        return item

    def _change(
        self, item: Any, values: dict[str, Any], lines: dict[str, Any], alone: bool
    ) -> RowOutcome:
        if self._mode is ImportMode.CREATE:
            return RowOutcome.UNCHANGED
        differing = {name: value for name, value in values.items() if _differs(item, name, value)}
        for name, line in lines.items():
            changed = _changed_lines(item, name, line)
            if changed is not None:
                differing[name] = changed
        if not differing:
            return RowOutcome.UNCHANGED
        if not self._may_edit:
            raise FieldErrors({"": [_("Your role does not allow changing entries here.")]})
        fill(self._view, item, differing, is_new=False)
        # A rule may have put a value in the form in which it stands there already.
        if not (self._session.is_modified(item) or differing.keys() & lines.keys()):
            return RowOutcome.UNCHANGED
        if alone:
            save(self._view, item, {}, is_new=False)
        return RowOutcome.CHANGED


def _resolve(value: Any, rows: Values[Link, Any]) -> Any:
    if isinstance(value, list):
        return [_resolve(item, rows) for item in value]
    return rows[value] if isinstance(value, Link) else value


def defaulted(view: Any) -> list[Field]:
    """The fields of the form that hold something before anybody fills them."""
    fields = [field_of(view.model, name) for name in view.form_columns]
    return [field for field in fields if has_default(field)]


def default_of(field: Field) -> Any:
    """What a new row starts with."""
    default = field.column.default
    if default is None:
        return field.read(str(field.column.server_default.arg))
    return default.arg(None) if default.is_callable else default.arg


def _differs(item: Any, name: str, value: Any) -> bool:
    field = field_of(type(item), name)
    if isinstance(field, TagsField):
        return {row.id for row in getattr(item, name)} != {row.id for row in value or []}
    if isinstance(field, RelationField):
        return getattr(item, field.key_column.key) != (value.id if value is not None else None)
    present = getattr(item, name)
    return present != value and not (present in _BLANK and value in _BLANK)


def _changed_lines(item: Any, name: str, line: dict[str, Any]) -> list[dict[str, Any]] | None:
    """All lines of the row with the file's one put in; None where that changes nothing.

    The file's line is the one of the same kind where it says a kind, else the first.
    """
    present = list(getattr(item, name))
    kind = line.get("kind")
    known = next((row for row in present if kind is None or row.kind == kind), None)
    others = [{"id": row.id} for row in present]
    if known is None:
        return [*others, line]
    differing = {column: value for column, value in line.items() if _differs(known, column, value)}
    if not differing:
        return None
    return [{**other, **(differing if other["id"] == known.id else {})} for other in others]


def _let_go(item: Any) -> None:
    """Take a refused new row out of the collections that its relations have put it into."""
    for name, relationship in inspect(type(item)).relationships.items():
        if not relationship.uselist and inspect(item).dict.get(name) is not None:
            setattr(item, name, None)
