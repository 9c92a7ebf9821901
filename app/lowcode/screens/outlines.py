"""What the pages of all records of a screen have in common: made once while rights hold.

Labels, the tables' heads, who may open what and how values are written follow from the
declaration, the language and the rights of the reader; a page then only fills in the values.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import (
    BinaryExpression,
    Exists,
    Select,
    bindparam,
    exists,
    inspect,
    literal_column,
    select,
)
from sqlalchemy.orm import RelationshipProperty
from sqlalchemy.orm.attributes import set_committed_value

from app.entities.system.record import Attachment
from app.extensions import db
from app.lowcode import field_rights
from app.lowcode.fields import field_of, resolve
from app.lowcode.fields.base import humanize
from app.lowcode.figures import outline as outline_of_figures
from app.lowcode.once_rendered import KeyedAddress, addresses_of, kept_for_actor
from app.lowcode.pages import Cell, Column
from app.lowcode.screens.declare import Lines, Section, WorkedFact
from app.lowcode.screens.opening import Opened, Opening, opening
from app.lowcode.screens.rows import writer_of
from app.lowcode.screens.tabs import RelatedList, related_lists

_ROUTES = ("timeline_part", "figures_part", "add_note", "add_file")
STAMPS = ("created_on", "created_by", "changed_on", "changed_by")


@dataclass(frozen=True)
class Value:
    """The value at the end of a path, as far as the acting person may see it."""

    label: str
    names: tuple[str, ...]
    write: Callable[[Any], Cell]
    #: stands between the value and whoever may not read it
    veil: Callable[[Any], Any] | None

    def cell(self, row: Any) -> Cell:
        value = row
        for name in self.names:
            value = None if value is None else getattr(value, name)
        return self.write(value if self.veil is None else self.veil(value))


@dataclass(frozen=True)
class Collection:
    """A list of rows that a record holds, and the statement that reads it by the parameter `key`:
    kept, it costs half of what loading it by the relationship does."""

    name: str
    statement: Select[Any]

    def load(self, row: Any, *, is_empty: bool = False) -> None:
        found = [] if is_empty else db.session.scalars(self.statement, {"key": row.id}).all()
        set_committed_value(row, self.name, found)

    @property
    def has_rows(self) -> Exists:
        # Of a long statement the driver takes the parameters apart every time.
        any_row = self.statement.with_only_columns(literal_column("1"), maintain_column_froms=True)
        return any_row.order_by(None).exists()


@dataclass(frozen=True)
class SectionOutline:
    title: str
    when: Mapping[str, Sequence[str]]
    collections: tuple[Collection, ...]
    values: tuple[Value, ...]


@dataclass(frozen=True)
class LinesOutline:
    part: Lines
    title: str
    when: Mapping[str, Sequence[str]]
    collections: tuple[Collection, ...]
    columns: list[Column]
    #: of each column; None where it is computed
    values: tuple[Value | None, ...]


@dataclass(frozen=True)
class RecordOutline:
    facts: tuple[Value, ...]
    worked_facts: tuple[WorkedFact, ...]
    parts: tuple[SectionOutline | LinesOutline, ...]
    #: who made and last changed the row
    stamps: SectionOutline
    #: of the state of the row
    badges: tuple[Value, ...]
    tabs: tuple[RelatedList, ...]
    figures: list[tuple[str, str]]
    #: of what belongs to a record
    addresses: Mapping[str, KeyedAddress]
    collections: tuple[Collection, ...]
    #: asks for each worked fact, whether there are files, and whether each of the collections
    #: holds anything
    page: Opening
    #: the last of these alone
    form: Opening

    def url(self, name: str, key: int) -> str:
        return self.addresses[name].of(key)


def outline_of(view: Any) -> RecordOutline:
    """The outline of a screen's records, for the acting person."""
    found: RecordOutline = kept_for_actor(("record outline", view.resource), partial(_made, view))
    return found


def open_form(view: Any, key: int) -> Opened:
    """A record with all that its form shows; 404 outside the acting person's scope."""
    outline = outline_of(view)
    opened = outline.form.open(view, key)
    for collection, has_rows in zip(outline.collections, opened.answers, strict=True):
        collection.load(opened.item, is_empty=not has_rows)
    return opened


def open_record(view: Any, key: int) -> Opened:
    """A record with what `record_page` shows of it; 404 outside the acting person's scope."""
    return outline_of(view).page.open(view, key)


def _made(view: Any) -> RecordOutline:
    facts = [fact for fact in view.worked_facts if field_rights.all_readable(fact.reads)]
    tabs = related_lists(view)
    known = [name for name in STAMPS if name in inspect(view.model).attrs]
    parts = tuple(_part(view, part) for part in _declared(view))
    collections = tuple(held for part in parts for held in part.collections)
    are_there = [held.has_rows for held in collections]
    asked = [*(fact.value() for fact in facts), _has_files(view.model), *are_there]
    shown = (*view.seen.facts, *known, *view.form_columns, *(view.show_columns or ()))
    return RecordOutline(
        facts=_values(view, view.seen.facts),
        worked_facts=tuple(facts),
        parts=parts,
        stamps=SectionOutline(_("Record"), {}, (), _values(view, known)),
        badges=_badges(view),
        tabs=tuple(tabs),
        figures=outline_of_figures(view.figures),
        addresses=_addresses(view),
        collections=collections,
        page=opening(view.model, shown, asked),
        form=opening(view.model, view.form_columns, are_there),
    )


def _addresses(view: Any) -> dict[str, KeyedAddress]:
    found = {name: addresses_of(f"{view.endpoint}.{name}") for name in _ROUTES}
    found["star"] = addresses_of("ShelfView.star", resource=view.resource)
    found["shares"] = addresses_of("ShareView.card", resource=view.resource)
    return found


def _values(view: Any, paths: Sequence[str]) -> tuple[Value, ...]:
    return tuple(_value(view.model, path, writer_of(view, path)) for path in paths)


def _value(model: type[Any], path: str, write: Callable[[Any], Cell]) -> Value:
    is_open = field_rights.readable(model, path)
    veil = None if is_open else partial(field_rights.shown, model, path)
    return Value(str(resolve(model, path).label), tuple(path.split(".")), write, veil)


def _part(view: Any, part: Section | Lines) -> SectionOutline | LinesOutline:
    if isinstance(part, Section):
        values = _values(view, part.fields)
        return SectionOutline(
            _(part.title), part.when, _collections(view.model, part.fields), values
        )
    model = inspect(view.model).relationships[part.name].mapper.class_
    columns: list[Column] = []
    values: list[Value | None] = []
    for name in part.columns:
        if name in part.computed:
            columns.append(Column(name, _(humanize(name)), "money", "right"))
            values.append(None)
        else:
            field = field_of(model, name)
            columns.append(Column(name, str(field.label), field.kind, field.align))
            values.append(_value(model, name, field.cell))
    title = _(part.title or humanize(part.name))
    collections = _collections(view.model, [part.name])
    return LinesOutline(part, title, part.when, collections, columns, tuple(values))


def _collections(model: type[Any], names: Sequence[str]) -> tuple[Collection, ...]:
    """The lists of rows among these names."""
    relationships = inspect(model).relationships
    found = []
    for name in names:
        relationship = relationships.get(name)
        if relationship is None or not relationship.uselist or relationship.mapper.class_ is model:
            continue
        rows = _rows_of(relationship)
        found.append(Collection(name, rows.order_by(*(relationship.order_by or ()))))
    return tuple(found)


def _rows_of(relationship: RelationshipProperty[Any]) -> Select[Any]:
    """The rows that the record with the parameter `key` as its own holds by a relationship."""
    rows, key = select(relationship.mapper.class_), bindparam("key")
    if relationship.secondary is None and isinstance(relationship.primaryjoin, BinaryExpression):
        ((_own, theirs),) = relationship.local_remote_pairs or ()
        return rows.where(theirs == key)  # the record itself need not be asked
    model = relationship.parent.class_
    return rows.select_from(model).join(relationship.class_attribute).where(model.id == key)


def _declared(view: Any) -> Sequence[Section | Lines]:
    """The parts of the form; all there is to see where nothing can be filled in."""
    if view.form:
        parts: Sequence[Section | Lines] = view.seen.form
        return parts
    names = view.show_columns or view.list_columns
    return [Section("Details", field_rights.visible_paths(view.model, names))]


def _badges(view: Any) -> tuple[Value, ...]:
    shown = {*view.seen.columns, *view.seen.facts}
    names = [
        name
        for name in view.form_columns
        if name in shown
        and field_rights.readable(view.model, name)
        and field_of(view.model, name).kind == "choice"
    ]
    return _values(view, names)


def _has_files(model: type[Any]) -> Exists:
    theirs = (Attachment.entity == model.__name__, Attachment.entity_id == bindparam("key"))
    return exists().where(*theirs)
