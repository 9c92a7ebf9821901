"""Remote pickers: find a row to point at, inside the acting person's scope."""

from functools import lru_cache
from itertools import islice
from typing import Any

from flask import abort, jsonify, request
from flask_appbuilder import expose
from sqlalchemy import ColumnElement, case, inspect, select, true

from app.extensions import db
from app.lowcode import field_rights, search
from app.lowcode.fields import field_of, resolve
from app.lowcode.fields.inputs import PickerField
from app.lowcode.fields.relations import RelatedField, key_of
from app.lowcode.fields.scalars import ChoiceField
from app.lowcode.once_rendered import address
from app.lowcode.scope import within_reach
from app.lowcode.search.candidates import ask, candidates
from app.rules.text import storable

MOST = 20
#: characters of what is looked for
LONGEST = 100
#: what rows have in common without belonging to each other
_PEOPLE_AND_PLACES = ("owner", "team", "region", "created_by", "changed_by")


class Pickers:
    """Adds `/picker/<path>`; whoever may see or fill the screen may pick for its fields."""

    @expose("/picker/<path>")
    def picker(self, path: str) -> Any:
        if not any(self.may(right) for right in ("can_list", "can_add", "can_edit")):
            abort(403)
        field, words = self._picked(path), storable(request.args.get("q", ""))
        if isinstance(field, ChoiceField):
            fitting = (o for o in field.options if words.casefold() in o.label.casefold())
            pairs = [(option.value, option.label) for option in islice(fitting, MOST)]
        else:
            rows = db.session.scalars(self.candidates(field, words))
            pairs = [(str(row.id), field.label_of(row)) for row in rows]
        return jsonify([{"value": value, "label": label} for value, label in pairs])

    def _picked(self, path: str) -> RelatedField | ChoiceField:
        """The field at `path`: of the form, of a filter or of a column of inline lines."""
        line, _dot, column = path.partition(".")
        names = {*self.seen.writable, *self.seen.filters}
        lines = {part.name: part for part in self.seen.form if hasattr(part, "computed")}
        try:
            if path in names:
                field = resolve(self.model, path).field
            elif line in lines and column in lines[line].columns:
                field = field_of(inspect(self.model).relationships[line].mapper.class_, column)
            else:
                abort(404)
        except LookupError:
            abort(404)
        return field if isinstance(field, RelatedField | ChoiceField) else abort(404)

    def candidates(self, field: RelatedField, words: str) -> Any:
        """SELECT of the rows that may be picked, inside the acting person's scope."""
        target = field.target
        statement = select(target)
        screen = self.screen_of(target)
        # Searching tells what stands in a column: only for those who may list it.
        searched = screen.seen.search if screen and screen.may("can_list") else ()
        paths = {target.label_column, target.code_column, *searched}
        readable = [
            path
            for path in paths - {None}
            if "." not in path and field_rights.readable(target, path)
        ]
        narrowed = _narrowed(statement, target)
        found, best = _found(target, sorted(readable), words, is_whole=narrowed is statement)
        statement = narrowed.where(found)
        for flag in ("is_active", "active"):
            if flag in inspect(target).column_attrs:
                statement = statement.where(getattr(target, flag).is_(True))
        first = getattr(target, "position", None)
        order = [*best, *([first] if first is not None else [])]
        return statement.order_by(*order, getattr(target, target.label_column)).limit(MOST)


def _found(
    target: type[Any], paths: list[str], words: str, *, is_whole: bool
) -> tuple[ColumnElement[bool], list[ColumnElement[Any]]]:
    """Rows that hold the words, and which come first.

    Of very many only the best and the newest, where they are chosen from the `is_whole` entity:
    who wants another one types more.
    """
    typed = words.strip()[:LONGEST]
    if not typed:
        return true(), []
    asked = ask(target, paths, typed, tolerant=True) if is_whole else None
    few = candidates([asked])[0] if asked else None
    if few is None:
        return search.holding(target, paths, typed, tolerant=True), []
    first = [case((target.id.in_(few.best), 0), else_=1)] if few.best else []
    return target.id.in_(few.keys), first


def _narrowed(statement: Any, target: type[Any]) -> Any:
    """`customer=5` leaves the contacts of that customer."""
    for name, relationship in inspect(target).relationships.items():
        wanted = key_of(request.args.get(name, ""))
        if wanted is None or relationship.uselist or not field_rights.readable(target, name):
            continue
        above = relationship.mapper.class_
        chosen = within_reach(above, above.id == wanted)
        statement = statement.where(getattr(target, name).has(chosen))
    return statement


def _relation(model: type[Any], name: str) -> Any:
    return inspect(model).relationships.get(name)


def wire_picker(view: Any, field: Any, path: str, siblings: set[str]) -> None:
    """Tell a picker where to search, where a new row may be made and what narrows it."""
    if not isinstance(field, PickerField):
        return
    source = field.source
    field.picker_url = address(f"{view.endpoint}.picker", path=path)
    screen = view.screen_of(source.target)
    if screen is not None and screen.may("can_add"):
        field.create_url = address(f"{screen.endpoint}.add", dialog="1")
    field.depends_on = _narrowing(source, view.model, frozenset(siblings))


@lru_cache(maxsize=2000)
def _narrowing(source: RelatedField, model: type[Any], siblings: frozenset[str]) -> str | None:
    """The sibling whose choice leaves fewer rows to pick: both belong to the same record."""
    mapper = inspect(source.target)
    for name in sorted(siblings - {source.name, *_PEOPLE_AND_PLACES}):
        relationship = mapper.relationships.get(name)
        own = _relation(source.model, name) or _relation(model, name)
        if relationship is None or own is None or relationship.uselist:
            continue
        if relationship.mapper.class_ is own.mapper.class_:
            return name
    return None
